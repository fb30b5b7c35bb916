"""The stability index: never below 0, 0 where nothing moved, the same both ways; published tables come out."""

from __future__ import annotations

from datetime import date
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.measure.drift import FLOOR, Drift, DriftReport, Part, chance, lost_its_meaning, psi

counts = st.integers(1, 12).flatmap(
    lambda n: st.tuples(*(st.lists(st.integers(0, 10_000), min_size=n, max_size=n) for _ in range(2)))
)


@given(counts)
def test_it_is_never_negative_and_the_same_in_both_directions(sides: tuple[list[int], list[int]]) -> None:
    before, now = sides
    found = psi(before, now)
    if not sum(before) or not sum(now):
        assert found is None
    else:
        assert found is not None and found >= 0
        assert found == pytest.approx(psi(now, before), abs=1e-12)


@given(counts, st.integers(1, 9))
def test_the_same_shares_of_more_customers_are_no_drift(sides: tuple[list[int], list[int]], times: int) -> None:
    before, _ = sides
    if sum(before):
        assert psi(before, before) == 0
        assert psi(before, [n * times for n in before]) == pytest.approx(0, abs=1e-12)


def test_shares_of_ten_bins_give_the_index_reckoned_by_hand() -> None:
    before, now = [100] * 10, [60, 70, 80, 90, 100, 100, 110, 120, 130, 140]
    by_hand = sum((b - a) / 1000 * log(b / a) for a, b in zip(before, now, strict=True))
    assert psi(before, now) == pytest.approx(by_hand, abs=1e-15)
    assert round(by_hand, 4) == 0.0626


def test_an_empty_bin_counts_for_one_customer_in_ten_thousand() -> None:
    assert psi([100, 0], [90, 10]) == pytest.approx((0.9 - 1) * log(0.9) + (0.1 - FLOOR) * log(0.1 / FLOOR))
    assert psi([5, 0, 5], [5, 0, 5]) == 0


def test_with_few_customers_chance_makes_an_index_that_means_nothing() -> None:
    few = Drift("spend", "spend", "metric", tuple(Part(str(i), 4, 2 + 4 * (i % 2)) for i in range(10)))
    many = Drift("spend", "spend", "metric", tuple(Part(str(i), 4000, 2000 + 4000 * (i % 2)) for i in range(10)))
    assert few.psi == pytest.approx(many.psi) and few.psi is not None and few.psi > 0.25
    assert (few.verdict, many.verdict) == ("stable", "shifted")
    # χ² of 9 degrees exceeds 16.919 once in twenty times.
    assert chance(10, 100, 300) == pytest.approx(16.919 * (1 / 100 + 1 / 300), rel=2e-3)


def test_a_verdict_turns_at_a_tenth_and_at_a_quarter() -> None:
    def verdict(now: int) -> str | None:
        return Drift("x", "x", "metric", (Part("a", 50_000, now), Part("b", 50_000, 100_000 - now))).verdict

    found = {n: psi([50_000, 50_000], [n, 100_000 - n]) for n in (64_000, 72_000, 82_000)}
    assert [round(v or 0, 2) for v in found.values()] == [0.08, 0.21, 0.49]
    assert [verdict(n) for n in found] == ["stable", "moved", "shifted"]
    assert Drift("x", "x", "metric", (Part("a", 0, 5),)).verdict is None


def test_the_greatest_index_comes_first_and_what_has_none_last() -> None:
    day, one = date(2024, 1, 1), Part("a", 10, 10)
    drifts = (
        Drift("none", "none", "metric", (Part("a", 0, 1),)), Drift("still", "still", "metric", (one,)),
        Drift("far", "far", "metric", (one, Part("b", 0, 10))), Drift("s", "s", "segment", (one,)),
    )  # fmt: skip
    report = DriftReport("t", "r", day, "q", day, 10, 10, drifts, ())
    assert [d.name for d in report.of("metric")] == ["far", "still", "none"]


@pytest.mark.parametrize(("before", "now", "lost"), [
    (0.2, 0.03, True), (0.8, 0.97, True), (0.2, 0.05, False), (0.09, 0.01, False), (0.5, 1.0, True), (0.02, 0.2, False),
])  # fmt: skip
def test_a_cut_that_split_has_lost_its_meaning_once_one_side_is_nearly_empty(
    before: float, now: float, lost: bool
) -> None:
    assert lost_its_meaning(before, now) is lost
