"""Sums that outgrow what one row can hold are right to the last place; a row that outgrows it is told of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from shops import AS_OF, People, classify, evaluated, returns

MOST = Decimal("99999999999999.9999")
MONEY = pa.decimal128(18, 4)
EVERYTHING = """
metrics:
  spend: {monetary: lifetime}
  orders: {frequency: lifetime}
  basket: {average_order_value: lifetime}
  year: {monetary: 365 days}
  growth: {growth: 30 days}
  back: {return_rate: lifetime}
  tea: {share: category, is: tea}
segments:
  tier: {thresholds: spend, classes: {huge: above 300000000000000, big: above 100, small: else}}
  abc: {share: spend}
  q: {quantile: spend, groups: 3}
  rfm: {rfm: [spend, orders, spend], scores: 3}
  pyramid: {pyramid: spend}
  rule: {rules: {whale: spend - year / 2 > 100000000000000, rest: else}}
"""


def shop(*rows: tuple[str, Any, str], kind: Any = MONEY) -> pa.Table:
    return pa.table({
        "customer_id": [r[0] for r in rows], "ordered_at": [AS_OF] * len(rows), "order_id": [r[2] for r in rows],
        "amount": pa.array([r[1] for r in rows], kind), "category": ["tea"] * len(rows),
    })  # fmt: skip


def test_a_customer_whose_orders_add_up_to_more_than_any_one_could_be_is_classified() -> None:
    """400 million million: five orders, one of them of two lines that fit no single row together."""
    rows = [("ann", MOST, f"o{min(i, 3)}") for i in range(5)]
    orders = shop(*rows, ("bob", Decimal(500), "b"), ("eve", Decimal(5), "e"))
    with evaluated(EVERYTHING, orders, returns=returns(("ann", AS_OF, "99999999999999.99", "o1"))) as result:
        found: People = {r["customer_id"]: r for r in result.table().to_pylist()}
        ann = found["ann"]
        assert ann["spend"] == ann["year"] == 5 * MOST - Decimal("99999999999999.99")
        assert (ann["orders"], ann["tier"], ann["abc"], ann["rule"]) == (4, "huge", "A", "whale")
        assert ann["basket"] == pytest.approx(ann["spend"] / 4)
        assert (found["bob"]["spend"], found["bob"]["tier"]) == (500, "big")
        assert {o["order_id"]: o["net"] for o in result.explain("ann").orders}["o3"] == 2 * MOST
        assert sum(result.summary("tier")["spend"].to_pylist()) == sum(r["spend"] for r in found.values())


def test_money_is_published_under_one_type_however_large_it_is() -> None:
    for orders in (shop(("ann", 1, "o")), shop(*(("ann", MOST, f"o{i}") for i in range(9)))):
        with evaluated("metrics: {basket: {average_order_value: lifetime}}", orders) as result:
            kinds = {name: result.table().schema.field(name).type for name in ("spend", "basket")}
            assert kinds == {"spend": pa.decimal128(38, 4), "basket": pa.decimal128(38, 4)}


@pytest.mark.parametrize("kind, cell", [
    (pa.int64(), 10**14), (pa.int64(), -(10**14)), (pa.float64(), 1e14), (pa.decimal128(30, 2), Decimal("1e14")),
    (pa.string(), "100,000,000,000,000"), (pa.string(), "1e20"), (pa.string(), "-100000000000000"),
])  # fmt: skip
def test_an_amount_of_more_than_fourteen_digits_waits_in_quarantine_as_too_large(kind: Any, cell: Any) -> None:
    small: Any = (
        "1" if kind == pa.string() else kind.to_pandas_dtype()(1) if kind != pa.decimal128(30, 2) else Decimal(1)
    )
    with evaluated("segments: {}", shop(("ann", cell, "o1"), ("ann", small, "o2"), kind=kind)) as result:
        (fault,) = result.quarantine().to_pylist()
        assert (fault["column"], fault["code"], fault["row"]) == ("amount", "E-ROW-009", 1)
        assert result.table()["spend"].to_pylist() == [1]


def test_what_is_no_number_is_not_called_too_large() -> None:
    orders = shop(("ann", float("inf"), "o1"), ("ann", 1.0, "o2"), kind=pa.float64())
    with evaluated("segments: {}", orders) as result:
        assert [r["code"] for r in result.quarantine().to_pylist()] == ["E-ROW-002"]


@pytest.mark.parametrize("cells", [
    {"quantity": MOST, "price": Decimal(2)}, {"quantity": Decimal(-2), "price": MOST},
    {"quantity": MOST, "price": MOST}, {"amount": -MOST, "freight": MOST, "quantity": Decimal(1), "price": Decimal(1)},
])  # fmt: skip
def test_an_amount_that_is_computed_and_does_not_fit_waits_in_quarantine_too(cells: dict[str, Decimal]) -> None:
    names = list(cells)
    orders = pa.table({
        "customer_id": ["ann", "ann"], "ordered_at": [AS_OF] * 2,
        **{n: pa.array([cells[n], Decimal(1)], MONEY) for n in names},
    })  # fmt: skip
    with evaluated("segments: {}", orders) as result:
        assert [(r["row"], r["column"], r["code"]) for r in result.quarantine().to_pylist()] == [
            (1, "amount", "E-ROW-009")
        ]
        rows = result.rows["orders"]
        assert (rows.read, rows.used, rows.quarantined) == (2, 1, 1)


def test_an_amount_that_is_given_needs_no_computing() -> None:
    """Quantity × price is looked at only where there is no amount."""
    cells = {"amount": Decimal(5), "quantity": MOST, "price": MOST}
    orders = pa.table({"customer_id": ["ann"], "ordered_at": [AS_OF],
                       **{n: pa.array([v], MONEY) for n, v in cells.items()}})  # fmt: skip
    assert classify("segments: {}", orders)["ann"]["spend"] == 5
