"""What is said of baskets must be what counting order by order says."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custrata.core.predict import baskets_pairs
from custrata.core.predict.baskets import MOST_IN_ORDER, pairs, significant, triples
from custrata.core.predict.baskets_pairs import Rows, together
from custrata.core.predict.baskets_tail import corrected, log_factorial, upper_tail

WIDTH = 6
orders_ = st.lists(st.sets(st.integers(0, WIDTH - 1), min_size=1), min_size=1, max_size=40)


def rows_of(orders: Sequence[set[int]], twice: bool = False) -> Rows:
    cells = [(i, p) for i, order in enumerate(orders) for p in sorted(order, reverse=True)]
    cells += cells[::2] if twice else []
    return Rows.of(np.array([c[0] for c in cells]), np.array([c[1] for c in cells]), WIDTH)


@given(orders_, st.integers(1, 4))
def test_pairs_are_those_that_counting_finds(orders: list[set[int]], least: int) -> None:
    found = pairs(rows_of(orders, twice=True), least)
    naive = {
        pair: k
        for pair in combinations(range(WIDTH), 2)
        if (k := sum(set(pair) <= order for order in orders)) >= least
    }
    assert {tuple(i): k for i, k in zip(found.items.tolist(), found.together.tolist(), strict=True)} == naive
    shares = found.confidence.tolist()
    for (a, b), k, conf, lift, lev in zip(
        found.items.tolist(), found.together.tolist(), shares, found.lift, found.leverage, strict=True
    ):
        of_a, of_b = (sum(i in order for order in orders) for i in (a, b))
        assert conf == [pytest.approx(k / of_b), pytest.approx(k / of_a)]
        assert lift == pytest.approx(k * len(orders) / (of_a * of_b))
        assert lev == pytest.approx(k / len(orders) - of_a * of_b / len(orders) ** 2)


@given(orders_)
def test_sets_of_three_are_those_that_counting_finds(orders: list[set[int]]) -> None:
    orders = orders * 8  # enough for pairs to be significant
    table = rows_of(orders)
    two = pairs(table, 2)
    three = triples(table, two, 2)
    seeds = {tuple(i) for i in significant(two).items.tolist()}
    naive = {
        t: k
        for t in combinations(range(WIDTH), 3)
        if (k := sum(set(t) <= o for o in orders)) >= 2 and any(set(s) <= set(t) for s in seeds)
    }
    assert {tuple(i): k for i, k in zip(three.items.tolist(), three.together.tolist(), strict=True)} == naive
    for items, k, conf in zip(three.items.tolist(), three.together, three.confidence.tolist(), strict=True):
        for third, share in zip(items, conf, strict=True):
            others = set(items) - {third}
            assert share == pytest.approx(k / sum(others <= o for o in orders))


@given(orders_, st.randoms(use_true_random=False))
def test_the_order_of_orders_changes_nothing(orders: list[set[int]], random: st.DataObject) -> None:
    turned = list(orders)
    random.shuffle(turned)  # type: ignore[attr-defined]
    one, two = pairs(rows_of(orders), 1), pairs(rows_of(turned), 1)
    for name in ("items", "together", "lift", "p", "q"):
        assert getattr(one, name).tolist() == getattr(two, name).tolist()


@given(st.integers(1, 60), st.data())
def test_the_tail_is_that_of_drawing_without_putting_back(n: int, data: st.DataObject) -> None:
    a, b = data.draw(st.integers(1, n)), data.draw(st.integers(1, n))
    k = data.draw(st.integers(max(0, a + b - n), min(a, b)))
    [found] = upper_tail(np.array([k]), np.array([a]), np.array([b]), n).tolist()
    if k * n <= a * b:
        assert found == 1
    else:
        exact = sum(Fraction(comb(a, x) * comb(n - a, b - x), comb(n, b)) for x in range(k, min(a, b) + 1))
        assert found == pytest.approx(float(exact), rel=1e-9)


def test_the_tail_of_a_million_orders_is_the_published_kind_of_number() -> None:
    # Fisher's tea taster: eight cups, four of them right: 1 of 70.
    assert upper_tail(np.array([4]), np.array([4]), np.array([4]), 8)[0] == pytest.approx(1 / 70)
    # 10,000 have each of a million, 100 both by chance; 150 are five standard deviations more.
    [found] = upper_tail(np.array([150]), np.array([10_000]), np.array([10_000]), 1_000_000).tolist()
    assert 1e-7 < found < 3e-6
    assert upper_tail(np.array([9000]), np.array([10_000]), np.array([10_000]), 1_000_000)[0] == 0
    assert log_factorial(np.array([63, 64, 65, 1000])) == pytest.approx(
        [float(np.log(np.arange(1, n + 1)).sum()) for n in (63, 64, 65, 1000)], rel=1e-14
    )


def test_q_is_that_of_benjamini_and_hochberg() -> None:
    # Table 1 of their paper: fifteen tests, of which the first four are kept at 0.05.
    p = np.array([.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1])
    assert (corrected(p, 15) <= 0.05).tolist() == [True] * 4 + [False] * 11
    assert (corrected(p, 400) <= 0.05).sum() == 1  # 385 more that were tested and are no nearer


def test_customers_who_buy_at_random_have_no_pairs() -> None:
    rng = np.random.default_rng(3)
    row = np.repeat(np.arange(20_000), 5)
    found = significant(pairs(Rows.of(row, rng.integers(0, 60, len(row)), 60), 5))
    assert len(found) == 0


def test_a_pair_that_goes_together_is_found_among_those_that_do_not() -> None:
    rng = np.random.default_rng(4)
    row, col = np.repeat(np.arange(5000), 3), rng.integers(0, 40, 15_000)
    both = np.arange(0, 5000, 20)
    table = Rows.of(np.concatenate([row, both, both]), np.concatenate([col, both * 0 + 7, both * 0 + 9]), 40)
    found = significant(pairs(table, 5))
    assert found.items.tolist() == [[7, 9]]
    assert found.together[0] >= 250


def test_an_order_of_five_thousand_lines_is_left_out_and_told() -> None:
    wide = np.arange(5000)
    small = np.repeat(np.arange(1, 21), 2)
    found = pairs(Rows.of(np.concatenate([wide * 0, small]), np.concatenate([wide, np.tile([3, 8], 20)]), 5000), 2)
    assert found.wide == 1
    assert found.orders == 20
    assert found.items.tolist() == [[3, 8]]
    assert MOST_IN_ORDER < 5000


def test_a_single_product_makes_no_pairs() -> None:
    table = Rows.of(np.arange(9), np.zeros(9, np.int64), 1)
    found = pairs(table, 1)
    assert len(found) == 0
    assert found.orders == 9
    assert len(triples(table, found, 1)) == 0


@settings(max_examples=30)
@given(orders_, st.booleans(), st.integers(1, 5), st.integers(1, 20))
def test_counting_in_blocks_is_counting(orders: list[set[int]], both: bool, pairs_at: int, cells_at: int) -> None:
    table = rows_of(orders)
    dense = np.zeros((len(table), WIDTH), dtype=np.int64)
    dense[np.repeat(np.arange(len(table)), table.sizes), table.columns] = 1
    exact = dense.T @ dense
    exact = exact * ~np.eye(WIDTH, dtype=bool) if both else np.triu(exact, 1)
    kept = baskets_pairs._PAIRS, baskets_pairs._CELLS
    try:
        baskets_pairs._PAIRS, baskets_pairs._CELLS = pairs_at, cells_at
        found = np.zeros((WIDTH, WIDTH), dtype=np.int64)
        for low, block in together(table, both=both):
            found[low : low + len(block)] += block
    finally:
        baskets_pairs._PAIRS, baskets_pairs._CELLS = kept
    if both:
        np.fill_diagonal(found, 0)
    assert found.tolist() == exact.tolist()
