"""What comes back: whose it is, which order it lowers, and that no refund counts twice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shops import AS_OF, MONEY, classify, column, evaluated, returns, sales

NUMBERS = """
metrics:
  spend: {monetary: lifetime}
  orders: {frequency: lifetime}
  refunded: {sql: sum(refunded), empty: 0}
"""


def with_columns(table: pa.Table, **columns: list[Any]) -> pa.Table:
    """Sales with further columns: money where they are numbers, else text."""
    for name, values in columns.items():
        money = any(isinstance(v, int | float | Decimal) for v in values)
        cells = [Decimal(str(v)) if money and v is not None else v for v in values]
        table = table.append_column(name, pa.array(cells, MONEY if money else pa.string()))
    return table


def named(*rows: tuple[Any, ...]) -> pa.Table:
    """Orders from (customer, day, amount, number, number of the order that came back or None)."""
    return with_columns(sales(*rows), refers_to=[r[4] for r in rows])


def test_a_return_row_without_a_customer_is_of_the_customer_of_its_order() -> None:
    orders = named(("ann", "2024-03-01", 100, "A1", None), ("bob", "2024-03-01", 50, "B1", None),
                   (None, "2024-03-09", -30, "R1", "A1"))  # fmt: skip
    with evaluated(NUMBERS, orders) as result:
        assert column({r["customer_id"]: r for r in result.table().to_pylist()}, "spend") == {"ann": 70, "bob": 50}
        rows = result.rows["orders"]
        assert (rows.read, rows.used, rows.quarantined, rows.excluded) == (3, 3, 0, 0)
        assert result.quarantine().num_rows == 0


@pytest.mark.parametrize("anonymous, where", [
    ("empty", "orders"), ("[walk-in, 空]", "orders"), ("walk-in", "returns"),
])  # fmt: skip
def test_a_return_under_a_walk_in_id_is_of_the_customer_of_its_order_too(anonymous: str, where: str) -> None:
    who = None if anonymous == "empty" else "walk-in"
    orders = [("ann", "2024-03-01", 100, "A1", None), (who, "2024-03-01", 50, "W1", None)]
    back = [(who, "2024-03-09", -30, "R1", "A1"), (who, "2024-03-09", -50, "R2", "W1"), (who, AS_OF, -9, "R3", "?")]
    given_ = {"orders": named(*orders, *(back if where == "orders" else []))}
    if where == "returns":
        given_["returns"] = returns(*((r[0], r[1], -r[2], r[4]) for r in back))
    with evaluated(NUMBERS + f"sources: {{orders: {{anonymous: {anonymous}}}}}", **given_) as result:
        assert [(r["customer_id"], r["spend"]) for r in result.table().to_pylist()] == [("ann", 70)]
        assert result.quarantine().num_rows == 0
        counts = {name: (r.read, r.used, dict(r.excluded_by)) for name, r in result.rows.items()}
        lost = {"order_excluded": 1, "anonymous": 1}
        if where == "orders":
            assert counts == {"orders": (5, 2, {"order_excluded": 1, "anonymous": 2})}
        else:
            assert counts == {"orders": (2, 1, {"anonymous": 1}), "returns": (3, 1, lost)}


def test_a_return_row_of_an_unknown_order_without_a_customer_waits_in_quarantine() -> None:
    orders = named(("ann", "2024-03-01", 100, "A1", None), (None, "2024-03-09", -30, "R1", "nowhere"),
                   (None, "2024-03-09", 30, "S1", "A1"))  # fmt: skip
    with evaluated(NUMBERS, orders) as result:
        assert [(r["row"], r["column"], r["value"], r["code"]) for r in result.quarantine().to_pylist()] == [
            (3, "customer_id", None, "E-ROW-005"), (2, "refers_to", "nowhere", "E-ROW-007"),
        ]  # fmt: skip
        rows = result.rows["orders"]
        assert (rows.read, rows.used, rows.quarantined) == (3, 1, 2)
        assert result.table()["spend"].to_pylist() == [100]


def test_a_return_without_a_customer_of_a_number_that_two_customers_have_waits_in_quarantine() -> None:
    orders = sales(("ann", AS_OF, 100, "7"), ("bob", AS_OF, 50, "7"), ("bob", AS_OF, 20, "8"))
    with evaluated(NUMBERS, orders, returns=returns((None, AS_OF, 30, "7"), (None, AS_OF, 20, "8"))) as result:
        assert [(r["value"], r["code"]) for r in result.quarantine().to_pylist()] == [("7", "E-ROW-012")]
        assert result.table()["spend"].to_pylist() == [100, 50]


def test_a_return_of_the_customers_own_excluded_order_is_excluded_whoever_else_has_that_number() -> None:
    orders = with_columns(sales(("ann", AS_OF, 90, "7"), ("bob", AS_OF, 50, "7"), ("ann", AS_OF, 1, "8")),
                          status=["draft", "paid", "paid"])  # fmt: skip
    body = NUMBERS + "sources: {orders: {count: paid}}"
    with evaluated(body, orders, returns=returns(("ann", AS_OF, 90, "7"))) as result:
        assert dict(result.rows["returns"].excluded_by) == {"order_excluded": 1}
        assert result.table()["spend"].to_pylist() == [1, 50]


def test_a_return_brings_its_category_from_either_file() -> None:
    """Columns that only one of the two has are not lost when both are there."""
    orders = named(("ann", AS_OF, 100, "A1", None), ("ann", AS_OF, 90, "A2", None), ("ann", AS_OF, -100, "R1", "A1"))
    orders = with_columns(orders, category=["tea", "ink", "tea"])
    body = "metrics: {likes: {top: category}}"
    assert classify(body, orders, returns=returns(("ann", AS_OF, 1, None)))["ann"]["likes"] == "ink"


FREIGHT = [(100, 8, 92), (5, 8, -3), (8, 8, 0), (-100, 8, -92), (-100, -8, -92), (-100, None, -100), (0, 8, -8)]


def test_freight_comes_off_and_never_makes_a_return_of_a_sale() -> None:
    """(amount, freight in it, spend); a return is of goods, so what of it was freight does not come off them."""
    orders = sales(*((f"c{i}", AS_OF, amount, f"o{i}") for i, (amount, _, _) in enumerate(FREIGHT)))
    found = classify(NUMBERS, orders.append_column("freight", pa.array([f for _, f, _ in FREIGHT], pa.int32())))
    for i, (amount, _, spend) in enumerate(FREIGHT):
        row = found[f"c{i}"]
        assert (row["spend"], row["orders"]) == (spend, int(amount >= 0)), FREIGHT[i]


#: What the order of 100 tells as refunded, what its documents tell; spend, orders and refund that follow.
REFUNDS: list[tuple[Any, list[int], tuple[int, int, int]]] = [
    (40, [], (60, 1, 40)),
    (40, [40], (60, 1, 40)),
    (40, [25, 15], (60, 1, 40)),
    (40, [30], (60, 1, 40)),
    (0, [40], (60, 1, 40)),
    (None, [40], (60, 1, 40)),
    (20, [30, 20], (50, 1, 50)),
    (100, [100], (0, 0, 100)),
    (250, [], (0, 0, 100)),
    (250, [30], (0, 0, 100)),
    (250, [130], (-30, 0, 130)),
    (10, [130], (-30, 0, 130)),
    (-40, [40], (60, 1, 40)),
]


def test_what_an_order_tells_of_its_refund_and_what_the_documents_tell_is_the_same_money() -> None:
    orders = sales(*((f"c{i}", "2024-03-01", 100, f"o{i}") for i in range(len(REFUNDS))))
    back = returns(*((f"c{i}", AS_OF, d, f"o{i}") for i, (_, documents, _) in enumerate(REFUNDS) for d in documents))
    found = classify(NUMBERS, with_columns(orders, refunded=[told for told, _, _ in REFUNDS]), returns=back)
    for i, (told, documents, wanted) in enumerate(REFUNDS):
        row = found[f"c{i}"]
        assert (row["spend"], row["orders"], row["refunded"]) == wanted, (told, documents)


def test_a_return_row_in_the_order_is_such_a_document_too() -> None:
    orders = with_columns(sales(("ann", AS_OF, 100, "A1"), ("ann", AS_OF, -40, "A1")), refunded=[40, None])
    row = classify(NUMBERS, orders)["ann"]
    assert (row["spend"], row["refunded"]) == (60, 40)


money = st.integers(0, 300)


order = st.tuples(st.lists(st.tuples(money, st.none() | money), min_size=1, max_size=3), st.lists(money, max_size=3))


@given(st.lists(order, min_size=1, max_size=12))
def test_a_refund_counts_once_in_the_spend_and_once_in_the_lines(shop: Any) -> None:
    """Of each customer's order: lines of (amount, refunded), and the refunds that documents tell."""
    lines = [(f"c{i}", AS_OF, amount, f"o{i}", told) for i, (rows, _) in enumerate(shop) for amount, told in rows]
    back = [(f"c{i}", AS_OF, d, f"o{i}") for i, (_, documents) in enumerate(shop) for d in documents]
    body = NUMBERS + "  lines: {sql: 'sum(amount) - sum(coalesce(refunded, 0))', from: lines}"
    given_ = {"returns": returns(*back)} if back else {}
    found = classify(body, with_columns(sales(*lines), refunded=[line[4] for line in lines]), **given_)
    for i, (rows, documents) in enumerate(shop):
        gross, row = sum(amount for amount, _ in rows), found[f"c{i}"]
        expected = max(sum(documents), min(sum(told or 0 for _, told in rows), gross))
        assert (row["spend"], row["refunded"]) == (gross - expected, expected)
        assert row["orders"] == int(not (expected > 0 and expected >= gross))
        assert row["lines"] == pytest.approx(gross - expected, abs=0.001)


