"""Parquet files that are cut, spoilt, or hold what no list of sales holds."""

from __future__ import annotations

import struct
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.evil import HEADERS, read, refused

_DAYS = [date(2024, 3, 1), date(2024, 3, 2), date(2024, 3, 3)]


def table(**given: Any) -> pa.Table:
    """Three sound sales, some columns replaced: order, customer, day, amount."""
    columns = {
        "order": pa.array(["A1", "A2", "A3"]), "customer": pa.array(["C1", "C2", "C1"]),
        "day": pa.array(_DAYS, pa.date32()), "amount": pa.array([Decimal("10.50"), 7, 99], pa.decimal128(12, 2)),
    } | given  # fmt: skip
    return pa.table(list(columns.values()), names=list(HEADERS))


def put(data: Path, found: pa.Table, **options: Any) -> bytes:
    pq.write_table(found, data / "a.parquet", **options)
    return (data / "a.parquet").read_bytes()


@refused("E-FILE-019")
def parquet_cut_in_the_middle(data: Path) -> None:
    whole = put(data, table())
    (data / "a.parquet").write_bytes(whole[: len(whole) // 2])


@refused("E-FILE-019")
def parquet_whose_footer_is_noise(data: Path) -> None:
    whole = bytearray(put(data, table()))
    length = struct.unpack("<I", whole[-8:-4])[0]
    whole[-8 - length : -8] = bytes(i * 37 % 256 for i in range(length))
    (data / "a.parquet").write_bytes(whole)


@refused("E-FILE-019")
def parquet_of_a_name_that_is_no_text(data: Path) -> None:
    whole = put(data, table())
    (data / "a.parquet").write_bytes(whole.replace("单号".encode(), b"\xe5\x28" * 3))


@refused("E-FILE-019")
def parquet_whose_footer_claims_to_be_huge(data: Path) -> None:
    whole = put(data, table())
    (data / "a.parquet").write_bytes(whole[:-8] + struct.pack("<I", 0xFFFFFFF0) + b"PAR1")


@refused("E-FILE-019")
def parquet_whose_pages_are_noise(data: Path) -> None:
    whole = bytearray(put(data, table(), compression="zstd"))
    whole[4:120] = bytes(i * 91 % 256 for i in range(116))
    (data / "a.parquet").write_bytes(whole)


@refused("E-DATA-002")
def parquet_without_rows(data: Path) -> None:
    put(data, table().slice(0, 0))


@refused("E-FILE-007")
def parquet_without_columns(data: Path) -> None:
    put(data, pa.table({}))


@read(3)
def customers_as_bytes_in_a_dictionary(data: Path) -> None:
    put(data, table(customer=pa.array([b"C1", b"C2", b"C1"]).dictionary_encode()))


@read(3)
def moments_with_a_zone(data: Path) -> None:
    moments = [datetime(2024, 3, i, 20, tzinfo=UTC) for i in (1, 2, 3)]
    put(data, table(day=pa.array(moments, pa.timestamp("ns", "America/New_York"))))


@read(2, {1: "E-ROW-009"})
def decimals_of_thirty_eight_digits(data: Path) -> None:
    wide = [Decimal("1e33"), Decimal("7"), Decimal("-0.0000")]
    put(data, table(amount=pa.array(wide, pa.decimal128(38, 4))))


@read(2, {1: "E-ROW-009"})
def decimals_of_seventy_six_digits(data: Path) -> None:
    wide = [Decimal("1e40"), Decimal("7"), Decimal("0")]
    put(data, table(amount=pa.array(wide, pa.decimal256(76, 4))))


@read(1, {1: "E-ROW-002", 2: "E-ROW-001"})
def amounts_that_are_no_numbers(data: Path) -> None:
    put(data, table(amount=pa.array([float("-inf"), float("nan"), -0.0])))


@read(1, {1: "E-ROW-003", 2: "E-ROW-003"}, check="E-DATA-010")
def days_beyond_the_calendar(data: Path) -> None:
    put(data, table(day=pa.array([-(2**31) + 5, 2**31 - 5, 19_000], pa.int32()).cast(pa.date32())))


@read(1, {1: "E-ROW-003", 2: "E-ROW-003"}, check="E-DATA-010")
def moments_beyond_the_calendar(data: Path) -> None:
    put(data, table(day=pa.array([-(2**62), 2**62, 1_700_000_000_000_000], pa.int64()).cast(pa.timestamp("us"))))


@refused("E-DATA-006", init="E-INIT-005")
def days_in_a_list_and_customers_in_a_structure(data: Path) -> None:
    days = pa.array([[d] for d in _DAYS], pa.list_(pa.date32()))
    put(data, table(day=days, customer=pa.array([{"id": "C1"}, {"id": "C2"}, None])))


@read(3)
def nested_columns_that_nobody_asked_for(data: Path) -> None:
    found = table().append_column("tags", pa.array([["a", "b"], [], None]))
    found = found.append_column("map", pa.array([[("k", 1)], [], None], pa.map_(pa.string(), pa.int64())))
    put(data, found.append_column("none", pa.nulls(3)))


@refused("E-FILE-009")
def parquet_with_a_name_twice(data: Path) -> None:
    put(data, table().append_column("金额", pa.array([1, 2, 3])))


@read(3)
def parquet_columns_with_odd_names(data: Path) -> None:
    found = table()
    for name in ('"; DROP TABLE x; --', "", "_file", "_row", "\u202e"):
        found = found.append_column(name, pa.array([1, 2, 3]))
    put(data, found)


@refused("E-FILE-027")
def a_parquet_column_with_a_nul_in_its_name(data: Path) -> None:
    put(data, table().append_column("a\x00b", pa.array([1, 2, 3])))


@read(3, check="E-FILE-019")
def parquet_of_text_that_is_no_utf8(data: Path) -> None:
    # A program that calls GBK bytes text.
    wrong = pa.array(["王".encode("gbk")] * 3, pa.binary()).view(pa.string())
    put(data, table().append_column("note", wrong))


@refused("E-FILE-019")
def parquet_whose_customers_are_no_utf8(data: Path) -> None:
    put(data, table(customer=pa.array(["王".encode("gbk")] * 3, pa.binary()).view(pa.string())))


@read(2, {2: "E-ROW-001"})
def a_parquet_column_with_the_name_under_which_rows_are_counted(data: Path) -> None:
    amounts = pa.array([Decimal(1), None, Decimal(2)], pa.decimal128(12, 2))
    put(data, table(amount=amounts).append_column("file_row_number", pa.array([7, 8, 9])))


@refused("E-FILE-016")
def parquet_of_ten_thousand_columns(data: Path) -> None:
    put(data, pa.table({f"c{i}": pa.array([1]) for i in range(10_000)}))


@refused("E-FILE-023")
def files_whose_columns_have_types_that_do_not_meet(data: Path) -> None:
    pq.write_table(table(), data / "a.parquet")
    pq.write_table(table(amount=pa.array([[1], [2], [3]])), data / "b.parquet")
