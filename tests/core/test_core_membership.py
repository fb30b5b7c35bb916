"""Membership years: whole years from the day on which each customer joined, at their edges and in every metric."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_core_interactions import talks

from custrata.core.metrics.base import REGISTRY, Context, FactTables
from custrata.core.metrics.membership import joining_days, with_membership_years
from custrata.core.metrics.plan import customer_table
from custrata.core.windows import parse_window
from naive import every_day
from shops import AS_OF, MONEY, backend, classify, evaluated, returns, sales, scheme, the_problem

THIS, LAST = "membership year", "last membership year"
BODY = f"""
metrics:
  now: {{monetary: {THIS}}}
  orders: {{frequency: {THIS}}}
  recency: {{recency: days, window: {THIS}}}
  before: {{monetary: {LAST}}}
  orders_before: {{frequency: {LAST}}}
  recency_before: {{recency: days, window: {LAST}}}
  growth: {{growth: {THIS}}}
"""


def people(**joined: str | date | None) -> pa.Table:
    """Customers by the day on which they joined."""
    days = [None if d is None else date.fromisoformat(str(d)) for d in joined.values()]
    return pa.table({"customer_id": pa.array(list(joined), pa.string()), "joined_at": pa.array(days, pa.date32())})


def years_since(joined: date, day: date) -> int:
    """How many anniversaries have come by a day; that of 29 February comes on the 28th where a year has none."""

    def comes(year: int) -> date:
        try:
            return joined.replace(year=year)
        except ValueError:
            return date(year, 2, 28)

    return sum(comes(year) <= day for year in range(joined.year + 1, day.year + 1))


some_day = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@given(some_day, st.integers(0, 4000), st.integers(0, 1), st.booleans())
def test_a_membership_year_holds_the_days_between_two_anniversaries(
    joined: date, later: int, back: int, leap: bool
) -> None:
    joined = date(joined.year // 4 * 4, 2, 29) if leap and joined.year > 1995 else joined
    as_of = joined + timedelta(days=later)
    wanted = years_since(joined, as_of) - back
    inside = [
        d for d in every_day(max(joined, as_of - timedelta(days=1100)), as_of) if years_since(joined, d) == wanted
    ]
    found = parse_window((THIS, LAST)[back]).days_of(joined, as_of)
    assert found == ((inside[0], inside[-1]) if inside else None)


@pytest.mark.parametrize(
    ("window", "joined", "as_of", "days"),
    [
        (THIS, "2020-05-15", "2024-05-14", ("2023-05-15", "2024-05-14")),
        (THIS, "2020-05-15", "2024-05-15", ("2024-05-15", "2024-05-15")),
        (THIS, "2020-05-15", "2024-05-16", ("2024-05-15", "2024-05-16")),
        (LAST, "2020-05-15", "2024-05-14", ("2022-05-15", "2023-05-14")),
        (LAST, "2020-05-15", "2024-05-15", ("2023-05-15", "2024-05-14")),
        (THIS, "2020-02-29", "2023-02-27", ("2022-02-28", "2023-02-27")),
        (THIS, "2020-02-29", "2023-02-28", ("2023-02-28", "2023-02-28")),
        (THIS, "2020-02-29", "2024-02-28", ("2023-02-28", "2024-02-28")),
        (THIS, "2020-02-29", "2024-02-29", ("2024-02-29", "2024-02-29")),
        (LAST, "2020-02-29", "2024-02-29", ("2023-02-28", "2024-02-28")),
        (THIS, "2024-05-15", "2024-05-15", ("2024-05-15", "2024-05-15")),
        (LAST, "2024-05-15", "2025-05-14", None),
        (LAST, "2024-05-15", "2025-05-15", ("2024-05-15", "2025-05-14")),
        (THIS, "2024-05-16", "2024-05-15", None),
        (THIS, None, "2024-05-15", None),
    ],
)
def test_membership_years_at_their_edges(
    window: str, joined: str | None, as_of: str, days: tuple[str, str] | None
) -> None:
    found = parse_window(window).days_of(joined and date.fromisoformat(joined), date.fromisoformat(as_of))  # type: ignore[arg-type]
    assert found == (days and tuple(map(date.fromisoformat, days)))


@pytest.mark.parametrize(
    "english, chinese",
    [(THIS, "会员年"), (THIS, "本会员年"), (LAST, "上会员年"), (LAST, "上会员年度"), (THIS, "This Membership Year")],
)
def test_a_membership_year_means_the_same_in_both_languages(english: str, chinese: str) -> None:
    assert parse_window(english) == parse_window(chinese)


def test_days_that_are_each_customers_own_are_not_told_of_everybody() -> None:
    window = parse_window(THIS)
    with pytest.raises(ValueError, match="own"):
        window.bounds(AS_OF)
    with pytest.raises(ValueError, match="own"):
        window.previous(AS_OF)
    assert not parse_window(LAST).just_ended(AS_OF)


@pytest.mark.parametrize("mistyped", ["membership yaer", "member ship year", "会员周年"])
def test_a_mistyped_membership_year_is_offered(mistyped: str) -> None:
    problem = the_problem(f"scheme: Shop\nmetrics:\n  a: {{monetary: {mistyped}}}\n")
    assert problem.code == "E-SCHEME-038"
    assert problem.values["suggestion"] in (THIS, "会员年")


ANN = (
    ("ann", "2022-05-14", 1), ("ann", "2022-05-15", 2), ("ann", "2023-05-14", 4), ("ann", "2023-05-15", 8),
    ("ann", "2024-05-14", 16), ("ann", "2024-05-15", 32), ("ann", "2024-05-16", 64),
)  # fmt: skip


def found(*rows: Any, as_of: str, **joined: str | date | None) -> dict[str, Any]:
    return classify(BODY, sales(*rows), customers=people(**joined), as_of=date.fromisoformat(as_of))


@pytest.mark.parametrize(
    ("as_of", "now", "before"),
    [("2024-05-14", 8 + 16, 2 + 4), ("2024-05-15", 32, 8 + 16), ("2024-05-16", 32 + 64, 8 + 16)],
)
def test_a_customers_year_begins_anew_on_the_anniversary(as_of: str, now: int, before: int) -> None:
    ann = found(*ANN, as_of=as_of, ann="2021-05-15")["ann"]
    assert (ann["now"], ann["before"]) == (now, before)


def test_a_customer_who_joined_on_a_leap_day_begins_anew_on_the_28th_where_there_is_no_29th() -> None:
    rows = [("leap", f"2023-02-{d}", 10) for d in (27, 28)] + [("leap", f"2024-02-{d}", 1) for d in (28, 29)]
    assert found(*rows, as_of="2023-02-27", leap="2020-02-29")["leap"]["now"] == 10
    assert found(*rows, as_of="2023-02-28", leap="2020-02-29")["leap"]["now"] == 10
    leap = found(*rows, as_of="2024-02-28", leap="2020-02-29")["leap"]
    assert (leap["now"], leap["before"]) == (11, 10)
    leap = found(*rows, as_of="2024-02-29", leap="2020-02-29")["leap"]
    assert (leap["now"], leap["before"]) == (1, 11)


def test_a_customer_who_joined_less_than_a_year_ago_has_no_last_membership_year() -> None:
    rows = [("new", "2023-06-01", 100), ("new", "2024-03-01", 7)]
    new = found(*rows, as_of="2024-03-31", new="2024-01-01")["new"]
    assert (new["before"], new["orders_before"], new["recency_before"]) == (0, 0, None)
    assert (new["now"], new["orders"], new["recency"]) == (7, 1, 30), "what he bought before he joined does not count"


def test_a_customer_who_joins_on_the_as_of_date_has_one_day() -> None:
    today = found(("today", "2024-03-30", 5), ("today", "2024-03-31", 9), as_of="2024-03-31", today="2024-03-31")
    assert (today["today"]["now"], today["today"]["recency"]) == (9, 0)


def test_a_customer_who_joins_after_the_as_of_date_has_no_membership_year_yet() -> None:
    late = found(("late", "2024-03-30", 5), as_of="2024-03-31", late="2024-04-01")["late"]
    assert (late["now"], late["orders"], late["recency"], late["before"]) == (0, 0, None, 0)


def test_who_has_no_joining_day_joined_with_his_first_purchase() -> None:
    rows = [("ann", "2022-04-10", 1), ("ann", "2023-04-09", 2), ("ann", "2023-04-10", 4), ("bob", "2022-01-01", 8)]
    told = found(*rows, as_of="2024-03-31", ann=None, bob="2023-03-31")
    assert (told["ann"]["now"], told["ann"]["before"]) == (4, 3)
    assert (told["bob"]["now"], told["bob"]["before"]) == (0, 0)
    unknown = classify(BODY, sales(*rows), as_of=AS_OF)
    assert (unknown["ann"]["now"], unknown["ann"]["before"]) == (4, 3)
    assert (unknown["bob"]["now"], unknown["bob"]["before"]) == (0, 0)
    shifted = classify(BODY, sales(*rows), returns=returns(("ann", "2022-04-11", 1, "o0")), as_of=AS_OF)
    assert (shifted["ann"]["now"], shifted["ann"]["before"]) == (6, 0), "what went back in whole was no purchase"


def test_a_year_that_is_not_over_is_compared_with_as_many_days_of_the_one_before() -> None:
    rows = [("ann", "2023-01-10", 50), ("ann", "2023-01-20", 50), ("ann", "2024-01-10", 60), ("ann", "2024-01-12", 5)]
    assert found(*rows, as_of="2024-01-10", ann="2021-01-01")["ann"]["growth"] == 0.2
    assert found(*rows, as_of="2024-01-20", ann="2021-01-01")["ann"]["growth"] == -0.35
    over = [("leap", "2024-12-31", 10), ("leap", "2025-12-31", 20)]
    assert found(*over, as_of="2025-12-31", leap="2021-01-01")["leap"]["growth"] == 1, "the 366th day counts as well"


purchase = st.tuples(st.sampled_from("abcd"), st.integers(0, 1500), st.integers(1, 9999))
spent = st.lists(purchase, min_size=1, max_size=40)


@given(spent, st.lists(st.none() | st.integers(-20, 1900), min_size=4, max_size=4), st.integers(0, 800), st.booleans())
def test_what_was_spent_in_a_membership_year_agrees_with_a_bookkeeper(
    rows: Any, joined: list[int | None], ago: int, leap: bool
) -> None:
    as_of = (date(2024, 2, 29) if leap else date(2024, 12, 31)) - timedelta(days=ago if not leap else 0)
    bought = [(who, as_of - timedelta(days=d), Decimal(cents) / 100) for who, d, cents in rows]
    days = dict(zip("abcd", (None if j is None else as_of - timedelta(days=j) for j in joined), strict=True))
    told = found(*bought, as_of=str(as_of), **days)
    for who, row in told.items():
        own = [(d, amount) for w, d, amount in bought if w == who]
        since = days[who] or min((d for d, _ in own), default=None)
        for back, spend, orders, recency in ((0, "now", "orders", "recency"),
                                             (1, "before", "orders_before", "recency_before")):  # fmt: skip
            counted = [
                (d, amount) for d, amount in own
                if since is not None and since <= d and years_since(since, d) == years_since(since, as_of) - back
            ] if since is None or since <= as_of else []  # fmt: skip
            last = max((d for d, _ in counted), default=None)
            assert row[spend] == sum(amount for _, amount in counted)
            assert row[orders] == len(counted)
            assert row[recency] == (None if last is None else (as_of - last).days)


#: Metrics of every kind, by what is told of them besides the window.
EVERY = {
    "weeks": "recency: weeks", "last_day": "last_purchase: ~", "first_day": "first_purchase: ~", "tenure": "tenure: ~",
    "by_day": "frequency: ~, count: day", "spend": "monetary: ~", "value": "average_order_value: ~",
    "growth": "growth: ~", "units": "quantity: ~", "back": "return_rate: ~",
    "orders_back": "return_rate: ~, of: orders", "given": "discount_share: ~", "interval": "interval: ~",
    "months": "stability: active months",
    "clockwork": "stability: intervals", "tea": "share: category, is: tea", "sort": "top: category",
    "sort_share": "top_share: category", "sorts": "breadth: category", "sum": "sql: sum(net)",
    "biggest": "sql: max(amount), from: lines", "talks": "sql: count(*), from: interactions",
    "contacts": "interactions: all", "open": "interactions: complaint, state: open",
    "quiet": "days_since_contact: all", "content": "satisfaction: ~", "rate": "complaint_rate: ~",
    "holds": "assets: all",
}  # fmt: skip


def written(metric: str, window: str) -> str:
    """A metric with a window, which some kinds take as their short form."""
    return metric.replace("~", window) if "~" in metric else f"{metric}, window: {window}"


def test_every_kind_of_metric_is_tried_with_membership_years() -> None:
    # A prediction looks at all of a customer's time, and refuses any window.
    kinds = {name: kind for name, kind in REGISTRY.all().items() if kind.base != "predicted"}
    own = {name for name, kind in kinds.items() if kind.__module__.startswith("custrata.")}
    assert own == {metric.split(":")[0] for metric in EVERY.values()}


def all_kinds(pairs: Mapping[str, str], seed: int, as_of: date) -> dict[str, dict[str, Any]]:
    """Every kind of metric with windows, of customers who all joined on 1 January 2020: for them membership years are
    calendar years."""
    chance = random.Random(seed)

    def day() -> date:
        return as_of - timedelta(days=chance.randrange(1100))

    lines = [(f"c{i % 3}", day(), chance.randrange(1, 99), f"o{i}") for i in range(30)]
    back = [(who, d + timedelta(days=3), chance.randrange(1, amount + 1), n) for who, d, amount, n in lines[::4]]
    orders = sales(*lines)
    more = {
        "category": [chance.choice(["tea", "cake", None]) for _ in lines], "quantity": [1] * len(lines),
        "discount": [chance.randrange(9) for _ in lines],
    }  # fmt: skip
    for name, values in more.items():
        orders = orders.append_column(name, pa.array(values))
    told = talks(*((f"c{i % 3}", str(day()), chance.choice(["complaint", "feedback"]), None, i) for i in range(20)))
    assets = pa.table({
        "customer_id": ["c0", "c1", "c2"], "kind": ["a", "b", "a"], "value": pa.array([Decimal(1)] * 3, MONEY),
        "day": pa.array([day() for _ in range(3)], pa.date32()),
    })  # fmt: skip
    metrics = "".join(
        f"  {name}_{suffix}: {{{written(metric, window)}}}\n"
        for name, metric in EVERY.items() for suffix, window in pairs.items()
    )  # fmt: skip
    joined = people(c0="2020-01-01", c1="2020-01-01", c2="2020-01-01")
    return classify(
        f"metrics:\n{metrics}", orders, returns=returns(*back), interactions=told, assets=assets, customers=joined,
        as_of=as_of,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("own", "all_", "as_of"),
    [(THIS, "year", "2024-03-31"), (THIS, "year", "2024-12-31"), (LAST, "last year", "2024-02-29")],
)
def test_whoever_joined_on_new_years_day_has_the_numbers_of_the_calendar_year(own: str, all_: str, as_of: str) -> None:
    for row in all_kinds({"own": own, "all": all_}, 7, date.fromisoformat(as_of)).values():
        for name in EVERY:
            assert row[f"{name}_own"] == row[f"{name}_all"], name


def test_other_metrics_are_worked_out_as_if_there_were_no_membership_years() -> None:
    t = ibis.table(
        {"customer_id": "string", "order_id": "string", "day": "date", "purchase": "boolean", "net": "decimal(18,2)"},
        name="orders",
    )
    metrics = scheme("metrics: {a: {monetary: 30 days}, b: {frequency: lifetime}}").metrics
    asked = ibis.to_sql(customer_table(FactTables(t, t), metrics, (), Context(AS_OF)), dialect="duckdb")
    assert "JOIN" not in asked


@pytest.mark.parametrize("dialect", ["duckdb", "pyspark", "clickhouse", "postgres"])
def test_membership_years_can_be_said_to_every_engine(dialect: str) -> None:
    orders = ibis.table({"customer_id": "int64", "day": "date", "purchase": "boolean"}, name="orders")
    customers = ibis.table({"customer_id": "int64", "joined_at": "date"}, name="customers")
    facts = with_membership_years(FactTables(orders, orders, customers), AS_OF)
    assert "_year_0" in ibis.to_sql(facts.orders, dialect=dialect)


def test_the_days_that_count_are_told_of_each_customer() -> None:
    body = f"metrics:\n  now: {{monetary: {THIS}}}\n  before: {{monetary: {LAST}}}\n  ever: {{monetary: lifetime}}\n"
    rows = [("ann", "2023-06-01", 5), ("bob", "2024-01-10", 7)]
    with evaluated(body, sales(*rows), customers=people(ann="2020-05-15", bob=None), as_of=AS_OF) as result:
        ann, bob = ({m.name: (m.first, m.last) for m in result.explain(who).metrics} for who in ("ann", "bob"))
    assert ann["now"] == (date(2023, 5, 15), AS_OF)
    assert ann["before"] == (date(2022, 5, 15), date(2023, 5, 14))
    assert bob["now"] == (date(2024, 1, 10), AS_OF)
    assert bob["before"] == (None, None)
    assert bob["ever"] == (None, AS_OF)


def test_joining_days_are_one_a_customer() -> None:
    orders = ibis.memtable(
        [("a", date(2024, 1, 5), True), ("a", date(2024, 1, 3), False), ("b", date(2023, 1, 1), True)],
        schema={"customer_id": "string", "day": "date", "purchase": "boolean"},
    )
    known = ibis.memtable(
        [("a", None), ("b", date(2022, 2, 2)), ("c", None), ("d", date(2021, 1, 1))],
        schema={"customer_id": "string", "joined_at": "date"},
    )
    said = backend().to_pyarrow(joining_days(orders, known)).to_pylist()
    wanted = {"a": date(2024, 1, 5), "b": date(2022, 2, 2), "d": date(2021, 1, 1)}
    assert sorted((row["customer_id"], row["joined"]) for row in said) == sorted(wanted.items())
