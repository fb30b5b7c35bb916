"""Which days a window covers, against plain enumeration and at month ends, leap days and turns of the year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.windows import parse_window
from naive import every_day

some_day = st.dates(date(1990, 1, 1), date(2100, 12, 31))


def days_of(window: str, as_of: date) -> list[date]:
    first, last = parse_window(window).bounds(as_of)
    assert first is not None
    return list(every_day(first, last))


@given(some_day, st.integers(1, 800))
def test_n_days_are_the_n_days_that_end_with_the_as_of_date(as_of: date, n: int) -> None:
    covered = days_of(f"{n} days", as_of)
    assert len(covered) == n
    assert covered[-1] == as_of


CALENDAR = {
    "week": lambda d: d.isocalendar()[:2],
    "month": lambda d: (d.year, d.month),
    "quarter": lambda d: (d.year, (d.month - 1) // 3),
    "year": lambda d: d.year,
}


@given(some_day, st.sampled_from(sorted(CALENDAR)))
def test_a_calendar_window_holds_the_days_of_the_same_unit_up_to_the_as_of_date(as_of: date, unit: str) -> None:
    key = CALENDAR[unit]
    around = every_day(as_of - timedelta(days=800), as_of + timedelta(days=400))
    here = [d for d in around if key(d) == key(as_of)]
    assert days_of(unit, as_of) == [d for d in here if d <= as_of]
    before = here[0] - timedelta(days=1)
    assert days_of(f"last {unit}", as_of) == [
        d for d in every_day(as_of - timedelta(days=800), as_of) if key(d) == key(before)
    ]


@given(some_day, st.integers(1, 60))
def test_n_months_follow_each_other_without_gap_or_overlap(as_of: date, n: int) -> None:
    window = parse_window(f"{n} months")
    first, last = window.bounds(as_of)
    assert first is not None
    assert last == as_of
    assert (last - first).days + 1 in range(28 * n, 31 * n + 1)
    assert window.previous(as_of) is not None
    assert window.previous(as_of)[1] == first - timedelta(days=1)  # type: ignore[index]


@given(some_day, st.sampled_from(["7 days", "12 months", "week", "last month", "quarter", "last year", "month"]))
def test_the_window_before_ends_the_day_before_or_is_as_long(as_of: date, name: str) -> None:
    window = parse_window(name)
    first, last = window.bounds(as_of)
    found = window.previous(as_of)
    assert first is not None
    assert found is not None
    assert found[0] <= found[1] < first
    assert found[1] == first - timedelta(days=1) or found[1] - found[0] == last - first


@pytest.mark.parametrize(
    "window, as_of, first, last",
    [
        ("30 days", "2024-03-30", "2024-03-01", "2024-03-30"),
        ("1 day", "2024-02-29", "2024-02-29", "2024-02-29"),
        ("2 weeks", "2024-03-01", "2024-02-17", "2024-03-01"),
        ("1 month", "2024-03-31", "2024-03-01", "2024-03-31"),
        ("1 month", "2024-02-29", "2024-01-30", "2024-02-29"),
        ("1 month", "2023-03-30", "2023-03-01", "2023-03-30"),
        ("12 months", "2024-02-29", "2023-03-01", "2024-02-29"),
        ("1 year", "2025-02-28", "2024-02-29", "2025-02-28"),
        ("12 months", "2024-12-31", "2024-01-01", "2024-12-31"),
        ("month", "2024-02-29", "2024-02-01", "2024-02-29"),
        ("last month", "2024-03-31", "2024-02-01", "2024-02-29"),
        ("last month", "2023-03-01", "2023-02-01", "2023-02-28"),
        ("last month", "2024-01-15", "2023-12-01", "2023-12-31"),
        ("quarter", "2024-05-15", "2024-04-01", "2024-05-15"),
        ("last quarter", "2024-02-01", "2023-10-01", "2023-12-31"),
        ("year", "2024-01-01", "2024-01-01", "2024-01-01"),
        ("last year", "2025-06-30", "2024-01-01", "2024-12-31"),
        ("week", "2024-03-31", "2024-03-25", "2024-03-31"),
        ("last week", "2024-04-01", "2024-03-25", "2024-03-31"),
    ],
)
def test_windows_at_the_edges_of_the_calendar(window: str, as_of: str, first: str, last: str) -> None:
    assert parse_window(window).bounds(date.fromisoformat(as_of)) == (
        date.fromisoformat(first),
        date.fromisoformat(last),
    )


@pytest.mark.parametrize(
    "english, chinese",
    [
        ("30 days", "近30天"), ("30 days", "最近 30 日"), ("12 months", "近12个月"), ("12 months", "过去1年"),
        ("14 days", "2周"), ("last month", "上月"), ("last month", "上个月"), ("month", "本月"), ("quarter", "本季度"),
        ("last quarter", "上季度"), ("last year", "去年"), ("year", "今年"), ("lifetime", "全部"), ("lifetime", "累计"),
        ("week", "本周"), ("last week", "上周"), ("30 days", "Last 30 Days"), ("month", "this month"),
    ],
)  # fmt: skip
def test_a_window_means_the_same_in_both_languages(english: str, chinese: str) -> None:
    assert parse_window(english) == parse_window(chinese)


@pytest.mark.parametrize(
    "nonsense",
    ["", "0 days", "days", "next month", "-3 days", "3.5 days", "30", "month 2", "99999 days", "1201 months"],
)
def test_what_is_no_window_is_refused(nonsense: str) -> None:
    with pytest.raises(ValueError, match=r"window|longer"):
        parse_window(nonsense)


def test_lifetime_has_no_first_day_and_nothing_before_it() -> None:
    assert parse_window("lifetime").bounds(date(2024, 1, 1)) == (None, date(2024, 1, 1))
    assert parse_window("lifetime").previous(date(2024, 1, 1)) is None
