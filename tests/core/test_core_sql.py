"""A metric of the user's own: what an SQL expression may say, what it comes to, and what is refused."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import Any

import pytest

from shops import People, classify, column, problems, sales, the_problem

SHOP = sales(("ann", "2024-03-01", 60), ("ann", "2024-03-31", 40), ("bob", "2024-01-01", 5), ("eve", "2024-03-31", -7))


def value(expression: str, **options: Any) -> dict[str, Any]:
    return column(classify(f"metrics: {{it: {json.dumps({'sql': expression, **options})}}}", SHOP), "it")


VALUES = [
    ("sum(net)", 100, 5, -7), ("count(*)", 2, 1, 1), ("count(*) filter (where purchase)", 2, 1, 0),
    ("max(gross) - min(gross)", 20, 0, 0), ("sum(net) / count(*)", 50, 5, -7), ("sum(net) / 0", None, None, None),
    ("avg(net)", 50, 5, -7), ("count(distinct order_id)", 2, 1, 1), ("as_of - max(day)", 0, 90, 0),
    ("max(day) - min(day)", 30, 0, 0), ("sum(net) filter (where day >= '2024-03-02')", 40, None, -7),
    ("coalesce(sum(net) filter (where day > '2024-03-30'), 0)", 40, 0, -7),
    ("sum(case when net > 50 then 1 else 0 end)", 1, 0, 0), ("case when sum(net) > 50 then 2 end", 2, None, None),
    ("greatest(sum(net), 0)", 100, 5, 0), ("least(sum(net), 10) + 1", 11, 6, -6), ("abs(sum(net))", 100, 5, 7),
    ("round(sum(net) / 3, 2)", 33.33, 1.67, -2.33), ("sqrt(sum(net))", 10, 2.236067977, None),
    ("ln(sum(net) * 0)", None, None, None), ("sum(net) > 50", 1, 0, 0), ("sum(net) between 5 and 50", 0, 1, 0),
    ("count(*) filter (where net in (60, 5))", 1, 1, 0), ("year(max(day))", 2024, 2024, 2024),
    ("nullif(count(*), 2)", None, 1, 1), ("-sum(net) * -1.5", 150, 7.5, -10.5),
    ("count(*) filter (where order_id like 'o_' and not purchase)", 0, 0, 1), ("sum(refunded)", 0, 0, 7),
]  # fmt: skip


@lru_cache
def people() -> People:
    """Everybody under every expression: one evaluation serves all."""
    its = {f"it{i}": {"sql": expression} for i, (expression, *_) in enumerate(VALUES)}
    return classify(f"metrics: {json.dumps(its)}", SHOP)


@pytest.mark.parametrize("expression, ann, bob, eve", VALUES)
def test_what_an_expression_comes_to(expression: str, ann: Any, bob: Any, eve: Any) -> None:
    place = [e for e, *_ in VALUES].index(expression)
    assert column(people(), f"it{place}") == {"ann": ann, "bob": bob, "eve": eve}


def test_a_window_and_a_value_for_nothing() -> None:
    assert value("sum(net)", window="30 days") == {"ann": 40, "bob": None, "eve": -7}
    assert value("sum(net)", window="30 days", empty=0) == {"ann": 40, "bob": 0, "eve": -7}


def test_lines_can_be_summed_too() -> None:
    assert value("count(*) filter (where is_return)", **{"from": "lines"}) == {"ann": 0, "bob": 0, "eve": 1}


def test_dates_and_texts_say_their_unit() -> None:
    assert value("min(day)", unit="date")["bob"] == date(2024, 1, 1)
    assert value("max(order_id)", unit="text")["bob"] == "o2"


@pytest.mark.parametrize("expression", [
    "net", "sum(sum(net))", "sum(net) over ()", "(select 1)", "read_csv('x')", "sum(net); drop table x",
    "cast(sum(net) as int)", "sum(net)::int", "pg_sleep(1)", "sum(orders.net)",
    "count(*) + (select max(net) from orders)", "", "1", "sum(", "getenv('HOME')", "sum(net) + 1e400",
    "sum(net) * 99999999999999999999999", "list(net)", "sum(net) + random()", "sum(*) + x", "[1]", "a := 1",
    "sum(net) as x", "select sum(net)", "(" * 190 + "sum(net)" + ")" * 190, "sum(net)" + " + 1" * 300,
    "sum(net) /* x */ union all",
])  # fmt: skip
def test_what_is_not_on_the_list_is_refused(expression: str) -> None:
    problem = the_problem(f"scheme: Shop\nmetrics:\n  it: {json.dumps({'sql': expression})}\n")
    assert (problem.code, problem.place.split(" ")[0]) == ("E-SCHEME-032", "scheme.yaml:3")
    assert "count(distinct …)" in problem.mend("en")


@pytest.mark.parametrize("expression", [
    "sum(order_id)", "sum(net) + 'a'", "abs(max(day))", "lower(sum(net))", "max(day) + 1", "not sum(net)",
    "coalesce(sum(net), 'x')", "case when sum(net) > 1 then 'a' else 2 end", "round(sum(net), 'x')",
    "sum(net) between 1 and 'x'", "sum(1)", "count()", "sum(distinct net)", "max(day)", "max(order_id)", "min(null)",
    "sum(net) and true",
])  # fmt: skip
def test_what_does_not_fit_together_is_refused(expression: str) -> None:
    problem = the_problem(f"scheme: Shop\nmetrics: {{it: {json.dumps({'sql': expression})}}}", orders=SHOP)
    assert problem.code == "E-SCHEME-040"
    assert expression in problem.message("zh")


def test_a_column_that_is_not_there_is_named() -> None:
    found = problems("scheme: Shop\nmetrics: {it: {sql: sum(nett) / sum(weight)}}", orders=SHOP)
    assert [(p.code, p.values["column"]) for p in found] == [("E-SCHEME-039", "nett"), ("E-SCHEME-039", "weight")]
