"""The calendar: closed weekdays and chance leave no gaps; silences that nothing explains do."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.audit.calendar import Habit, at_most, month_end, new_year, stray_days

FIRST = date(2023, 1, 2)
DAY = timedelta(days=1)


def shop(days: int = 400, orders: int = 10, *, closed: tuple[int, ...] = ()) -> dict[date, int]:
    """Orders of each day; on closed weekdays (0 is Monday) none."""
    every = (FIRST + i * DAY for i in range(days))
    return {day: orders for day in every if day.weekday() not in closed}


def without(orders: dict[date, int], first: date, last: date) -> dict[date, int]:
    return {day: n for day, n in orders.items() if not first <= day <= last}


@pytest.mark.parametrize("closed", [(), (6,), (5, 6), (0, 2, 4)])
def test_a_shop_that_closes_on_the_same_weekdays_has_no_gaps(closed: tuple[int, ...]) -> None:
    assert Habit(shop(closed=closed)).gaps() == []
    assert Habit(shop(closed=closed)).weak_weeks() == []


def test_days_that_are_missing_are_counted_without_the_closed_ones() -> None:
    first, last = date(2023, 6, 8), date(2023, 6, 13)  # Thursday to Tuesday
    (gap,) = Habit(without(shop(closed=(6,)), first, last)).gaps()
    assert (gap.first, gap.last, gap.days, gap.expected, gap.holiday) == (first, last, 5, 50, False)


def test_one_day_of_a_busy_shop_is_a_gap_and_of_a_quiet_shop_is_chance() -> None:
    day = date(2023, 6, 8)
    assert [g.first for g in Habit(without(shop(orders=20), day, day)).gaps()] == [day]
    assert Habit(without(shop(orders=2), day, day)).gaps() == []


def test_a_silence_of_months_is_one_gap_however_long() -> None:
    first, last = date(2023, 4, 1), date(2023, 10, 31)
    (gap,) = Habit(without(shop(), first, last)).gaps()
    assert (gap.first, gap.last) == (first, last)


def test_a_gap_around_chinese_new_year_is_known_as_one() -> None:
    (gap,) = Habit(without(shop(), date(2024, 1, 25), date(2024, 2, 3))).gaps()
    assert gap.holiday


def test_orders_that_come_by_chance_leave_no_gaps() -> None:
    rng = random.Random(1)
    for mean in (0.3, 1, 3, 8):
        orders = {}
        for i in range(700):
            n = sum(rng.random() < mean / 50 for _ in range(50))
            if n:
                orders[FIRST + i * DAY] = n
        habit = Habit(orders)
        assert habit.gaps() == [], mean
        assert habit.weak_weeks() == [], mean


def test_a_week_of_few_orders_is_weak_and_a_whole_one_is_not() -> None:
    orders = shop()
    monday = date(2023, 9, 4)
    for i in range(7):
        orders[monday + i * DAY] = 1
    (week,) = Habit(orders).weak_weeks()
    assert (week.first, week.orders, week.expected) == (monday, 7, 70)


def test_an_export_in_the_middle_of_the_last_day_is_noticed() -> None:
    orders = shop(orders=40)
    last = max(orders)
    assert Habit(orders).part_of_last_day() is None
    assert Habit({**orders, last: 4}).part_of_last_day() == pytest.approx(0.1)


def test_stray_days_are_no_part_of_the_calendar() -> None:
    orders = {date(1970, 1, 1): 1, **shop(), date(2051, 1, 1): 1}
    assert stray_days(orders) == [date(1970, 1, 1), date(2051, 1, 1)]
    assert Habit(orders).gaps() == []
    assert (Habit(orders).first, Habit(orders).last) == (min(shop()), max(shop()))


def test_a_company_that_paused_for_two_years_has_no_stray_days() -> None:
    early = {FIRST - (900 + i) * DAY: 10 for i in range(200)}
    assert stray_days({**early, **shop()}) == []


@given(st.integers(0, 40), st.floats(0.1, 40))
def test_the_chance_of_at_most_so_many_orders_is_a_chance(n: int, expected: float) -> None:
    assert 0 <= at_most(n, expected) <= 1 + 1e-9
    assert at_most(n, expected) <= at_most(n + 1, expected)


@given(st.dates(date(1999, 1, 1), date(2040, 12, 31)))
def test_the_end_of_a_month_is_the_day_before_a_first(day: date) -> None:
    end = month_end(day)
    assert (end.year, end.month) == (day.year, day.month)
    assert (end + DAY).day == 1


def test_new_year_is_only_in_its_season() -> None:
    assert new_year(date(2023, 12, 1), date(2024, 3, 1))
    assert not new_year(date(2024, 2, 21), date(2024, 12, 31))
