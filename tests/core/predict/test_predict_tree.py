"""A shallow tree: exact against every possible split, round where it may be, the same in any order of customers."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.predict.rules import Rule
from custrata.core.predict.tree import counted, grow, roundest, told_by

NAN = float("nan")
numbers = st.one_of(st.integers(-5, 5).map(float), st.just(NAN))


@st.composite
def shop(draw: st.DrawFn) -> tuple[dict[str, np.ndarray], np.ndarray]:
    n = draw(st.integers(1, 30))
    columns = {name: np.array(draw(st.lists(numbers, min_size=n, max_size=n))) for name in "ab"}
    return columns, np.array(draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)))


def impurity(of: np.ndarray) -> float:
    counts = np.bincount(of, minlength=3)
    return float(len(of) - np.square(counts).sum() / max(len(of), 1))


@given(shop())
def test_one_split_is_nearly_the_best_of_all_there_are(given_: tuple[dict[str, np.ndarray], np.ndarray]) -> None:
    columns, of = given_
    gains = [0.0]
    for values in columns.values():
        for cut in {-np.inf, *values[~np.isnan(values)]}:
            high = ~np.isnan(values) & (values > cut)
            gains.append(impurity(of) - impurity(of[high]) - impurity(of[~high]))
    rules = grow(columns, of, 3, depth=1)
    left = sum(sum(r.customers) - sum(c * c for c in r.customers) / sum(r.customers) for r in rules)
    assert impurity(of) - left >= 0.99 * max(gains) - 1e-7 * len(of)


@given(shop(), st.randoms(use_true_random=False))
def test_the_order_of_the_customers_changes_no_rule(
    given_: tuple[dict[str, np.ndarray], np.ndarray], shuffler: object
) -> None:
    columns, of = given_
    order = np.arange(len(of))
    shuffler.shuffle(order)  # type: ignore[attr-defined]
    assert grow(columns, of, 3) == grow({n: v[order] for n, v in columns.items()}, of[order], 3)


@given(shop())
def test_every_customer_has_exactly_one_rule_and_rules_count_the_same_again(
    given_: tuple[dict[str, np.ndarray], np.ndarray],
) -> None:
    columns, of = given_
    rules = grow(columns, of, 3)
    assert np.sum([r.customers for r in rules], axis=0).tolist() == np.bincount(of, minlength=3).tolist()
    assert counted(rules, columns, of, 3) == rules
    assert len(rules) <= 8
    assert [Rule.model_validate_json(r.model_dump_json()) for r in rules] == rules


def test_leavers_are_told_by_the_two_numbers_that_make_them_leave() -> None:
    rng = np.random.default_rng(2)
    silent, complaints = rng.integers(0, 200, 3000).astype(float), rng.integers(0, 4, 3000).astype(float)
    left = ((silent > 90) & (complaints > 1)).astype(int)
    rule = told_by({"silent": silent, "complaints": complaints, "noise": rng.random(3000)}, left, 1)
    assert rule is not None
    assert {(r.name, r.above, r.up_to) for r in rule.ranges} == {
        ("silent", Decimal(90), None), ("complaints", Decimal(1), None)
    }  # fmt: skip
    assert rule.share(1) == 1 and rule.customers[1] == left.sum()


def test_customers_without_a_number_are_told_apart_by_that() -> None:
    values = np.array([NAN] * 10 + [1.0, 2.0, 3.0, 4.0, 5.0] * 2)
    rules = grow({"satisfaction": values}, np.repeat([0, 1], 10), 2)
    assert [(r.ranges[0].known, r.ranges[0].lacking, r.customers) for r in rules] == [
        (False, True, (10, 0)), (True, False, (0, 10))
    ]  # fmt: skip


def test_customers_without_a_number_stay_below_every_cut() -> None:
    rules = grow({"n": np.array([NAN, 1.0, 2.0, 50.0, 60.0, 70.0])}, np.array([0, 0, 0, 1, 1, 1]), 2)
    low, high = (r.ranges[0] for r in rules)
    assert (low.up_to, low.lacking, high.above, high.lacking) == (Decimal(30), True, Decimal(30), False)


def test_classes_without_any_difference_have_one_rule_that_asks_nothing() -> None:
    rules = grow({"n": np.ones(8)}, np.array([0, 1] * 4), 2)
    assert [(r.ranges, r.customers) for r in rules] == [((), (4, 4))]
    assert told_by({"n": np.ones(8)}, np.array([0, 1] * 4), 1) is None
    assert told_by({"n": np.arange(8.0)}, np.zeros(8, dtype=int), 0) is None


def test_no_leaf_is_smaller_than_wanted() -> None:
    rng = np.random.default_rng(0)
    rules = grow({"n": rng.random(500)}, rng.integers(0, 2, 500), 2, least=0.1)
    assert min(sum(r.customers) for r in rules) >= 50


@pytest.mark.parametrize(("low", "high", "cut"), [
    (3187.4, 3262.0, 3200), (0.0, 0.5, 0), (-3.0, -2.0, -3), (40.0, 41.0, 40), (1e12, 1.5e12, 1e12),
    (0.111, 0.119, 0.115),
])  # fmt: skip
def test_a_cut_is_the_roundest_number_that_parts_the_same_customers(low: float, high: float, cut: float) -> None:
    assert low <= roundest(low, high) < high
    assert roundest(low, high) == cut


@given(st.floats(-1e15, 1e15), st.floats(-1e15, 1e15))
def test_a_round_cut_never_changes_sides(one: float, other: float) -> None:
    low, high = sorted((one, other))
    if low < high:
        assert low <= roundest(low, high) < high


def test_a_class_is_told_by_the_shortest_rule_that_is_nearly_as_good() -> None:
    rng = np.random.default_rng(4)
    returns = rng.random(4000)
    often = (returns > 0.9).astype(int)
    often[rng.integers(0, 4000, 12)] = 0
    rule = told_by({"returns": returns, "spend": rng.random(4000)}, often, 1)
    assert rule is not None and [(r.name, r.above) for r in rule.ranges] == [("returns", Decimal("0.9"))]


@given(shop())
def test_inner_nodes_are_the_sums_of_their_leaves(given_: tuple[dict[str, np.ndarray], np.ndarray]) -> None:
    columns, of = given_
    nodes, leaves = grow(columns, of, 3, inner=True), grow(columns, of, 3)
    assert nodes[0].ranges == () and nodes[0].customers == tuple(np.bincount(of, minlength=3))
    assert [n for n in nodes if n in leaves] == leaves
    assert counted(nodes, columns, of, 3) == nodes
