"""Medians and outliers by group: as counted by hand, whatever order the rows come in, small groups not judged."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from math import log
from typing import Any

import ibis
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.audit.robust import LEAST, SPREAD, far, farthest, medians, with_distance
from shops import backend

amounts = st.integers(1, 400).map(lambda c: Decimal(c) / 4)
orders = st.lists(st.tuples(st.sampled_from("ab"), amounts), min_size=1, max_size=60)


def table(rows: list[tuple[str, Decimal]]) -> Any:
    return ibis.memtable(
        pa.table({
            "who": pa.array([r[0] for r in rows], pa.string()),
            "x": pa.array([r[1] for r in rows], pa.decimal128(18, 4)),
        })
    )  # fmt: skip


def answer(expression: Any) -> list[dict[str, Any]]:
    return backend().to_pyarrow(expression).to_pylist()


def middle(values: list[Any]) -> Any:
    """The smallest value with at least half of them at or below it."""
    ordered = sorted(values)
    return next(v for v in ordered if 2 * sum(x <= v for x in ordered) >= len(ordered))


def groups(rows: list[tuple[str, Decimal]]) -> dict[str, list[Decimal]]:
    found: dict[str, list[Decimal]] = defaultdict(list)
    for who, x in rows:
        found[who].append(x)
    return {who: values for who, values in found.items() if len(values) >= LEAST}


@given(orders)
def test_the_median_of_a_group_is_a_value_of_it_and_small_groups_have_none(rows: list[tuple[str, Decimal]]) -> None:
    found = {r["who"]: (r["median"], r["n"]) for r in answer(medians(table(rows), ["who"], "x"))}
    assert found == {who: (middle(values), len(values)) for who, values in groups(rows).items()}


@given(orders)
def test_values_that_are_counted_weigh_as_often_as_they_occur(rows: list[tuple[str, Decimal]]) -> None:
    t = table(rows)
    counted = t.group_by("who", "x").aggregate(k=ibis._.count())
    one = answer(medians(t, ["who"], "x").order_by("who"))
    other = answer(medians(counted, ["who"], "x", "k").order_by("who"))
    assert [(r["who"], r["median"], int(r["n"])) for r in other] == [(r["who"], r["median"], r["n"]) for r in one]


@given(orders, st.randoms())
def test_outliers_are_those_that_the_formula_names_in_any_order(rows: list[tuple[str, Decimal]], rng: Any) -> None:
    rows = [*rows, ("a", Decimal(4000)), ("b", Decimal(9000))]
    rng.shuffle(rows)
    t = with_distance(table(rows), ["who"], "x", 10, lambda _, t: t)
    told = sorted((r["who"], r["x"]) for r in answer(t.filter((t.x > t["median"]) & far(t.fold, t.spread, 10))))
    expected = []
    for who, values in groups(rows).items():
        m = float(middle(values))
        folds = [max(float(v) / m, m / float(v)) for v in values]
        scale = log(max(SPREAD, round(middle(folds), 9)))
        for v, fold in zip(values, folds, strict=True):
            if v > m and fold >= 10 and round(log(round(fold, 9)), 9) > round(3.5 / 0.6745 * scale, 9):
                expected.append((who, v))
    assert told == sorted(expected)


def test_a_slipped_decimal_point_is_far_for_a_regular_customer_and_not_for_an_irregular_one() -> None:
    regular = [("a", Decimal(100 + i)) for i in range(10)] + [("a", Decimal(1050))]
    irregular = [("b", Decimal(10) * 3**i) for i in range(8)]
    t = with_distance(table(regular + irregular), ["who"], "x", 10, lambda _, t: t)
    found = answer(t.filter((t.x > t["median"]) & far(t.fold, t.spread, 10)))
    assert [(r["who"], r["x"]) for r in found] == [("a", Decimal(1050))]


def test_the_limit_is_where_the_z_score_says() -> None:
    limit = farthest(2.0, 10, 3.5)
    assert abs(0.6745 * log(limit) / log(2.0) - 3.5) < 1e-9
    assert farthest(1.01, 10, 3.5) == 10
