"""Whether an amount is before or after the discount beside it: the rows tell, or a person is asked."""

from __future__ import annotations

from typing import Any

import pytest

from custrata.core.guess import guess_columns, profile, questions, source_options
from custrata.core.guess.table import TableGuess

QUANTITY = [2, 1, 4, 3, 5, -1] * 5
PRICE = [500, 300, 50, 125.5, 480, 500] * 5
OFF = [100, 30, 0, 12.55, 240, -50] * 5


def guessed(**columns: Any) -> TableGuess:
    rows = {
        "单号": [f"S{i}" for i in range(30)], "客户编码": [f"K{i % 7}" for i in range(30)],
        "日期": [f"2024-01-{1 + i % 28:02}" for i in range(30)],
    }  # fmt: skip
    return guess_columns([profile(n, c) for n, c in {**rows, **columns}.items()])


def amounts(*, net: bool) -> list[float]:
    """A return is written as sales are, with the signs turned round."""
    return [round(q * p - (d if net else 0), 2) for q, p, d in zip(QUANTITY, PRICE, OFF, strict=True)]


@pytest.mark.parametrize("signs", [1, -1, "positive"])
def test_an_amount_that_is_quantity_times_price_is_before_the_discount(signs: Any) -> None:
    """However discounts are signed: as the row, the other way round, or never."""
    off = [abs(d) if signs == "positive" else d * signs for d in OFF]
    guess = guessed(数量=QUANTITY, 单价=PRICE, 金额=amounts(net=False), 优惠=off)
    assert guess.discount is not None and guess.discount.before and guess.discount.reason is not None
    assert guess.discount.reason.code == "discount_before" and guess.discount.reason.values["n"] == 25
    assert source_options(guess)["amount"] == "before discount"
    assert "discount" not in [q.topic for q in questions(guess)]


def test_an_amount_with_the_discount_taken_off_is_what_was_paid() -> None:
    guess = guessed(数量=QUANTITY, 单价=PRICE, 金额=amounts(net=True), 优惠=OFF)
    assert guess.discount is not None and not guess.discount.before and guess.discount.certainty > 0.9
    assert "amount" not in source_options(guess)


def test_where_nothing_tells_a_person_is_asked_and_the_amount_stays_as_it_is() -> None:
    guess = guessed(金额=amounts(net=True), 优惠=OFF)
    asked = next(q for q in questions(guess) if q.topic == "discount")
    assert (asked.best, {o.value for o in asked.options}) == ("after", {"before", "after"})
    assert "优惠" in asked.text("zh") and "amount" not in source_options(guess)


def test_a_discount_that_stands_on_every_line_of_an_order_may_be_the_whole_orders() -> None:
    numbers = {"单号": [f"S{i // 3}" for i in range(30)], "优惠": [10 + i // 3 for i in range(30)]}
    guess = guessed(数量=QUANTITY, 单价=PRICE, 金额=amounts(net=False), **numbers)
    asked = next(q for q in questions(guess) if q.topic == "discount")
    assert asked.best == "after" and "整单" in asked.why[0].text("zh") and "amount" not in source_options(guess)


def test_a_discount_that_is_never_given_raises_no_question() -> None:
    guess = guessed(数量=QUANTITY, 单价=PRICE, 金额=amounts(net=False), 优惠=[0] * 30)
    assert guess.discount is None and "discount" not in [q.topic for q in questions(guess)]


def test_days_of_one_order_that_are_written_in_two_ways_are_one_day() -> None:
    days = ["2024/1/5", "2024-01-05", "2024年1月5日"] * 10
    numbers = [f"S{i // 3}" for i in range(30)]
    guess = guess_columns([
        profile("单据编号", numbers), profile("往来单位编码", [f"K{i // 3 % 7}" for i in range(30)]),
        profile("单据日期", days), profile("金额", [f"{i}.50" for i in range(30)]),
    ])  # fmt: skip
    order = guess.of("order_id")
    assert order is not None
    codes = [r.code for r in order.reasons]
    assert "order_of_one_customer" in codes and "order_of_many" not in codes
