"""A person is asked only what the file cannot tell, with the choices, the best guess and why; and quickly."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

import pytest

from custrata.core.guess import Question, TableGuess, guess_columns, profile, questions
from custrata.core.guess.arithmetic import proofs
from custrata.core.guess.matching import best_assignment

N = 40
SURE = {
    "订单编号": [f"D{i:04d}" for i in range(N)], "会员号": [f"M{(i * i) % 9}" for i in range(N)],
    "下单时间": [f"2024-0{1 + i // 20}-{1 + i % 20:02d} 10:00:00" for i in range(N)],
    "实付金额": [f"{9 + i}.50" for i in range(N)],
    "订单状态": ["交易关闭" if i % 9 == 8 else "交易成功" for i in range(N)],
}  # fmt: skip
ENGLISH = {
    "Order ID": SURE["订单编号"], "Customer ID": SURE["会员号"], "Order Date": SURE["下单时间"],
    "Amount Paid": SURE["实付金额"],
}  # fmt: skip


def guessed(columns: dict[str, Sequence[Any]]) -> TableGuess:
    return guess_columns([profile(name, values) for name, values in columns.items()])


def asked(columns: dict[str, Sequence[Any]]) -> dict[tuple[str, str], Question]:
    return {(q.topic, q.about): q for q in questions(guessed(columns))}


def test_nothing_is_asked_where_the_file_tells_everything() -> None:
    assert asked(SURE) == {}


def test_the_currency_is_asked_where_nothing_tells_it() -> None:
    question = asked(ENGLISH)["currency", ""]
    assert question.text("zh") == "金额是什么币种？"
    assert {"CNY", "USD", "EUR"} <= {o.value for o in question.options}
    assert asked({**ENGLISH, "Currency": ["USD"] * N}) == {}
    assert asked({**ENGLISH, "Amount Paid": [f"€{x}" for x in SURE["实付金额"]]}) == {}


def test_several_currencies_are_told() -> None:
    found = guessed({**ENGLISH, "Currency": ["USD", "EUR"] * (N // 2)})
    assert "currencies_mixed" in {f.code for f in found.findings}


def test_day_and_month_are_asked_where_nothing_proves_them() -> None:
    days = ["03/04/2024", "05/06/2024", "07/02/2024", "01/08/2024"] * (N // 4)
    question = asked({**SURE, "下单时间": days})["dates", ""]
    assert {o.value for o in question.options} == {"dmy", "mdy"}
    assert "/" in question.text("en")
    proven = [*days[:-1], "25/04/2024"]
    assert asked({**SURE, "下单时间": proven}) == {}


def test_two_customer_columns_that_disagree_are_asked() -> None:
    other = [f"1380000{(i * 7) % 11:04d}" for i in range(N)]
    columns = {**SURE, "买家昵称": SURE["会员号"], "买家手机": other}
    del columns["会员号"]
    question = asked(columns)["column", "customer_id"]
    assert {"买家昵称", "买家手机"} <= {o.value for o in question.options}
    assert all(o.text("zh") and o.text("en") for o in question.options)


def test_a_status_that_is_not_known_is_asked_and_counts_until_told() -> None:
    strange = ["特批" if i % 4 == 0 else "交易成功" for i in range(N)]
    question = asked({**SURE, "订单状态": strange})["status", "特批"]
    assert question.best == "yes"
    assert "特批" in question.text("en")


def test_a_missing_customer_is_asked_with_what_there_is() -> None:
    columns = {name: values for name, values in SURE.items() if name != "会员号"}
    question = asked({**columns, "收货人": SURE["会员号"]})["column", "customer_id"]
    assert "收货人" in {o.value for o in question.options}


def test_a_table_that_could_be_two_things_is_asked() -> None:
    columns = {"编号": [f"A{i}" for i in range(N)], "名称": [f"名{i}" for i in range(N)]}
    assert ("kind", "") in asked(columns)


@pytest.mark.parametrize("found", [{}, {"a": []}, {"a": [None, None]}, {"": ["x"]}, {"a": ["x"], "b": ["1"]}])
def test_tables_of_nothing_break_nothing(found: dict[str, Sequence[Any]]) -> None:
    guess = guessed(found)
    assert guess.kind.certainty <= 0.99
    assert all(q.text("zh") and q.text("en") for q in questions(guess))


def test_an_assignment_is_the_best_of_all() -> None:
    chance = random.Random(5)
    for _ in range(60):
        rows, headers = range(chance.randint(1, 4)), range(chance.randint(1, 5))
        scores = {(f"c{r}", f"h{h}"): chance.uniform(-2, 5) for r in rows for h in headers if chance.random() < 0.8}
        _, best = best_assignment(scores)
        assert best == pytest.approx(_exhaustive(scores, [f"c{r}" for r in rows], set()))


def _exhaustive(scores: dict[tuple[str, str], float], columns: list[str], taken: set[str]) -> float:
    if not columns:
        return 0.0
    first, *rest = columns
    best = _exhaustive(scores, rest, taken)
    for (column, header), score in scores.items():
        if column == first and header not in taken and score > 0:
            best = max(best, score + _exhaustive(scores, rest, taken | {header}))
    return best


def test_a_column_of_zeros_proves_nothing() -> None:
    paid = profile("实付", [10, 20, 30, 40, 55])
    asked_ = profile("应付", [10, 20, 30, 40, 55])
    zeros = profile("税额", [0, 0, 0, 0, 0])
    assert proofs({"amount": [paid, asked_], "tax": [zeros]}) == []


def test_a_wide_table_takes_less_than_two_seconds() -> None:
    chance = random.Random(1)
    kinds = [
        lambda: f"SO{chance.randrange(10**8):08d}", lambda: f"{chance.random() * 1000:.2f}",
        lambda: f"2024-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d} {chance.randint(0, 23):02d}:30:00",
        lambda: f"{chance.randint(1, 12)}/{chance.randint(1, 28)}/2024", lambda: chance.choice(["已完成", "已取消"]),
        lambda: str(chance.randint(1, 5)), lambda: f"138{chance.randrange(10**8):08d}",
        lambda: f"客户{chance.randrange(10**5)}",
    ]  # fmt: skip
    names = ["单号", "金额", "时间", "日期", "状态", "数量", "手机", "客户"]
    columns = {f"{names[i % 8]}{i // 8 or ''}": [kinds[i % 8]() for _ in range(5000)] for i in range(50)}
    start = time.process_time()
    guess = guessed(columns)
    # A quarter of the 200 columns in a quarter of the time; the time of this process, not of a busy machine.
    assert time.process_time() - start < 1.0
    assert guess.kind.kind == "orders"
