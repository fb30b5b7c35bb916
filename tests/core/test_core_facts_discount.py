"""An amount before the discount: what was paid is nearer to nothing by it, however either is signed."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custrata import CustrataError, Scheme
from shops import MONEY, classify, column, sales

BODY = """
metrics:
  spend: {monetary: lifetime}
  share: {discount_share: lifetime}
sources: {orders: {amount: %s}}
"""
BEFORE, AFTER = BODY % "before discount", BODY % "after discount"
Line = tuple[int, int, int]


def lines(rows: list[Line], *, empty: bool = False) -> pa.Table:
    """One customer a line of (quantity, price, discount in cents); with `empty` no amount is told."""
    table = sales(*((f"c{i}", "2024-03-01", Decimal(q * p)) for i, (q, p, _) in enumerate(rows)))
    if empty:
        table = table.set_column(2, "amount", pa.nulls(len(rows), MONEY))
    table = table.append_column("quantity", pa.array([Decimal(q) for q, _, _ in rows], MONEY))
    table = table.append_column("price", pa.array([Decimal(p) for _, p, _ in rows], MONEY))
    return table.append_column("discount", pa.array([Decimal(d) / 100 for _, _, d in rows], MONEY))


LINES = st.lists(
    st.tuples(st.integers(-5, 5).filter(bool), st.integers(10, 90), st.integers(-900, 900)), min_size=1, max_size=8
)


@settings(max_examples=25)
@given(LINES)
def test_a_line_is_paid_with_its_discount_off_whether_its_amount_is_told_or_not(rows: list[Line]) -> None:
    def paid(q: int, p: int, d: int) -> Decimal:
        whole, off = Decimal(q * p), abs(Decimal(d)) / 100
        return whole - off if whole > 0 else whole + off

    expected = {f"c{i}": paid(*row) for i, row in enumerate(rows)}
    assert column(classify(BEFORE, lines(rows)), "spend") == expected
    assert column(classify(BEFORE, lines(rows, empty=True)), "spend") == expected


def test_who_gives_everything_back_spent_nothing_and_a_discount_makes_no_return() -> None:
    bought_and_back = lines([(1, 100, 1000), (-1, 100, 1000)], empty=True).drop_columns(["amount"])
    same = bought_and_back.set_column(0, "customer_id", pa.array(["c0", "c0"]))
    assert column(classify("metrics: {spend: {monetary: lifetime}}", same), "spend") == {"c0": 0}
    much = lines([(1, 100, 12000)]).drop_columns(["quantity", "price"])
    body = "metrics: {orders: {frequency: lifetime}}\nsources: {orders: {amount: before discount}}"
    assert column(classify(body, much), "orders") == {"c0": 1}, "a sale with a discount beyond its amount is a sale"


def test_a_company_that_says_nothing_keeps_its_amounts() -> None:
    rows = [(2, 50, 1000), (-1, 50, -500)]
    told, unsaid = classify(AFTER, lines(rows)), classify(AFTER.replace("amount: after discount", ""), lines(rows))
    assert column(told, "spend") == column(unsaid, "spend") == {"c0": 100, "c1": -50}
    assert column(classify(BEFORE, lines(rows)), "share")["c0"] == pytest.approx(0.1)


def test_an_amount_before_a_discount_that_is_nowhere_is_refused_and_says_what_to_add() -> None:
    with pytest.raises(CustrataError) as caught:
        Scheme.parse("scheme: S\nsources: {orders: {columns: {amount: 金额}, amount: before discount}}")
    assert [p.code for p in caught.value.problems] == ["E-SCHEME-070"]
    assert "discount" in caught.value.problems[0].text("zh")


    with pytest.raises(CustrataError) as caught:
        classify(BEFORE, lines([(2, 50, 1000)]).drop_columns(["discount"]))
    assert [p.code for p in caught.value.problems] == ["E-SCHEME-070"]


def test_saying_what_is_usual_makes_no_other_scheme() -> None:
    plain = Scheme.parse("scheme: S\nsources: {orders: {columns: {amount: a, discount: d}}}")
    told, before = (
        Scheme.parse(f"scheme: S\nsources: {{orders: {{columns: {{amount: a, discount: d}}, amount: {said}}}}}")
        for said in ("after discount", "折前")
    )
    assert told.sources.rules() == plain.sources.rules() != before.sources.rules()
