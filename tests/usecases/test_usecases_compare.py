"""What sets two groups apart, and cross tables: figures as anybody would reckon them by hand."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from statistics import mean, stdev
from typing import Any

import pytest

from custrata import evaluate
from custrata.core.measure.apart import Spread, cohen_d, cohen_h
from custrata.usecases.compare import compare
from custrata.usecases.compositions import compositions
from custrata.usecases.cross import cross, rows_of
from custrata.usecases.customers.asked import condition
from shops import sales, scheme

SCHEME = """
metrics:
  spend: {monetary: lifetime}
  orders: {frequency: lifetime}
  recency: {recency: days}
segments:
  tier: {thresholds: spend, classes: {big: above 100, small: else}}
  rate: {thresholds: orders, classes: {often: above 1, seldom: else}}
  fresh: {thresholds: recency, classes: {old: above 30, new: else}}
  both: {matrix: [tier, rate]}
"""
SPENT = {"ann": [200, 100], "bob": [150], "cat": [20, 30], "dan": [10], "eve": [40]}
SALES = sales(*[(who, f"2024-0{i + 1}-13", a) for who, amounts in SPENT.items() for i, a in enumerate(amounts)])


@pytest.fixture(scope="module")
def result() -> Iterator[Any]:
    with evaluate(scheme(SCHEME), orders=SALES) as found:
        yield found._result


def test_means_and_shares_are_those_of_the_two_groups(result: Any) -> None:
    found = compare(result, condition(result, "tier = big"), None, "en")
    assert [found.a.customers, found.a.spend, found.b.customers, found.b.spend] == [2, 450, 3, 100]
    spend = next(n for n in found.numbers if n.name == "spend")
    big, small = [300.0, 150.0], [50.0, 10.0, 40.0]
    assert spend.a == mean(big) and spend.b == pytest.approx(mean(small))
    wanted = cohen_d(Spread(2, mean(big), stdev(big)), Spread(3, mean(small), stdev(small)))
    assert spend.effect == pytest.approx(wanted)
    often = next(c for c in found.classes if (c.segment, c.key) == ("rate", "often"))
    assert (often.a, often.b, often.effect) == (0.5, 1 / 3, cohen_h(0.5, 1 / 3))
    assert {c.segment for c in found.classes} == {"rate", "fresh"}, "what was asked for tells nothing new"
    effects = [abs(n.effect) for n in found.numbers]
    assert effects == sorted(effects, reverse=True)


def test_a_customer_of_both_groups_counts_in_both(result: Any) -> None:
    found = compare(result, condition(result, "tier = big"), condition(result, "rate = often"), "en")
    assert (found.a.customers, found.b.customers) == (2, 2)
    assert [found.a.spend, found.b.spend] == [450, 350]


def test_a_group_of_nobody_is_no_fault(result: Any) -> None:
    found = compare(result, condition(result, "spend > 999"), None, "en")
    assert (found.a.customers, found.b.customers, found.classes, found.leading) == (0, 5, (), [])


def test_cells_and_margins_of_a_cross_table_add_up(result: Any) -> None:
    found = cross(result, ["tier", "rate", "fresh"], "en")
    assert sum(c.customers for c in found.cells.values()) == found.customers == 5
    assert found.spend == Decimal(550) and max(c.tone for c in found.cells.values()) == 6
    assert sum(found.sum(1, label).customers for label, _ in found.axes[1]) == 5
    assert len(rows_of(found)) == len(found.axes[0]) * len(found.axes[2])
    two = cross(result, ["tier", "rate"], "en", "spend")
    assert (two.at("big", "often").customers, two.at("big", "often").spend, two.at("small", "none").customers) == (
        1, Decimal(300), 0,
    )  # fmt: skip


def test_a_list_of_segments_tells_what_each_share_table_does(result: Any) -> None:
    for found in compositions(result, "zh"):
        table = result.summary(found.name, "zh")
        assert [(r.class_, r.key, r.customers, r.customer_share, r.spend_share) for r in found.rows] == [
            (r.class_, r.key, r.customers, r.customer_share, r.spend_share) for r in table
        ]
        assert list(found.rules) == list(result.segment_report(found.name, "zh").rules)
