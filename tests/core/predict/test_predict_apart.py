"""What sets customers apart: rules are found where there are any, hold for others, and chance is not told as one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custrata.core.predict.apart import FEWEST, apart

RNG = np.random.default_rng(4)
N = 3000


def leavers(share: float = 0.8) -> tuple[dict[str, Any], Any]:
    """Customers of whom those with complaints leave with a probability of `share`, the others with one of 0.1."""
    complaints = RNG.integers(0, 4, N).astype(float)
    spend = RNG.lognormal(5, 1, N)
    own = RNG.random(N) < np.where(complaints >= 2, share, 0.1)
    return {"complaints": complaints, "spend": spend}, own


def test_customers_with_complaints_leave_and_the_rule_says_how_many() -> None:
    columns, own = leavers()
    found = apart(columns, own)
    assert found is not None
    rule = found.rules[0]
    assert [(r.name, float(r.above or -1)) for r in rule.rule.ranges] == [("complaints", 1)]
    assert rule.share == pytest.approx(0.8, abs=0.06), "the share is that of customers the rule was not found on"
    assert found.held_out == N // 3
    assert (found.within, found.found) == (rule.customers, rule.own)
    assert found.right > 0.8 > found.guess


def test_a_rare_class_is_told_where_it_is_more_frequent_though_nobody_can_be_judged() -> None:
    columns, _ = leavers()
    own = RNG.random(N) < np.where(columns["complaints"] >= 3, 0.3, 0.04)
    found = apart(columns, own)
    assert found is not None
    assert found.rules[0].rule.ranges[0].name == "complaints"
    assert found.right <= found.guess + 0.005


def test_what_is_chance_is_no_rule() -> None:
    told = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        columns = {f"n{i}": rng.random(600) for i in range(12)}
        found = apart(columns, rng.random(600) < 0.2)
        assert found is not None
        told += bool(found.rules)
    assert told <= 3


@pytest.mark.parametrize("size", [0, FEWEST - 1, N - FEWEST + 1])
def test_of_too_few_customers_nothing_is_said(size: int) -> None:
    columns, _ = leavers()
    assert apart(columns, np.arange(N) < size) is None


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_the_customers_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(7)
    columns = {"a": rng.random(400), "b": np.where(rng.random(400) < 0.2, np.nan, rng.integers(0, 9, 400))}
    own = (columns["a"] > 0.6) ^ (rng.random(400) < 0.1)
    turned = np.random.default_rng(seed).permutation(400)
    assert apart(columns, own) == apart({n: c[turned] for n, c in columns.items()}, own[turned])
