"""Cells that cannot be read where an empty one says no more than that something is unknown: the row is used."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from custrata.core.facts.columns import CANONICAL
from shops import AS_OF, evaluated, sales

BODY = """
sources: {orders: {count: [done], anonymous: [walk-in]}}
metrics: {spend: {monetary: lifetime}, orders: {frequency: lifetime}}
segments: {region: {attribute: region}}
"""
PEOPLE = "segments: {region: {attribute: region}}"
ANN = ("ann", "2024-03-01", 50)


def texts(**columns: list[str | None]) -> pa.Table:
    return pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})


def told(result: Any) -> list[tuple[Any, ...]]:
    """Row, column, value and code of every cell that was emptied."""
    return [(r["row"], r["column"], r["value"], r["code"]) for r in result.emptied("pyarrow").sort_by(
        [("row", "ascending"), ("column", "ascending")]).to_pylist()]  # fmt: skip


def test_a_customer_with_a_broken_birthday_keeps_name_and_region_and_is_told() -> None:
    people = texts(
        customer_id=["ann", "bob", None], name=["Ann", "Bob", "Zed"], region=["N", "S", "S"],
        birthday=["2024-13-45", "1990-05-01", "soon"], joined_at=["2020-01-01", "2999-01-01", "2021-01-01"],
    )  # fmt: skip
    with evaluated(PEOPLE, sales(ANN, ("bob", "2024-03-02", 7)), customers=people, as_of=AS_OF) as result:
        assert [(r["customer_id"], r["region"]) for r in result.table().to_pylist()] == [("ann", "N"), ("bob", "S")]
        rows = result.rows["customers"]
        assert (rows.read, rows.used, rows.quarantined, rows.excluded) == (3, 2, 1, 0)
        assert dict(rows.emptied) == {"birthday": 1, "joined_at": 1}
        assert told(result) == [(1, "birthday", "2024-13-45", "E-ROW-003"), (2, "joined_at", "2999-01-01", "E-ROW-003")]
        # A row that waits for its number is told with all that is wrong with it, so that it is mended once.
        assert {r["column"] for r in result.quarantine().to_pylist()} == {"customer_id", "birthday"}


def test_a_joining_day_that_cannot_be_is_unknown_and_keeps_nobody_from_being_there() -> None:
    people = texts(customer_id=["ann", "eve"], region=["N", "S"], joined_at=["2999-01-01", "2024-04-01"])
    with evaluated(PEOPLE, sales(ANN), customers=people, as_of=AS_OF) as result:
        assert [r["customer_id"] for r in result.table().to_pylist()] == ["ann"], "eve joins later; ann, who knows"


def test_a_price_only_describes_a_row_that_tells_its_amount() -> None:
    rows = texts(
        customer_id=["ann", "bob", "cid"], ordered_at=["2024-03-01"] * 3, order_id=["1", "2", "3"],
        quantity=["1", "2", "2"], price=["ten", "ten", "5"], amount=["10", None, None],
    )  # fmt: skip
    with evaluated("metrics: {spend: {monetary: lifetime}}", rows, as_of=AS_OF) as result:
        spent = {r["customer_id"]: float(r["spend"]) for r in result.table().to_pylist()}
        assert spent == {"ann": 10, "cid": 10}, "what bob paid follows from the price"
        assert told(result) == [(1, "price", "ten", "E-ROW-002")]
        assert [(r["row"], r["column"]) for r in result.quarantine().to_pylist()] == [(2, "price")]


def test_what_is_counted_dated_added_up_or_linked_still_holds_its_row_back() -> None:
    """An empty cell of these would say something: no discount, no freight, nobody, still open."""
    held = {(source, c.name) for source, columns in CANONICAL.items() for c in columns
            if c.type != "text" and not c.descriptive}  # fmt: skip
    assert {("orders", c) for c in ("quantity", "discount", "freight", "refunded", "product_id", "refers_to")} <= held
    assert {("interactions", "closed_at"), ("interactions", "id"), ("customers", "updated_at"), ("returns", "quantity"),
            ("assets", "value")} <= held  # fmt: skip
    rows = texts(customer_id=["ann"] * 3, ordered_at=["2024-03-01"] * 3, order_id=["1", "2", "3"],
                 amount=["10", "20", "30"], quantity=["one", "1", "1"], discount=["", "half", ""])  # fmt: skip
    with evaluated("metrics: {spend: {monetary: lifetime}}", rows, as_of=AS_OF) as result:
        assert (result.rows["orders"].quarantined, told(result)) == (2, [])


def test_a_row_that_a_rule_leaves_out_is_not_told_for_its_cells() -> None:
    rows = texts(customer_id=["ann", "bob", "walk-in"], ordered_at=["2024-03-01"] * 3, order_id=["1", "2", "3"],
                 amount=["10", "20", "30"], price=["ten", "x", "x"], status=["done", "void", "done"])  # fmt: skip
    with evaluated(BODY.split("segments")[0], rows, as_of=AS_OF) as result:
        counts = result.rows["orders"]
        assert (counts.read, counts.used, counts.excluded, dict(counts.emptied)) == (3, 1, 2, {"price": 1})
        assert [t[0] for t in told(result)] == [1]


_good = st.dates(date(1930, 1, 1), date(2010, 1, 1)).map(str)
_bad = st.sampled_from(["2024-13-45", "soon", "0000-00-00", "1024-01-01", "31/02/1990", "1,5"])
_cell = st.none() | _good | _bad


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(["ann", "bob", "cid", None]), _cell, _cell), min_size=1, max_size=12,
                unique_by=lambda r: r[0]))  # fmt: skip
def test_customers_are_as_if_the_cells_had_been_empty_and_the_books_balance(rows: list[Any]) -> None:
    def people(cells: list[Any]) -> pa.Table:
        return texts(customer_id=[r[0] for r in cells], region=[f"R{i}" for i in range(len(cells))],
                     birthday=[r[1] for r in cells], joined_at=[r[2] for r in cells])  # fmt: skip

    broken = {"2024-13-45", "soon", "0000-00-00", "1024-01-01", "31/02/1990", "1,5"}
    empty = [(who, *(None if c in broken else c for c in cells)) for who, *cells in rows]
    with (
        evaluated(PEOPLE, sales(ANN), customers=people(rows), as_of=AS_OF) as found,
        evaluated(PEOPLE, sales(ANN), customers=people(empty), as_of=AS_OF) as clean,
    ):
        assert found.table().to_pylist() == clean.table().to_pylist()
        counts = found.rows["customers"]
        assert counts.read == counts.used + counts.quarantined + counts.excluded == len(rows)
        wanted = [i for i, (who, *cells) in enumerate(rows, 1) if who for c in cells if c in broken]
        assert [t[0] for t in told(found)] == wanted
        assert sum(counts.emptied.values()) == len(wanted)
        assert dict(clean.rows["customers"].emptied) == {}
