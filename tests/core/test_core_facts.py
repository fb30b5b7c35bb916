"""Orders and refunds: what counts as a purchase, when a refund lowers what, and what does not exist yet."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.windows import parse_window
from naive import Book
from shops import AS_OF, cents, classify, column, customers, days, returns, sales

NUMBERS = """
metrics:
  spend: {monetary: lifetime}
  orders: {frequency: lifetime}
  by_day: {frequency: lifetime, count: day}
  recency: {recency: days}
  month: {monetary: 30 days}
  month_orders: {frequency: 30 days}
  growing: {monetary: 12 months}
segments:
  it: {rules: {all: else}}
"""

sold = st.tuples(customers, days, cents.filter(lambda c: c >= 0), st.integers(0, 12))
back = st.tuples(
    st.none() | customers, days.map(lambda d: d + timedelta(days=30)), cents.map(abs), st.none() | st.integers(0, 14)
)


@given(st.lists(sold, min_size=1, max_size=30), st.lists(back, max_size=15), st.integers(0, 60))
def test_numbers_agree_with_a_bookkeeper(sold: Any, back: Any, days_ago: int) -> None:
    """Order numbers repeat (an order has several lines), refunds name orders, unknown orders, or nothing."""
    as_of = AS_OF - timedelta(days=days_ago)
    owner: dict[int, Any] = {}
    rows = [(owner.setdefault(n, who), day, amount, f"o{n}") for who, day, amount, n in sold]
    refunds = [
        (who, day, amount, None if n is None else f"o{n}")
        for who, day, amount, n in back
        if n in owner or who is not None
    ]
    book = Book(as_of)
    for who, day, amount, number in rows:
        book.sell(who, day, amount, number)
    for i, (who, day, amount, number) in enumerate(refunds):
        book.refund(who, day, amount, number, str(i))
    if not any(o.sold for o in book.orders.values()):
        return
    # A refund of an order that is sold later, by nobody known: nobody's.
    given_ = {"returns": returns(*refunds)} if refunds else {}
    people = classify(NUMBERS, sales(*rows), as_of=as_of, **given_)
    everything, by_day, month = book.totals(), book.totals(by_day=True), book.totals(as_of - timedelta(days=29))
    year = book.totals(parse_window("12 months").bounds(as_of)[0])
    assert set(people) == set(everything)
    for who, row in people.items():
        assert (row["spend"], row["orders"], row["recency"]) == everything[who]
        assert row["by_day"] == by_day[who][1]
        assert (row["month"], row["month_orders"]) == month[who][:2]
        assert row["growing"] == year[who][0]


def numbers(*rows: Any, back: Any = (), as_of: date = AS_OF, **given_: Any) -> Any:
    given_ |= {"returns": returns(*back)} if back else {}
    return classify(NUMBERS, sales(*rows), as_of=as_of, **given_)


def test_recency_counts_days_and_today_is_zero() -> None:
    found = numbers(("today", "2024-03-31", 1), ("yesterday", "2024-03-30", 1), ("leap", "2024-02-29", 1))
    assert column(found, "recency") == {"today": 0, "yesterday": 1, "leap": 31}


def test_a_window_of_thirty_days_holds_its_first_and_last_day_but_not_the_day_before() -> None:
    found = numbers(("first", "2024-03-02", 5), ("last", "2024-03-31", 5), ("before", "2024-03-01", 5))
    assert column(found, "month_orders") == {"first": 1, "last": 1, "before": 0}
    assert column(found, "month") == {"first": 5, "last": 5, "before": 0}


def test_a_refund_that_names_its_order_lowers_it_on_the_day_of_the_order() -> None:
    found = numbers(
        ("ann", "2024-01-05", 100, "A1"), ("ann", "2024-03-20", 50, "A2"), back=[("ann", "2024-03-25", 30, "A1")]
    )
    assert found["ann"]["spend"] == 120
    assert found["ann"]["month"] == 50, "the refund belongs to January"
    assert found["ann"]["orders"] == 2


def test_a_refund_without_an_order_lowers_its_own_day() -> None:
    found = numbers(("ann", "2024-01-05", 100, "A1"), back=[("ann", "2024-03-25", 30, None)])
    assert (found["ann"]["spend"], found["ann"]["month"]) == (70, -30)
    assert (found["ann"]["orders"], found["ann"]["month_orders"], found["ann"]["recency"]) == (1, 0, 86)


def test_a_refund_that_follows_from_its_order_needs_no_customer() -> None:
    found = numbers(("ann", "2024-01-05", 100, "A1"), back=[(None, "2024-03-25", 30, "A1")])
    assert found["ann"]["spend"] == 70


def test_a_fully_refunded_order_is_no_purchase_and_does_not_freshen_recency() -> None:
    rows = [("ann", "2024-01-05", 100, "A1"), ("ann", "2024-03-20", 50, "A2")]
    found = numbers(*rows, back=[("ann", "2024-03-21", 20, "A2"), ("ann", "2024-03-22", 30, "A2")])
    assert (found["ann"]["orders"], found["ann"]["spend"], found["ann"]["recency"]) == (1, 100, 86)
    nearly = numbers(*rows, back=[("ann", "2024-03-21", "49.99", "A2")])
    assert (nearly["ann"]["orders"], nearly["ann"]["recency"]) == (2, 11)


def test_a_customer_whose_every_order_came_back_has_no_recency() -> None:
    found = numbers(("ann", "2024-03-05", 100, "A1"), ("bob", "2024-03-05", 1), back=[("ann", "2024-03-06", 100, "A1")])
    assert (found["ann"]["spend"], found["ann"]["orders"], found["ann"]["recency"]) == (0, 0, None)


def test_a_refund_after_the_as_of_date_does_not_exist_yet() -> None:
    rows, back = [("ann", "2024-03-05", 100, "A1")], [("ann", "2024-04-01", 100, "A1")]
    assert numbers(*rows, back=back)["ann"]["orders"] == 1
    assert numbers(*rows, back=back, as_of=date(2024, 4, 1))["ann"]["orders"] == 0


def test_orders_after_the_as_of_date_do_not_exist_yet() -> None:
    found = numbers(("ann", "2024-03-31", 100), ("ann", "2024-04-01", 900), ("late", "2024-04-01", 1))
    assert found == {"ann": found["ann"]}
    assert found["ann"]["spend"] == 100


def test_refunds_that_exceed_sales_make_net_spend_negative() -> None:
    found = numbers(("ann", "2024-03-05", 10, "A1"), back=[("ann", "2024-03-06", 25, "A1")])
    assert (found["ann"]["spend"], found["ann"]["orders"]) == (-15, 0)


def test_an_order_for_nothing_is_a_purchase() -> None:
    found = numbers(("ann", "2024-03-05", 0))
    assert (found["ann"]["orders"], found["ann"]["spend"]) == (1, 0)


def test_a_negative_row_is_a_return_of_the_order_it_stands_in() -> None:
    found = numbers(("ann", "2024-01-05", 100, "A1"), ("ann", "2024-03-30", -40, "A1"), ("bob", "2024-03-01", -5, "B1"))
    assert (found["ann"]["spend"], found["ann"]["month"], found["ann"]["recency"]) == (60, 0, 86)
    assert (found["bob"]["spend"], found["bob"]["orders"], found["bob"]["recency"]) == (-5, 0, None)


def test_the_same_number_at_two_customers_is_two_orders() -> None:
    found = numbers(
        ("ann", "2024-03-05", 10, "7"), ("bob", "2024-03-06", 20, "7"), back=[("bob", "2024-03-07", 20, "7")]
    )
    assert (found["ann"]["orders"], found["bob"]["orders"]) == (1, 0)


def test_two_orders_of_one_day_are_two_purchases_or_one_as_the_scheme_says() -> None:
    rows = sales(("ann", "2024-03-05", 10), ("ann", "2024-03-05", 20), ("ann", "2024-03-06", 5))
    assert classify("segments: {}", rows)["ann"]["orders"] == 3
    assert classify("purchase: {count: day}", rows)["ann"]["orders"] == 2
    assert classify("metrics: {orders: {frequency: lifetime, count: day}}", rows)["ann"]["orders"] == 2


def test_money_adds_up_to_the_cent_where_floats_would_not() -> None:
    found = numbers(*(("ann", "2024-03-05", "0.10") for _ in range(30)))
    assert found["ann"]["spend"] == Decimal("3.00")


@pytest.mark.parametrize("as_of, wanted", [("end of data", 0), ("2024-12-31", 270), ("2024-04-05", 0)])
def test_the_as_of_date_is_what_the_scheme_says(as_of: str, wanted: int) -> None:
    rows = sales(("ann", "2024-04-05", 10), ("bob", "2024-01-01", 10))
    assert classify(f"as_of: {as_of}", rows)["ann"]["recency"] == wanted


def test_the_data_end_with_the_last_row_that_counts() -> None:
    rows = sales(("ann", "2024-04-05", 10), ("bob", "2024-05-01", 10)).append_column("status", [["done", "draft"]])
    body = "sources: {orders: {count: [done], columns: {status: status}}}"
    assert column(classify(body, rows), "recency") == {"ann": 0}