DOCUMENTS = pa.table({
    "customer_id": ["ann", "ann", "ann"], "returned_at": [date(2024, 3, 9)] * 2 + [date(2024, 3, 10)],
    "amount": [1, 2, 3], "order_id": [None, "elsewhere", None], "return_id": ["T-1", "T-2", None],
})  # fmt: skip


@pytest.mark.parametrize("numbers", [pa.int64(), pa.string()])
def test_returns_of_no_order_are_shown_under_their_own_number_or_their_day(numbers: Any) -> None:
    orders = sales(("ann", "2024-03-01", 100, "1"))
    orders = orders.set_column(3, "order_id", orders["order_id"].cast(numbers))
    with evaluated(NUMBERS, orders, returns=DOCUMENTS) as result:
        shown = [[o["order_id"] for o in result.explain("ann", lang).orders] for lang in ("en", "zh")]
        assert shown == [["return of 2024-03-10", "T-1", "T-2", "1"], ["退货 2024-03-10", "T-1", "T-2", "1"]]
        assert result.explain("ann").orders_total == 4
        headers = result._evaluation.facts.tables.orders
        keys = result._result.engine.rows(headers.select("customer_id", "order_id", "return_id", "day"))
        assert len({tuple(row.values()) for row in keys}) == 4, "each has a key of its own"
        assert result.table()["spend"].to_pylist() == [94]


@pytest.mark.parametrize("joined, there", [("2024-03-31", True), ("2024-04-01", False), (None, True)])
def test_a_customer_who_joins_later_is_not_there_yet(joined: str | None, there: bool) -> None:
    people = pa.table({"customer_id": ["ann", "eve"], "joined_at": pa.array([joined, joined], pa.string())})
    body = "metrics: {spend: {monetary: lifetime}}\nsegments: {tier: {thresholds: spend, classes: {all: else}}}"
    with evaluated(body, sales(("ann", "2024-03-31", 5), ("bob", "2024-04-02", 1)), customers=people,
                   as_of=AS_OF) as result:  # fmt: skip
        found = result.table()["customer_id"].to_pylist()
        assert found == (["ann", "eve"] if there else ["ann"]), "ann has bought, so she is there whatever her file says"
        rows = result.rows["customers"]
        assert (rows.read, rows.used, rows.quarantined) == (2, 2 if there else 1, 0)
        assert dict(rows.excluded_by) == ({} if there else {"after_as_of": 1})
        assert result.explain("ann").classes[0].class_ == "all"
