"""A caller's own database and data: evaluating sets nothing there and leaves nothing, and he may go on with them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custrata import CustrataError, evaluate
from shops import AS_OF, returns, sales, scheme, well_told

DAY = "metrics: {day: {sql: max(day), unit: date}}\ntimezone: %s\nas_of: 2030-01-01"
#: 2024-03-05 15:00 in Greenwich: 23:00 in Shanghai, 10:00 in New York; and three hours later, the 6th in Shanghai.
MOMENTS = pa.table({
    "customer_id": ["early", "late"], "amount": [1, 1],
    "ordered_at": pa.array([1_709_650_800, 1_709_661_600], pa.timestamp("s", "UTC")),
})  # fmt: skip
SHOP = sales(("ann", "2024-03-01", "90.00", "A1"), ("ann", "2024-03-09", "30.50", "A2"), ("bob", "2024-03-31", 7, "B1"))


def days(result: Any) -> dict[str, int]:
    return {r["customer_id"]: r["day"].day for r in result.table().to_pylist()}


def zone(con: Any) -> str:
    return str(con.raw_sql("SELECT current_setting('TimeZone')").fetchone()[0])


@pytest.mark.parametrize("own", ["UTC", "America/New_York", "Asia/Shanghai"])
def test_a_sale_at_night_is_of_the_schemes_day_whatever_zone_the_session_is_in(own: str) -> None:
    con = ibis.duckdb.connect()
    con.raw_sql(f"SET TimeZone = '{own}'")
    texts = MOMENTS.set_column(2, "ordered_at", [["2024-03-05T23:00:00+08:00", "2024-03-05 13:00-0500"]])
    for orders in (MOMENTS, texts, con.create_table("lines", MOMENTS)):
        here = evaluate(scheme(DAY % "Asia/Shanghai"), orders=orders, backend=con)
        there = evaluate(scheme(DAY % "America/New_York"), orders=orders, backend=con)
        assert days(here) == {"early": 5, "late": 6}
        assert days(there) == {"early": 5, "late": 5}
        assert zone(con) == own, "the session is its owner's"
        assert here.explain("late").orders[0]["day"] == date(2024, 3, 6)
        there.close(), here.close()
        assert zone(con) == own


def test_a_moment_in_quarantine_is_shown_in_local_time() -> None:
    con = ibis.duckdb.connect()
    con.raw_sql("SET TimeZone = 'America/New_York'")
    at = pa.array([-10_000_000_000, 1_709_650_800], pa.timestamp("s", "UTC"))
    with evaluate(scheme(DAY % "UTC"), orders=MOMENTS.set_column(2, "ordered_at", at), backend=con) as result:
        (fault,) = result.quarantine().to_pylist()
        assert fault["value"] == "1653-02-10 06:13:20"


def anything_of_ours(con: Any) -> list[str]:
    """Tables and views on a connection, temporary and registered ones too, that its owner did not make."""
    sql = " UNION ALL ".join(
        f"SELECT {kind}_name FROM duckdb_{kind}s() WHERE NOT internal" for kind in ("table", "view")
    )
    return [name for (name,) in con.raw_sql(sql).fetchall() if not name.startswith("own_")]


def broken(folder: Path) -> Path:
    file = folder / "broken.csv"
    file.write_text('customer_id,ordered_at,amount\nann,2024-03-01,1\nbob,2024-03-01,1,2\neve,"2024-03-01,5\n', "utf-8")
    return file


def given_as(kind: str, folder: Path, con: Any) -> Any:
    if kind == "broken lines":
        return broken(folder)
    return con.create_table("own_orders", SHOP) if kind == "his table" else SHOP.to_pandas()


@pytest.mark.parametrize("kind", ["pandas", "broken lines", "his table"])
def test_a_closed_result_leaves_the_database_as_it_was(tmp_path: Path, kind: str) -> None:
    con = ibis.duckdb.connect()
    back = returns(("ann", "2024-03-10", 1, "A1"), (None, "2024-03-10", 1, None))
    orders = given_as(kind, tmp_path, con)
    result = evaluate(scheme("segments: {abc: {share: spend}}"), orders=orders, returns=back, backend=con)
    result.explain("ann"), result.quarantine(), result.summary("abc"), result.table()
    assert anything_of_ours(con)
    result.close()
    assert anything_of_ours(con) == []


def test_a_failed_evaluation_leaves_nothing_either() -> None:
    con = ibis.duckdb.connect()
    with pytest.raises(CustrataError):
        evaluate(scheme("segments: {p: {preference: brand}}"), orders=SHOP, backend=con)
    assert anything_of_ours(con) == []


def test_a_result_may_be_closed_after_its_connection() -> None:
    con = ibis.duckdb.connect()
    result = evaluate(scheme("segments: {}"), orders=SHOP, backend=con)
    con.disconnect()
    result.close()


@pytest.mark.parametrize(
    "then", ["DROP TABLE own_orders", "DELETE FROM own_orders", "UPDATE own_orders SET amount = 1"]
)
def test_an_explanation_holds_whatever_becomes_of_the_table(then: str) -> None:
    con = ibis.duckdb.connect()
    back = returns(("ann", "2024-03-10", 10, "A1"))
    with evaluate(scheme("segments: {}"), orders=con.create_table("own_orders", SHOP), returns=back) as result:
        before = result.explain("ann")
        assert [(o["order_id"], o["gross"], o["refunded"], o["net"]) for o in before.orders] == [
            ("A2", pytest.approx(30.5), 0, pytest.approx(30.5)), ("A1", 90, 10, 80),
        ]  # fmt: skip
        con.raw_sql(then)
        assert result.explain("ann") == before


@pytest.mark.parametrize("gone", [False, True])
def test_an_explanation_from_a_file_that_has_changed_is_refused_in_words(tmp_path: Path, gone: bool) -> None:
    file = tmp_path / "sales.parquet"
    pq.write_table(SHOP, file)
    with evaluate(scheme("segments: {}"), orders=file) as result:
        assert result.explain("ann").orders_total == 2
        file.unlink()
        if not gone:
            pq.write_table(SHOP.slice(1), file)
        with pytest.raises(CustrataError) as caught:
            result.explain("ann")
        assert [p.code for p in well_told(caught.value.problems)] == ["E-DATA-012"]
        assert result.table().num_rows == 2, "the classes are there all the same"


def doubled(*names: str) -> list[Any]:
    """A table with these headers, in every library that can have one."""
    arrow = pa.table([["ann"], [AS_OF], [1], [2]], names=["customer_id", "ordered_at", *names])
    frame = pd.DataFrame([["ann", AS_OF, 1, 2]], columns=["customer_id", "ordered_at", *names])
    return [arrow, frame, *([pl.from_arrow(arrow), arrow.to_pydict()] if len(set(names)) == 2 else [])]


@pytest.mark.parametrize("names", [("amount", "amount"), ("amount", "Amount"), ("金额", "金额"), ("amount", "AMOUNT")])
def test_two_columns_that_cannot_be_told_apart_are_told_in_every_kind_of_data(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    frames = doubled(*names)
    header = ",".join(["customer_id", "ordered_at", *names])
    (tmp_path / "s.csv").write_text(f"{header}\nann,2024-03-01,1,2\n", "utf-8")
    pq.write_table(frames[0], tmp_path / "s.parquet")
    frames[1].to_excel(tmp_path / "s.xlsx", index=False)
    for given in [*frames, tmp_path / "s.csv", tmp_path / "s.parquet", tmp_path / "s.xlsx"]:
        with pytest.raises(CustrataError) as caught:
            evaluate(scheme("segments: {}"), orders=given)
        (problem,) = well_told(caught.value.problems)
        assert problem.code == "E-FILE-009", type(given)
        assert f"{names[0]} (3, 4)" in problem.message("en")


def test_a_frame_that_no_table_can_be_made_of_is_told() -> None:
    with pytest.raises(CustrataError) as caught:
        evaluate(scheme("segments: {}"), orders={"customer_id": ["ann", "bob"], "ordered_at": [AS_OF], "amount": [1]})
    assert [p.code for p in well_told(caught.value.problems)] == ["E-DATA-013"]


def test_a_frame_of_a_sheet_may_mix_what_its_cells_hold() -> None:
    """As `pandas.read_excel` gives it: dates beside texts, numbers beside texts."""
    days = [pd.Timestamp(AS_OF), f"{AS_OF:%Y/%m/%d}", AS_OF]
    mixed = pd.DataFrame({"customer_id": ["ann", 7, None], "ordered_at": days, "amount": [1, "2.5", 3]})
    with evaluate(scheme("segments: {}"), orders=mixed) as result:
        found = result.table("pandas")
    assert dict(zip(found["customer_id"], map(float, found["spend"]), strict=True)) == {"7": 2.5, "ann": 1.0}
