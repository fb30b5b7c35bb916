"""When a customer buys again follows from his own gaps, from everybody's as far as he has few, and from his silence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custrata.core.predict.gaps import UNIT, Gaps
from custrata.core.predict.purchases import NoFit
from custrata.core.predict.rhythm import FARTHEST, Rhythm, _slope, _Student
from custrata.core.predict.trial_days import DayTrial, Interval, day_trial, mean_of

#: Everybody buys about monthly; two gaps of one's own weigh as much as that.
RHYTHM = Rhythm(median=30, strength=2, shape=3, scale=0.5, customers=100, gaps=300)


def shop(customers: int, seed: int, strength: float = 0.5, seen: bool = True) -> tuple[Gaps, np.ndarray]:
    """Customers from the model itself, each seen on a day that knows nothing of the next purchase; the days from then
    to it. With `seen`, those who had bought again before that day are left out."""
    rng = np.random.default_rng(seed)
    variance = 1 / rng.gamma(3, 1 / 0.3, customers)
    mean = rng.normal(np.log(30), np.sqrt(variance / strength))
    number = rng.poisson(3, customers)
    logs, squares = np.zeros(customers, dtype=np.int64), np.zeros(customers, dtype=np.int64)

    def gap() -> np.ndarray:
        found: np.ndarray = np.maximum(np.rint(np.exp(rng.normal(mean, np.sqrt(variance)))), 1)
        return found

    for i in range(int(number.max())):
        log = np.where(number > i, np.rint(np.log(gap()) * UNIT), 0).astype(np.int64)
        logs, squares = logs + log, squares + log * log
    following, silent = gap(), rng.integers(0, 40, customers)
    there = (following > silent) | (not seen)
    kept = Gaps(*(a[there] for a in (number.astype(np.int64), logs, squares, silent)))
    return kept, (following - silent)[there]


def one(days: list[int], as_of: int, share: float = 0.5, rhythm: Rhythm = RHYTHM) -> float:
    return float(rhythm.days(Gaps.from_days(days, as_of), share)[0])


def test_the_parameters_that_made_the_customers_are_found_again() -> None:
    found = Rhythm.fit(shop(40_000, 1, seen=False)[0])
    assert found.median == pytest.approx(30, rel=0.03)
    assert found.strength == pytest.approx(0.5, rel=0.05)
    assert found.shape == pytest.approx(3, rel=0.06)
    assert found.scale == pytest.approx(0.3, rel=0.06)


def test_an_interval_holds_as_many_days_as_it_says() -> None:
    gaps, came = shop(30_000, 2)
    found = Rhythm.fit(gaps)
    early, middle, late = (found.days(gaps, share) for share in (0.1, 0.5, 0.9))
    assert ((came >= early) & (came <= late)).mean() == pytest.approx(0.8, abs=0.05)
    assert (came < early).mean() < 0.12 and (came > late).mean() < 0.12
    rule = np.maximum(30 - gaps.silent, 1)
    assert np.abs(came - middle).mean() < 0.85 * np.abs(came - rule).mean()


def test_the_gradient_is_that_of_the_likelihood() -> None:
    gaps, _ = shop(500, 3)
    told = gaps.number > 0
    slope = _slope(gaps.number[told], gaps.mean()[told], gaps.spread()[told])
    at, by = np.array([3.0, 0.2, 0.5, -0.4]), 1e-5
    for i in range(4):
        step = np.eye(4)[i] * by
        assert slope(at)[1][i] == pytest.approx((slope(at + step)[0] - slope(at - step)[0]) / (2 * by), abs=1e-7)


def test_the_distribution_is_students() -> None:
    """Quantiles of tables (Abramowitz and Stegun, 26.10)."""
    for free, share, t in ((5.0, 0.95, 2.015), (5.0, 0.995, 4.032), (30.0, 0.975, 2.042), (120.0, 0.9, 1.289)):
        assert _Student(free).later(np.array([-1e9]), np.array([share]))[0] == pytest.approx(t, abs=6e-4)


def test_a_customer_with_many_gaps_has_his_own_rhythm_and_one_with_none_everybodys() -> None:
    assert one([0], 0) == 30
    weekly = list(range(0, 700, 7))
    assert one(weekly, weekly[-1]) == 7
    assert 7 < one([0, 7], 7) < 30
    assert RHYTHM.own(Gaps.from_days(weekly, 700))[0] > 0.97


def test_a_daily_customer_beside_one_who_comes_twice_a_year() -> None:
    daily, wholesale = list(range(700)), [0, 182, 365, 547]
    assert one(daily, 699) == 1 and one(daily, 699, 0.9) <= 2
    assert 80 < one(wholesale, 547) < 190


def test_who_is_overdue_is_expected_from_tomorrow_on_and_ever_later() -> None:
    days = [0, 30, 60, 90]
    found = [one(days, 90 + s) for s in (0, 20, 60, 200)]
    assert all(f >= 1 for f in found)
    assert found[1] < found[0] and found[3] > found[2]
    assert np.isnan(RHYTHM.days(Gaps.from_days([0], 6_000), 0.9)[0]), f"beyond {FARTHEST} days nothing is told"


def test_a_clockwork_shop_has_a_fit() -> None:
    n = np.full(40, 5, dtype=np.int64)
    log = np.rint(np.log(np.where(np.arange(40) % 2, 14.0, 28.0)) * UNIT).astype(np.int64)
    gaps = Gaps(n, 5 * log, 5 * log * log, np.zeros(40, dtype=np.int64))
    found = Rhythm.fit(gaps)
    assert found.days(gaps, 0.5).tolist() == [28, 14] * 20
    assert (found.days(gaps, 0.9) - found.days(gaps, 0.1)).max() <= 3


def test_too_few_regular_customers_are_refused() -> None:
    with pytest.raises(NoFit) as no:
        Rhythm.fit(Gaps.from_days([0, 5, 9], 10))
    assert (no.value.reason, no.value.values) == ("rhythm", {"several": 1, "customers": 1})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 900), min_size=1, max_size=30, unique=True), st.integers(0, 400))
def test_a_later_share_is_never_an_earlier_day(days: list[int], silent: int) -> None:
    gaps = Gaps.from_days(days, max(days) + silent)
    found = [float(RHYTHM.days(gaps, s)[0]) for s in (0.1, 0.3, 0.5, 0.7, 0.9)]
    told = [f for f in found if np.isfinite(f)]
    assert told == sorted(told) and found[: len(told)] == told and all(f >= 1 for f in told)
    ahead = int(told[-1]) if told else 1
    assert 0 <= float(RHYTHM.within(gaps, ahead)[0]) <= 1


def test_a_year_of_daily_orders_is_365_occasions_however_many_orders() -> None:
    busy = Gaps.from_days(np.repeat(np.arange(365), 110), 364)
    assert busy.number[0] == 364 and busy.silent[0] == 0


def test_days_are_measured_by_hand() -> None:
    nan = float("nan")
    told = day_trial("rhythm", [3, 10, nan, 5], [4, 20, 7, nan], 30, Interval([2, 12, nan, 1], [5, 25, nan, 40]))
    # Of three who came, two were told a day: off by 1 and 10. Two intervals ended; both came, both held.
    assert told == DayTrial("rhythm", 2, 5.5, 5.5, 2, 1.0, 1.0, 0.0, 0.0)
    late = day_trial("rhythm", [3, 3], [9, nan], 30, Interval([1, 1], [5, 5]))
    assert (late.ended, late.back, late.held, late.late) == (2, 0.5, 0.0, 1.0)
    both = mean_of([told, late])
    assert (both.customers, both.ended, both.back) == (3, 4, 0.75)
    assert both.off == pytest.approx((5.5 * 2 + 6) / 3)
    assert both.held == pytest.approx(2 / 3)
    assert day_trial("rule", [1], [nan], 30) == DayTrial("rule", 0, None, None)
