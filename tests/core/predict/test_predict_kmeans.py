"""Clusters of any customers: the order of rows is nothing, equals are together, nobody is nearer to another centre."""

from __future__ import annotations

from itertools import pairwise, permutations
from math import dist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.predict.choice import agreement, best, silhouette, tried
from custrata.core.predict.counts import Floats
from custrata.core.predict.kmeans import by_hash, kmeans, nearest, polished
from custrata.core.predict.matching import matched
from custrata.core.predict.scale import GRID, Scale
from custrata.core.predict.scaling import fit_scale, on_scale, scaled


def people(seed: int, kinds: int, of_each: int, numbers: int = 3, spread: float = 0.15) -> Floats:
    """Customers of some kinds, on their scales."""
    rng = np.random.default_rng(seed)
    middles = rng.uniform(-5, 5, (kinds, numbers))
    raw = (np.repeat(middles, of_each, axis=0) + spread * rng.normal(size=(kinds * of_each, numbers))).T
    columns = [np.ascontiguousarray(row) for row in raw]
    return scaled(columns, [fit_scale(c, log=False) for c in columns])


@st.composite
def anybody(draw: st.DrawFn) -> Floats:
    """Customers with few different numbers, so that many are alike and many stand between centres."""
    numbers, n = draw(st.integers(1, 4)), draw(st.integers(1, 40))
    rows = draw(st.lists(st.tuples(*[st.integers(-3, 3)] * numbers), min_size=n, max_size=n))
    return np.ascontiguousarray(np.array(rows, dtype=np.float64).T)


@given(anybody(), st.integers(1, 8), st.randoms(use_true_random=False))
def test_the_order_of_the_customers_changes_nothing(points: Floats, k: int, shuffler: object) -> None:
    order = np.arange(points.shape[1])
    shuffler.shuffle(order)  # type: ignore[attr-defined]
    one, other = kmeans(points, k), kmeans(np.ascontiguousarray(points[:, order]), k)
    assert one.centres.tobytes() == other.centres.tobytes()
    assert (one.inertia, one.customers.tolist()) == (other.inertia, other.customers.tolist())


def test_the_order_of_many_customers_changes_nothing_where_only_some_are_looked_at_first() -> None:
    points = people(5, 6, 8_000)
    shuffled = np.random.default_rng(1).permutation(points.shape[1])
    one, other = kmeans(points, 6), kmeans(np.ascontiguousarray(points[:, shuffled]), 6)
    assert one.centres.tobytes() == other.centres.tobytes() and one.inertia == other.inertia
    assert sorted(one.customers) == [8_000] * 6


@given(anybody(), st.integers(1, 8))
def test_everybody_is_with_the_nearest_centre_and_no_centre_is_without_customers(points: Floats, k: int) -> None:
    found = kmeans(points, k)
    own = nearest(points, found.centres)
    far = np.square(points[None] - found.centres[:, :, None]).sum(axis=1)
    assert far[own, np.arange(points.shape[1])].tolist() == far.min(axis=0).tolist()
    # Of several that are as near, the first.
    assert own.tolist() == far.argmin(axis=0).tolist()
    assert found.customers.tolist() == np.bincount(own, minlength=len(found)).tolist()
    assert found.customers.min() > 0
    assert found.inertia == pytest.approx(far.min(axis=0).sum(), abs=1e-9)
    assert len(found) == min(k, len({tuple(p) for p in points.T}))


@given(st.integers(0, 50))
def test_four_kinds_that_lie_apart_are_found(seed: int) -> None:
    points = people(seed, 4, 25, spread=0.01)
    own = nearest(points, kmeans(points, 4).centres)
    middles = [points[:, i * 25 : (i + 1) * 25].mean(axis=1) for i in range(4)]
    apart = min(float(np.square(a - b).sum()) for i, a in enumerate(middles) for b in middles[:i])
    if apart > 0.1:
        assert all(len(set(own[i * 25 : (i + 1) * 25])) == 1 for i in range(4)) and len(set(own)) == 4


def test_a_centre_that_loses_its_customers_goes_to_the_customer_farthest_off() -> None:
    points = np.array([[0.0, 0.0, 1.0, 1.0, 8.0]])
    assert sorted(polished(points, np.array([[0.0], [1.0], [100.0]])).centres.ravel()) == [0.0, 1.0, 8.0]


