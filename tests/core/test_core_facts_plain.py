"""A cell that is quickly seen to be plain means what the slow and thorough reading says it means."""

from __future__ import annotations

import random
from typing import Any, get_args

import ibis
import pyarrow as pa
import pytest

from custrata.core.facts.columns import Type
from custrata.core.facts.ids import whole
from custrata.core.facts.parse import parse
from custrata.core.facts.plain import plain, plain_whole
from custrata.core.facts.spelled import DateOrder

SEEDS = [
    "12", "0012", "12.0", "-0", "+7", "1.23457E+11", "9223372036854775807", "9223372036854775808", "nan", "NULL", "--",
    "SO-001", "S1.0", "a b", " 12 ", "　12", "1,234", "1,234,567.89", "12,34", "(12.50)", "12.50-", "¥12", "1.5e3",
    ".5", "5.", "1_000", "１２", "99999999999999.99995", "2024-01-05", "2024-1-5", "2024/01/05", "2024.1.5",
    "2024年1月5日", "20240105", "20240105123000", "45000", "2024-01-05 12:30:00", "2024-01-05 25:61",
    "2024-01-05T12:30:00.5", "2024-01-05T12:30:00Z", "2024/1/5 23:30 +0800", "05/06/2024", "13/06/2024 8:05",
    "06-13-2024", "2024-02-30", "1899-12-31", "1900-01-01", "2199-12-31", "2200-01-01", "12024-01-01", "0024-01-05",
    "2024-01-5x", "2024-01-5 ", "2024-01-05 24:00:00", "2024-01-05 12:30", "2024-01-05 12:30:00.25", "2024\\1\\5",
    "2024-01-05 12:30:00+08", "1e005", "5.e1", "7", "0", "-", "12\x0b",
    "epoch", "infinity", "24-03-05", "05/03/24 8:05", "5 Mar 2024", "05-Mar-24", "1.2万", "3亿",
]  # fmt: skip
MARKS = [*"0123456789-/.: ,eE+TZ年月日元(\t\nN_\\x", "\x0b", "\u00a0", "９"]


def _cells() -> list[str]:
    chance = random.Random(1)
    cells = list(SEEDS)
    for _ in range(4000):
        cell = list(chance.choice(SEEDS))
        for _ in range(chance.randint(1, 2)):
            at = chance.randrange(len(cell) + 1)
            cell[at : at + chance.randint(0, 1)] = chance.choice([[], [chance.choice(MARKS)]])
        cells.append("".join(cell))
    return cells


@pytest.fixture(scope="module")
def raw() -> Any:
    con = ibis.duckdb.connect()
    return con.create_table("cells", pa.table({"cell": _cells()}), temp=True)


@pytest.mark.parametrize("type_", get_args(Type))
@pytest.mark.parametrize("dates", get_args(DateOrder))
def test_a_plain_cell_means_what_it_would_mean_to_a_thorough_reader(raw: Any, type_: Type, dates: DateOrder) -> None:
    read = parse(raw.cell, type_, dates=dates)
    lost = ibis.literal(False) if read.unreadable is None else read.unreadable
    asked = raw.select(cell=raw.cell, quick=plain(raw.cell, type_, dates), thorough=read.value, lost=lost)
    found = asked.filter(asked.quick.notnull()).to_pyarrow().to_pylist()
    assert len(found) > 100
    assert [row for row in found if row["lost"] or row["quick"] != row["thorough"]] == []


def test_an_id_that_is_quickly_seen_to_be_a_number_is_that_number(raw: Any) -> None:
    asked = raw.select(cell=raw.cell, quick=plain_whole(raw.cell), thorough=whole(parse(raw.cell, "id").value))
    found = asked.filter(asked.quick.notnull()).to_pyarrow().to_pylist()
    assert len(found) > 100
    assert [row for row in found if row["quick"] != row["thorough"]] == []
