"""A metric of the user's own: what an SQL expression may say, what it comes to, and what is refused."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from string import Formatter
from typing import Any

import pytest

from custrata.locale import catalog
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
    ("count(*) filter (where order_id not like 'o0')", 1, 1, 1), ("if(sum(net) > 50, 2, 3)", 2, 3, 3),
    ("count(1)", 2, 1, 1), ("sum(if(net > 50, net, null))", 60, None, None), ("SUM(NET)", 100, 5, -7),
    ("sum(net * net)", 5200, 25, 49), ("sum(net) * sum(net) * sum(net)", 1_000_000, 125, -343),
    ("sum(net) * sum(net) * sum(net) * sum(net) * sum(net) * sum(net) * sum(net) * sum(net) * sum(net) * sum(net)",
     None, 9765625, 282475249), ("sum(net * net * net * net) * 0 + 1", 1, 1, 1),
    ("avg(net * net * net)", 140000, 125, -343),
    ("max(net * net * 0.0000001)", 0.00036, 0.0000025, 0.0000049), ("round(sum(net) * 1.05, -1)", 110, 10, -10),
    ("round(sum(net) / 8, 2)", 12.5, 0.63, -0.88), ("floor(sum(net) / 8)", 12, 0, -1), ("ceil(sum(net) / 8)", 13, 1, 0),
    ("count(*) filter (where order_id in ('o0', 'o3'))", 1, 0, 1), ("case count(*) when 2 then 5 else 6 end", 5, 6, 6),
    ("count(*) filter (where day in ('2024-03-01', '2024-01-01'))", 1, 1, 0),
    ("max(day) - '2024-01-01'", 90, 0, 90), ("count(*) filter (where true)", 2, 1, 1),
    ("length(max(order_id))", 2, 2, 2),
    ("sum(net) / sum(net - net)", None, None, None), ("greatest(as_of, max(day)) - as_of", 0, 0, 0),
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


REFUSED = [
    ("net", "outside"), ("sum(net) + net", "outside"), ("case when sum(net) > 1 then day end", "outside"),
    ("sum(sum(net))", "nested"), ("max(count(*) + net)", "nested"), ("sum(net) filter (where max(net) > 1)", "nested"),
    ("sum(net) over ()", "unknown"), ("lag(sum(net))", "unknown"), ("(select 1)", "unknown"),
    ("read_csv('x')", "unknown"), ("cast(sum(net) as int)", "unknown"), ("sum(net)::int", "unknown"),
    ("pg_sleep(1)", "unknown"), ("count(*) + (select max(net) from orders)", "unknown"), ("getenv('HOME')", "unknown"),
    ("list(net)", "unknown"), ("sum(net) + random()", "unknown"), ("[1]", "unknown"), ("sum(net) % 2", "unknown"),
    ("sum(net order by day)", "unknown"), ("sum(net) ignore nulls", "unknown"), ("any_value(net)", "unknown"),
    ("max(channel || 'x')", "unknown"), ("sum(net) is distinct from 1", "unknown"),
    ("max(date '2024-01-01')", "unknown"),
    ("count(*) filter (where channel ilike 'a')", "unknown"),
    ("count(*) filter (where channel like 'a' escape 'b')", "unknown"),
    ("sum(net); drop table x", "syntax"), ("", "syntax"), ("sum(", "syntax"), ("sum()", "syntax"), ("a := 1", "syntax"),
    ("sum(net) as x", "syntax"), ("select sum(net)", "syntax"), ("sum(net) /* x */ union all", "syntax"),
    ("drop table x", "syntax"), ("sum(net) ** ", "syntax"), ("'sum(net)", "syntax"),
    ("sum(orders.net)", "table"), ("count(x.*)", "table"), ("1", "none"), ("as_of", "none"), ("1 + 2", "none"),
    ("sum(net) + 1e400", "digits"), ("sum(net) * 99999999999999999999999", "digits"),
    ("sum(distinct net)", "distinct"), ("min(distinct day)", "distinct"), ("avg(distinct net)", "distinct"),
    ("sum(1)", "constant"), ("max(as_of)", "constant"), ("min(null)", "constant"), ("sum(*) + x", "constant"),
    ("sum(*)", "constant"), ("count('a')", "constant"), ("count()", "option"), ("count(net, day)", "option"),
    ("count(distinct net, day)", "option"), ("max(net, 2)", "option"),
    ("max(net, 2) filter (where purchase)", "option"),
    ("count(*) filter (where trim(leading 'a' from channel) = 'b')", "option"), ("floor(sum(net), 1)", "option"),
    ("count(*) filter (where net between symmetric 2 and 1)", "option"),
    ("count(*) filter (where net in ())", "option"),
    ("count(*) filter (where channel in (select 1))", "option"), ("count(*) filter (where channel in day)", "option"),
    ("abs(sum(net)) filter (where purchase)", "filter"), ("count(*) filter (where channel like order_id)", "pattern"),
    ("count(*) filter (where channel like 'a\\_')", "pattern"), ("round(sum(net), 1.5)", "decimals"),
    ("round(sum(net), count(*))", "decimals"), ("round(sum(net), 'x')", "decimals"),
    ("round(sum(net), 10)", "decimals"),
    ("(" * 190 + "sum(net)" + ")" * 190, "too_long"), ("sum(net)" + " + 1" * 300, "too_long"), ("x" * 2001, "too_long"),
    ("abs(" * 21 + "sum(net)" + ")" * 21, "too_long"), ("sqrt(" * 12 + "sum(net)" + ")" * 12, "too_long"),
    (" * ".join(["sum(net)"] * 20), "too_large"),
]  # fmt: skip
UNFIT = [
    ("sum(order_id)", "wanted"), ("sum(net) + 'a'", "wanted"), ("abs(max(day))", "wanted"),
    ("lower(sum(net))", "wanted"),
    ("max(day) + 1", "wanted"), ("not sum(net)", "wanted"), ("sum(purchase)", "wanted"), ("avg(day)", "wanted"),
    ("max(purchase)", "wanted"), ("max(day) - count(*)", "wanted"), ("year(max(order_id))", "wanted"),
    ("-max(day)", "wanted"),
    ("sum(net) and true", "wanted"), ("count(*) filter (where net)", "wanted"), ("if(sum(net), 1, 2)", "wanted"),
    ("count(*) filter (where purchase > true)", "wanted"), ("count(*) filter (where net like 'a')", "wanted"),
    ("greatest(count(*) > 1, true)", "wanted"), ("length(max(day))", "wanted"),
    ("coalesce(sum(net), 'x')", "differ"), ("case when sum(net) > 1 then 'a' else 2 end", "differ"),
    ("sum(net) between 1 and 'x'", "differ"), ("max(day) > count(*)", "differ"), ("max(order_id) = 5", "differ"),
    ("count(*) filter (where channel in ('a', 2))", "differ"), ("nullif(count(*), 'a')", "differ"),
    ("max(day) > '20240115'", "no_date"), ("max(day) > '2024-W01-1'", "no_date"),
    ("max(day) > '2024-02-30'", "no_date"),
    ("coalesce(max(day), 'soon')", "no_date"), ("max(day) - 'x'", "no_date"),
    ("sum(net) = null", "null"), ("sum(net) + null", "wanted"), ("count(null)", "constant"),
    ("greatest(sum(net), null)", "null"),
    ("coalesce(null, null) + count(*)", "null"), ("case when count(*) > 1 then null end", "null"),
    ("null is null", "null"),
    ("sum(net) is true", "null"), ("nullif(null, count(*))", "null"), ("max(day)", "unit"), ("max(order_id)", "unit"),
]  # fmt: skip


@pytest.mark.parametrize("expression, reason", [*REFUSED, *UNFIT])
def test_what_cannot_be_computed_is_refused_with_its_line_and_reason(expression: str, reason: str) -> None:
    text = f"scheme: Shop\nmetrics:\n  it:\n    window: year\n    sql: {json.dumps(expression)}\n"
    problem = the_problem(text)
    assert problem.code == ("E-SCHEME-040" if (expression, reason) in UNFIT and reason in KINDS else "E-SCHEME-032")
    assert problem.place == "scheme.yaml:5 metrics.it.sql"
    assert problem.values["why"].split("{")[0] in problem.message("en")
    assert reason_of(problem) == reason


KINDS = ("wanted", "differ", "no_date", "null", "unit", "empty")


def reason_of(problem: Any) -> str:
    """The heading of sql.toml whose sentence was told."""

    def same(template: str) -> bool:
        parts = [part for part, *_ in Formatter().parse(template)]
        return all(part in problem.values["how"] for part in parts)

    return next(key for key, entry in catalog("sql", "en").items() if key != "kinds" and same(entry["how"]))


def test_the_mend_lists_what_can_be_used() -> None:
    problem = the_problem("scheme: Shop\nmetrics: {it: {sql: median(net)}}")
    assert "count(distinct …)" in problem.mend("en")
    assert "case when" in problem.mend("zh")


def test_a_column_that_no_order_has_is_told_at_once_with_its_neighbour() -> None:
    problem = the_problem("scheme: Shop\nmetrics:\n  it: {sql: sum(nett) / sum(weight)}")
    assert (problem.code, problem.place) == ("E-SCHEME-044", "scheme.yaml:3 metrics.it.sql")
    assert "'net'" in problem.mend("en")
    assert the_problem("scheme: Shop\nmetrics: {it: {sql: sum(_row), from: lines}}").code == "E-SCHEME-044"


def test_a_column_that_this_source_does_not_give_is_told_with_the_line_of_the_metric() -> None:
    text = "scheme: Shop\nmetrics:\n  rebate: {sql: sum(discount)}\n"
    text += "  heavy: {sql: max(weight), from: lines, unit: text}"
    found = problems(text, orders=SHOP)
    assert [(p.code, p.place, p.values["column"]) for p in found] == [
        ("E-SCHEME-039", "scheme.yaml:3 metrics.rebate", "discount"),
        ("E-SCHEME-039", "scheme.yaml:4 metrics.heavy", "weight"),
    ]


@pytest.mark.parametrize("options, code", [
    ({"empty": "abc"}, "E-SCHEME-040"), ({"empty": "1e30"}, "E-SCHEME-040"), ({"unit": "date"}, "E-SCHEME-040"),
    ({"sql": "max(day)", "unit": "date", "empty": "soon"}, "E-SCHEME-040"), ({"from": "customers"}, "E-SCHEME-005"),
    ({"unit": "tons"}, "E-SCHEME-005"), ({"empty": ".0000000001"}, "E-SCHEME-040"),
])  # fmt: skip
def test_a_unit_or_a_value_for_nothing_that_does_not_fit_is_refused(options: dict[str, Any], code: str) -> None:
    it = json.dumps({"sql": "sum(net)", **options})
    assert the_problem(f"scheme: Shop\nmetrics: {{it: {it}}}").code == code


def test_a_value_for_nothing_may_have_more_decimals_than_the_result() -> None:
    assert value("count(*)", window="30 days", empty=0.5) == {"ann": 1, "bob": 0.5, "eve": 1}
    assert value("sum(net)", window="30 days", empty="1.123456789")["bob"] == pytest.approx(1.123456789, abs=1e-12)
    assert value("max(day)", window="30 days", unit="date", empty="2000-01-01")["bob"] == date(2000, 1, 1)
    assert value("max(order_id)", window="30 days", unit="文字", empty="none")["bob"] == "none"