def test_more_centres_than_different_customers_are_refused_by_the_polish_and_cut_by_the_search() -> None:
    points = np.zeros((2, 5))
    with pytest.raises(ValueError, match="fewer"):
        polished(points, np.zeros((2, 2)))
    assert len(kmeans(points, 3)) == 1
    with pytest.raises(ValueError, match="no customers"):
        kmeans(np.empty((2, 0)), 3)


@given(anybody())
def test_twins_lie_side_by_side_in_the_order_of_the_sample(points: Floats) -> None:
    ordered = [tuple(p) for p in points[:, by_hash(points)].T]
    assert sum(a != b for a, b in pairwise(ordered)) + 1 == len(set(ordered))


@pytest.mark.parametrize("kinds", [2, 3, 4, 6])
def test_as_many_clusters_are_chosen_as_there_are_kinds(kinds: int) -> None:
    of = tried(people(3, kinds, 60, spread=0.1))
    assert best(of) == kinds
    assert all(-1 <= t.silhouette <= 1 and t.stability <= 1 for t in of)
    assert next(t.stability for t in of if t.k == kinds) == 1


def test_one_cloud_has_no_clusters_worth_the_name() -> None:
    assert max(t.silhouette for t in tried(people(1, 1, 600, numbers=5))) < 0.25


def test_nothing_can_be_chosen_among_customers_who_are_all_alike() -> None:
    assert tried(np.zeros((2, 10))) == () and best(()) == 1


def test_the_silhouette_is_rousseeuws() -> None:
    """Two pairs and one alone, worked out by hand from the definition."""
    at = np.array([0.0, 1.0, 5.0, 7.0, 20.0])
    places = np.array([0, 0, 1, 1, 2])
    widths = [1 - 1 / 6, 1 - 1 / 5, 1 - 2 / 4.5, 1 - 2 / 6.5, 0]
    assert silhouette(np.abs(at[:, None] - at), places, 3) == round(sum(widths) / 5, 4)


@given(st.lists(st.integers(0, 3), min_size=2, max_size=30), st.permutations(range(4)))
def test_clusters_under_other_numbers_agree_fully(of: list[int], names: list[int]) -> None:
    assert agreement(np.array(of), np.array([names[i] for i in of])) == 1


Corner = tuple[int, int]
corners = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=5)


@given(corners, corners)
def test_the_pairs_of_a_refit_are_the_nearest_there_are(before: list[Corner], now: list[Corner]) -> None:
    pairs = matched(before, now)
    used = [p for p in pairs if p is not None]
    assert len(used) == len(set(used)) == min(len(before), len(now))
    long, short = (before, now) if len(before) > len(now) else (now, before)
    least = min(sum(map(dist, short, chosen)) for chosen in permutations(long, len(short)))
    total = sum(dist(before[p], now[i]) for i, p in enumerate(pairs) if p is not None)
    assert total == pytest.approx(least)


@given(st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=60), st.booleans())
def test_values_on_a_scale_keep_their_order_and_lie_on_the_grid(values: list[float], log: bool) -> None:
    scale = fit_scale(values, log=log)
    at = on_scale(np.sort(np.array(values)), scale)
    assert (np.diff(at) >= 0).all() and (np.abs(at) <= 10.01).all()
    assert (at * GRID == np.floor(at * GRID)).all()
    assert Scale.model_validate_json(scale.model_dump_json()) == scale


@pytest.mark.parametrize("huge", [1e12, 1e150, 1e300])
def test_one_huge_value_among_many_moves_the_others_little(huge: float) -> None:
    values = np.linspace(0, 10, 1000)
    before, after = fit_scale(values, log=False), fit_scale(np.append(values, huge), log=False)
    assert np.abs(on_scale(values, before) - on_scale(values, after)).max() < 0.05
    assert on_scale(np.array([huge]), after)[0] < 2
    few = fit_scale([1.0, 2.0, 3.0, huge], log=False)
    assert np.isfinite(on_scale(np.array([1.0, huge]), few)).all()


def test_a_number_that_is_the_same_for_nearly_all_tells_nobody_apart() -> None:
    assert fit_scale([5.0] * 50, log=True).flat and fit_scale([], log=True).flat
    assert fit_scale([0.0] * 999 + [1.0], log=False).flat
    assert on_scale(np.array([0.0, 9.0]), fit_scale([5.0], log=False)).tolist() == [0, 0]
    assert not fit_scale([0.0] * 950 + [1.0] * 50, log=False).flat
