"""Columns that look like the right one and are not: reps, suppliers, receivers, due days, costs, totals of orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from guess_shop import sold

from custrata.core.guess import TableGuess, guess_columns, profile, questions

DAYS = [f"2024-0{1 + i // 15}-{1 + i % 15:02d}" for i in range(30)]
NUMBERS = [f"S{1000 + i}" for i in range(30)]
PEOPLE = [f"K{(i * i) % 7:03d}" for i in range(30)]
MONEY = [f"{10 + 7.25 * (i % 11):.2f}" for i in range(30)]
BASE = {"单号": NUMBERS, "客户编号": PEOPLE, "日期": DAYS, "金额": MONEY}


def guessed(columns: dict[str, Sequence[Any]], **more: Any) -> TableGuess:
    return guess_columns([profile(name, values) for name, values in columns.items()], **more)


def header(guess: TableGuess, column: str) -> str | None:
    found = guess.of(column)
    return found.header if found else None


@pytest.mark.parametrize("trap", ["业务员", "制单人", "供应商", "供应商编码", "Salesperson", "Supplier", "Created by"])
def test_people_who_are_not_the_customer(trap: str) -> None:
    guess = guessed({"单号": NUMBERS, trap: PEOPLE, "日期": DAYS, "金额": MONEY})
    assert header(guess, "customer_id") is None
    assert "customer_id" in guess.missing
    assert any(q.about == "customer_id" for q in questions(guess))


def test_the_receiver_is_taken_for_the_customer_only_with_a_question() -> None:
    guess = guessed({"单号": NUMBERS, "收货人": PEOPLE, "日期": DAYS, "金额": MONEY})
    assert any(q.about == "customer_id" for q in questions(guess))
    others = PEOPLE[3:] + PEOPLE[:3]
    with_buyer = guessed({"单号": NUMBERS, "收货人": PEOPLE, "买家会员名": others, "日期": DAYS, "金额": MONEY})
    assert header(with_buyer, "customer_id") == "买家会员名"


def test_the_member_number_comes_before_the_telephone_but_a_telephone_is_better_than_nothing() -> None:
    phones = [f"138000000{(i * i) % 7 + i % 2}0" for i in range(30)]
    both = guessed({**BASE, "手机号": phones})
    assert header(both, "customer_id") == "客户编号"
    alone = guessed({"单号": NUMBERS, "手机号": phones, "日期": DAYS, "金额": MONEY})
    assert header(alone, "customer_id") == "手机号"


@pytest.mark.parametrize(("right", "wrong"), [
    ("单据日期", "打印日期"), ("单据日期", "交货日期"), ("下单时间", "付款时间"), ("Order Date", "Due Date"),
    ("Order date", "Ship date"), ("订单创建时间", "确认收货时间"), ("销售日期", "到期日"),
])  # fmt: skip
def test_the_day_of_the_order_and_not_another(right: str, wrong: str) -> None:
    later = DAYS[1:] + DAYS[:1]
    guess = guessed({"单号": NUMBERS, "客户编号": PEOPLE, wrong: later, right: DAYS, "金额": MONEY})
    assert header(guess, "ordered_at") == right


@pytest.mark.parametrize(
    "trap", ["成本金额", "毛利", "税额", "积分", "余额", "Cost", "Profit", "运费", "手续费", "库存数量", "汇率"]
)
def test_numbers_that_are_no_spend(trap: str) -> None:
    guess = guessed({"单号": NUMBERS, "客户编号": PEOPLE, "日期": DAYS, trap: MONEY})
    assert header(guess, "amount") is None
    assert "amount" in guess.missing


def test_of_two_days_that_could_be_it_the_earlier_one_is_likelier() -> None:
    later = [f"2024-0{2 + i // 15}-{1 + i % 15:02d}" for i in range(30)]
    early, late = (
        guessed({"单号": NUMBERS, "客户编号": PEOPLE, "创建时间": a, "支付时间": b, "金额": MONEY}).of("ordered_at")
        for a, b in ((DAYS, later), (later, DAYS))
    )
    assert early and late
    assert early.header == "创建时间"
    assert late.header != "创建时间" or late.certainty < early.certainty


@pytest.mark.parametrize(("paid", "asked"), [
    ("实付金额", "应付金额"), ("实收", "应收"), ("实收金额", "原价金额"), ("Amount Paid", "List Total"),
    ("折后金额", "金额"), ("Net Sales", "Gross Sales"),
])  # fmt: skip
def test_what_was_paid_comes_before_what_was_asked(paid: str, asked: str) -> None:
    more = [f"{float(m) * 1.1:.2f}" for m in MONEY]
    guess = guessed({"单号": NUMBERS, "客户编号": PEOPLE, "日期": DAYS, asked: more, paid: MONEY})
    assert header(guess, "amount") == paid


def test_the_amount_with_tax_is_the_one_that_the_rows_prove_to_hold_it() -> None:
    untaxed = [round(float(m), 2) for m in MONEY]
    tax = [round(u * 0.13, 2) for u in untaxed]
    total = [round(u + t, 2) for u, t in zip(untaxed, tax, strict=True)]
    base = {"单号": NUMBERS, "客户编号": PEOPLE, "日期": DAYS}
    guess = guessed({**base, "金额": untaxed, "税额": tax, "价税合计": total})
    assert header(guess, "amount") == "价税合计"
    assert guess.of("amount").certainty >= 0.9  # type: ignore[union-attr]
    assert any("价税合计 = 金额 + 税额" in r.text("zh") for r in guess.of("amount").reasons)  # type: ignore[union-attr]


def test_two_amounts_that_nothing_tells_apart_raise_a_question_with_the_better_one_first() -> None:
    other = [f"{float(m) + i % 3:.2f}" for i, m in enumerate(MONEY)]
    guess = guessed({"单号": NUMBERS, "客户编号": PEOPLE, "日期": DAYS, "销售金额": MONEY, "订单金额": other})
    asked = next(q for q in questions(guess) if q.about == "amount")
    assert {o.value for o in asked.options} == {"销售金额", "订单金额"}
    assert asked.best == asked.options[0].value
    assert asked.certainty < 0.8


def test_a_total_of_the_order_on_every_line_is_not_added_up() -> None:
    lines = sold(20, 3, False, "2024-01-01 10:00:00")
    whole = {s.order: sum(x.net for x in lines if x.order == s.order) for s in lines}
    columns = {"订单号": [f"D{s.order}" for s in lines], "会员号": [s.customer for s in lines],
               "下单时间": [s.at for s in lines], "商品编码": [f"P{s.product}" for s in lines],
               "数量": [s.qty for s in lines], "实付金额": [round(whole[s.order], 2) for s in lines]}  # fmt: skip
    guess = guessed(columns)
    assert any(f.code == "amount_repeats" for f in guess.findings)
    assert guess.of("amount").certainty < 0.95  # type: ignore[union-attr]
    with_lines = guessed({**columns, "金额小计": [s.net for s in lines]})
    assert header(with_lines, "amount") == "金额小计"


@pytest.mark.parametrize(
    "rates", [["1", "0.95", "0.9"], ["10", "9.5", "9"], ["100", "95", "90"], ["100%", "95%", "90%"]]
)
def test_a_rate_of_discount_is_no_money(rates: list[str]) -> None:
    guess = guessed({**BASE, "折扣": [rates[i % 3] for i in range(30)]})
    assert header(guess, "discount") is None


def test_freight_is_taken_off_only_where_the_amount_holds_it() -> None:
    freight = [10.0 if i % 3 else 0.0 for i in range(30)]
    goods = [float(m) for m in MONEY]
    whole = [g + f for g, f in zip(goods, freight, strict=True)]
    base = {"订单号": NUMBERS, "会员号": PEOPLE, "下单时间": DAYS}
    held = guessed({**base, "商品金额": goods, "运费": freight, "实付金额": whole})
    assert (header(held, "amount"), header(held, "freight")) == ("实付金额", "运费")
    apart = guessed({**base, "商品金额": goods, "运费": freight})
    assert header(apart, "freight") is None
    assert any(q.topic == "freight" for q in questions(apart))


def test_the_store_is_kept_under_its_name_and_the_sales_rep_too() -> None:
    guess = guessed({**BASE, "门店": [["东店", "西店"][i % 2] for i in range(30)],
                     "业务员": [["甲", "乙", "丙"][i % 3] for i in range(30)]})  # fmt: skip
    assert {"store": "门店", "sales_rep": "业务员"}.items() <= guess.mapping.items()
    assert header(guess, "channel") is None


def test_the_name_of_the_file_helps_where_the_headers_do_not() -> None:
    columns = {"单据编号": NUMBERS, "客户": PEOPLE, "单据日期": DAYS, "金额": MONEY}
    assert guessed(columns).kind.kind == "orders"
    returned = guessed(columns, called="2024年销售退货单.xlsx").kind
    assert returned.odds["returns"] > guessed(columns).kind.odds["returns"]
    assert guessed(columns, table_kind="returns").kind.kind == "returns"


def test_walk_in_sales_are_told_from_customers() -> None:
    who = ["散客" if i % 4 == 0 else None if i % 4 == 1 else p for i, p in enumerate(PEOPLE)]
    guess = guessed({**BASE, "客户编号": who})
    assert set(guess.anonymous) == {"散客", "empty"}
