"""How customers rise and fall: golden cases of the table in the documentation, and what holds for every history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custrata.core.levels.review import anniversary, anniversary_of
from custrata.core.levels.span import NO_TIME, Span
from custrata.core.levels.step import Found, Held, Policy, first, step
from custrata.core.levels.table import HELD, stepped

DAY = date(2024, 6, 1)
DAYS_30, DAYS_90 = Span("days", 30), Span("days", 90)
KIND = Policy(top=3, hold=DAYS_90, grace=DAYS_30, down_by="step")


def days(n: int) -> timedelta:
    return timedelta(days=n)


def walk(policy: Policy, founds: list[tuple[int, Found]]) -> list[Held]:
    """Standing after each look, `n` days after the first day."""
    found: list[Held] = []
    last = DAY
    for n, f in founds:
        day = DAY + days(n)
        found.append(step(found[-1], f, policy, last, day) if found else first(f, policy, day))
        last = day
    return found


def levels(policy: Policy, *founds: tuple[int, int, bool]) -> list[int]:
    """From (days after the first, earned, keeps)."""
    return [h.level for h in walk(policy, [(n, Found(e, k)) for n, e, k in founds])]


def test_a_new_customer_gets_what_he_earned() -> None:
    assert first(Found(2, True), Policy(3), DAY) == Held(2, DAY)
    assert first(Found(2, True), KIND, DAY) == Held(2, DAY, DAY + days(90))


def test_a_new_customer_may_get_a_level_for_a_while() -> None:
    policy = Policy(3, new=2, new_for=DAYS_30)
    assert first(Found(0, True), policy, DAY) == Held(2, DAY, DAY + days(30))
    assert first(Found(3, True), policy, DAY) == Held(3, DAY)
    assert levels(policy, (0, 0, False), (29, 0, False), (30, 0, False)) == [2, 2, 0]


def test_who_earns_more_rises_at_once_to_what_he_earned_or_by_one_step() -> None:
    assert levels(Policy(3), (0, 0, True), (1, 3, True)) == [0, 3]
    assert levels(Policy(3, up_by="step"), (0, 0, True), (1, 3, True), (2, 3, True), (3, 3, True)) == [0, 1, 2, 3]


def test_who_earns_more_waits_for_the_review() -> None:
    policy = Policy(3, up_at="review", review="monthly")
    assert levels(policy, (0, 0, True), (29, 2, True), (30, 2, True)) == [0, 0, 2]


def test_hold_is_honoured_to_the_day() -> None:
    policy = Policy(3, hold=DAYS_90)
    assert levels(policy, (0, 2, True), (89, 0, False), (90, 0, False)) == [2, 2, 0]


def test_grace_is_honoured_to_the_day_from_the_look_that_found_it() -> None:
    policy = Policy(3, grace=DAYS_30)
    assert levels(policy, (0, 2, True), (10, 0, False), (39, 0, False), (40, 0, False)) == [2, 2, 2, 0]


def test_recovery_inside_grace_cancels_it() -> None:
    policy = Policy(3, grace=DAYS_30)
    found = walk(policy, [(0, Found(2, True)), (10, Found(0, False)), (20, Found(0, True)), (45, Found(0, False))])
    assert [h.failing for h in found] == [None, DAY + days(10), None, DAY + days(45)]
    assert found[-1].level == 2


def test_hold_and_grace_run_side_by_side() -> None:
    assert levels(KIND, (0, 2, True), (70, 0, False), (89, 0, False), (99, 0, False), (100, 0, False)) == [
        2,
        2,
        2,
        2,
        1,
    ]


def test_who_falls_by_one_step_is_protected_again() -> None:
    assert levels(KIND, (0, 3, True), (90, 0, False), (120, 0, False), (150, 0, False), (210, 0, False)) == [
        3,
        3,
        2,
        2,
        1,
    ]


def test_who_meets_enter_of_his_level_keeps_it_whatever_keep_says() -> None:
    assert levels(Policy(3), (0, 2, True), (1, 2, False)) == [2, 2]


def test_nobody_falls_where_nobody_falls() -> None:
    policy = Policy(3, falls=False)
    found = walk(policy, [(0, Found(2, True)), (400, Found(0, False))])
    assert found[-1] == Held(2, DAY, None, DAY + days(400))


def test_who_fails_waits_for_the_review() -> None:
    policy = Policy(3, down_at="review", review="quarterly")
    assert levels(policy, (0, 2, True), (29, 0, False), (30, 0, False)) == [2, 2, 0]


def test_a_refund_takes_the_level_at_once_in_spite_of_hold_and_grace() -> None:
    policy = replace(KIND, refund_at="once")
    refunded = DAY + days(5)
    found = walk(policy, [(0, Found(3, True)), (7, Found(1, False, refunded))])
    assert found[-1] == Held(1, DAY + days(7), DAY + days(97))
    # An earlier one has been looked at; one after the level failed is not why it fails.
    assert step(Held(3, DAY), Found(1, False, DAY), policy, DAY, DAY + days(7)).level == 3
    failing = Held(3, DAY - days(99), None, DAY)
    assert step(failing, Found(1, False, refunded), policy, DAY, DAY + days(7)).level == 3
    assert walk(KIND, [(0, Found(3, True)), (7, Found(1, False, refunded))])[-1].level == 3


def test_reviews_on_anniversaries() -> None:
    policy = Policy(3, down_at="review", review="anniversary of level")
    assert levels(policy, (0, 2, True), (364, 0, False), (365, 0, False)) == [2, 2, 0]
    joined = Policy(3, up_at="review", review="anniversary of joining")
    looks = [(0, Found(0, True, joined=date(2020, 2, 29)))] + [
        (n, Found(2, True, joined=date(2020, 2, 29))) for n in (271, 272)
    ]
    assert [h.level for h in walk(joined, looks)] == [0, 0, 2]
    assert DAY + days(272) == date(2025, 2, 28)


@pytest.mark.parametrize("span", [Span("days", 0), Span("days", 30), Span("months", 1), Span("months", 12)])
def test_a_span_is_over_for_those_who_began_early_enough(span: Span) -> None:
    for day in (date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 30), date(2024, 3, 31), date(2025, 2, 28)):
        start = span.latest_start(day)
        assert span.end(start) <= day < span.end(start + days(1))


spans = st.sampled_from([NO_TIME, Span("days", 1), Span("days", 30), Span("months", 1), Span("months", 12)])
policies = st.builds(
    Policy, top=st.just(3), up_at=st.sampled_from(["once", "review"]), up_by=st.sampled_from(["earned", "step"]),
    falls=st.booleans(), down_at=st.sampled_from(["once", "review"]), down_by=st.sampled_from(["earned", "step"]),
    hold=spans, grace=spans, refund_at=st.sampled_from(["once", "review"]),
    review=st.sampled_from(["every run", "monthly", "quarterly", "yearly", "anniversary of joining",
                            "anniversary of level"]),
    new=st.none() | st.integers(0, 3), new_for=st.none() | spans,
)  # fmt: skip
some_days = st.dates(date(2023, 12, 25), date(2024, 12, 31))
founds = st.builds(
    Found, earned=st.integers(0, 3), keeps=st.booleans(), refunded=st.none() | some_days,
    joined=st.none() | st.dates(date(2018, 1, 1), date(2024, 12, 31)),
)  # fmt: skip
gaps = st.integers(1, 400)
histories = st.lists(st.tuples(gaps, founds), min_size=1, max_size=12)


def told(policy: Policy, history: list[tuple[int, Found]]) -> Iterator[tuple[Held | None, Found, date, date, Held]]:
    """Before, what was found, the day looked before, the day, after."""
    held: Held | None = None
    last = DAY
    day = DAY
    for gap, found in history:
        day += days(gap)
        after = first(found, policy, day) if held is None else step(held, found, policy, last, day)
        yield held, found, last, day, after
        held, last = after, day


@given(policies, histories)
def test_in_every_history_promises_are_kept(policy: Policy, history: list[tuple[int, Found]]) -> None:
    for held, found, last, day, after in told(policy, history):
        assert 0 <= after.level <= policy.top
        assert step(after, found, policy, last, day) == after, "a second look on a day finds nothing new"
        if held is None:
            continue
        by_refund = policy.refund_at == "once" and found.refunded is not None and last < found.refunded <= day
        if after.level < held.level:
            assert policy.falls and not found.keeps and found.earned < held.level
            assert found.earned <= after.level
            if not by_refund:
                assert held.promised is None or held.promised <= day
                assert policy.grace.end(held.failing or day) <= day
        if after.level > held.level:
            assert after.level <= found.earned
        if found.keeps or found.earned >= held.level:
            assert after.level >= held.level and after.failing is None
        if after.level == held.level:
            assert (after.since, after.promised) == (held.since, held.promised)


@given(policies, histories, st.integers(0, 3))
def test_who_earns_more_is_never_lower(policy: Policy, history: list[tuple[int, Found]], more: int) -> None:
    """The same history with one more level earned at every look, and no refund."""
    plain = [(gap, replace(f, refunded=None, joined=DAY)) for gap, f in history]
    better = [(gap, replace(f, earned=min(3, f.earned + more), keeps=f.keeps or more > 0)) for gap, f in plain]
    if policy.review == "anniversary of level" or policy.up_by == "step":
        return
    for (*_, less), (*_, greater) in zip(told(policy, plain), told(policy, better), strict=True):
        if policy.up_at == "once" and policy.down_at == "once" and policy.hold == NO_TIME and policy.new is None:
            assert greater.level >= less.level


columns = {"n": "int64", **HELD, "earned": "int64", "keeps": "boolean", "refunded": "date", "joined": "date"}
helds = st.none() | st.builds(
    Held, level=st.integers(0, 3), since=some_days, promised=st.none() | some_days, failing=st.none() | some_days
)


@settings(max_examples=25, deadline=None)
@given(policies, st.lists(st.tuples(helds, founds), min_size=1, max_size=40), some_days, gaps)
def test_a_table_says_what_the_function_says(
    policy: Policy, rows: list[tuple[Held | None, Found]], last: date, gap: int
) -> None:
    day = last + days(gap)
    data: list[tuple[Any, ...]] = []
    for n, (held, found) in enumerate(rows):
        before = (None,) * 4 if held is None else (held.level, held.since, held.promised, held.failing)
        data.append((n, *before, found.earned, found.keeps, found.refunded, found.joined))
    t = ibis.memtable(data, schema=columns)
    said = stepped(t, policy, last, day).select("n", *HELD).order_by("n").to_pyarrow().to_pylist()
    for row, (held, found) in zip(said, rows, strict=True):
        expected = first(found, policy, day) if held is None else step(held, found, policy, last, day)
        assert Held(row["level"], row["since"], row["promised"], row["failing"]) == expected, (held, found)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.dates(date(2016, 1, 1), date(2025, 1, 1)), min_size=1, max_size=60), some_days, st.integers(1, 900))
def test_anniversaries_in_a_table_are_those_of_each_customer(anchors: list[date], last: date, gap: int) -> None:
    day = last + days(gap)
    t = ibis.memtable([(n, a) for n, a in enumerate([*anchors, date(2020, 2, 29)])], schema={"n": "int64", "a": "date"})
    said = t.select("n", due=anniversary_of(t.a, last, day)).order_by("n").to_pyarrow().to_pylist()
    assert [r["due"] for r in said] == [anniversary(a, last, day) for a in [*anchors, date(2020, 2, 29)]]
