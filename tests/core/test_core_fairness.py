"""Laws of every model: equals are equal, more is never less, everybody has one class, and it can be explained."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custrata.core.segments.fitting import assign_all
from shops import MONEY, People, backend, classify, column, companies, evaluated, scheme, spenders, spends

pytestmark = pytest.mark.slow

MODELS = """
metrics:
  spend:   {monetary: lifetime}
  orders:  {frequency: lifetime}
  recency: {recency: days}
  basket:  {average_order_value: lifetime}
segments:
  tier:    {thresholds: spend, classes: {big: above 100, middle: from 10, small: else}}
  basket_tier: {thresholds: basket, classes: {big: above 100, small: else}}
  fifth:   {quantile: spend, groups: 5}
  named:   {quantile: spend, classes: {best: top 10%, most: 80%, last: bottom 10%}}
  late:    {quantile: recency, groups: 4}
  abc:     {share: spend, cuts: [70%, 90%]}
  pyramid: {pyramid: spend}
  rfm:     {rfm: [recency, orders, spend]}
  median:  {rfm: [recency, orders, spend], high: above median}
  scored:  {rfm: [recency, orders, spend], of: scores, scores: 4}
  eleven:  {rfm: [recency, orders, spend], groups: 11}
  size:    {size: {spend: [10, 100], orders: [2, 3]}}
  cross:   {matrix: [tier, fifth]}
  care:    {rules: {lost: recency > 180, good: "abc is A and spend >= 100", odd: not (basket < 50), rest: else}}
"""
FEWER = settings().max_examples // 2
SEGMENTS = list(scheme(MODELS).segments)
LIGHT = """
segments:
  tier:    {thresholds: spend, classes: {big: above 100, middle: from 10, small: else}}
  fifth:   {quantile: spend, groups: 5}
  named:   {quantile: spend, classes: {best: top 10%, most: 80%, last: bottom 10%}}
  abc:     {share: spend, cuts: [70%, 90%]}
  pyramid: {pyramid: spend}
  rfm:     {rfm: [recency, orders, spend]}
"""
#: Best class first, wherever more spend is better.
BY_SPEND = {
    "tier": ["big", "middle", "small"],
    "fifth": ["5", "4", "3", "2", "1"],
    "named": ["best", "most", "last"],
    "abc": ["A", "B", "C"],
    "pyramid": ["Top", "Large", "Medium", "Small", "Inactive"],
}


def same_numbers(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["spend"], row["orders"], row["recency"]


@given(companies())
def test_equal_numbers_give_equal_classes(orders: pa.Table) -> None:
    seen: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in classify(MODELS, orders).values():
        classes = {name: row[name] for name in SEGMENTS}
        assert seen.setdefault(same_numbers(row), classes) == classes


@given(spenders())
def test_more_spend_never_lowers_a_class(amounts: dict[str, Decimal]) -> None:
    people = sorted(classify(LIGHT, spends(amounts)).values(), key=lambda row: row["spend"], reverse=True)
    for segment, best_first in BY_SPEND.items():
        places = [best_first.index(row[segment]) for row in people]
        assert places == sorted(places), segment


@given(companies(), st.data())
def test_spending_more_never_moves_a_customer_down(orders: pa.Table, data: Any) -> None:
    """The same company, but that one customer bought once more: nobody else changed, so he cannot fall."""
    before = classify(LIGHT, orders)
    who = data.draw(st.sampled_from(sorted(before)))
    more = orders.slice(0, 1).set_column(0, "customer_id", pa.array([who]))
    more = more.set_column(2, "amount", pa.array([Decimal("123.45")], MONEY)).set_column(
        3, "order_id", pa.array(["extra"])
    )
    after = classify(LIGHT, pa.concat_tables([orders, more]))
    for segment, best_first in BY_SPEND.items():
        if segment != "pyramid":  # a new buyer widens every layer, so that only this one can promise nothing
            assert best_first.index(after[who][segment]) <= best_first.index(before[who][segment]), segment


@given(companies(), st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(orders: pa.Table, random: Any) -> None:
    places = list(range(orders.num_rows))
    random.shuffle(places)
    with evaluated(LIGHT, orders) as one:
        table, params = one.table(), dict(one.params)
    with evaluated(LIGHT, orders.take(places)) as other:
        assert other.table().equals(table)
        assert dict(other.params) == params


@given(companies())
def test_everybody_who_bought_has_exactly_one_class_of_every_segment(orders: pa.Table) -> None:
    with evaluated(MODELS, orders) as result:
        table = result.table()
        assert table["customer_id"].to_pylist() == sorted(set(orders["customer_id"].to_pylist()))
        for segment in SEGMENTS:
            assert table[segment].null_count == 0
            rows = result.summary(segment).to_pylist()
            listed = {row["class"]: row["customers"] for row in rows}
            assert len(listed) == len(rows)
            assert sum(listed.values()) == table.num_rows
            assert {c for c, n in listed.items() if n} == set(table[segment].to_pylist())


@given(companies(), st.data())
@settings(max_examples=FEWER)
def test_one_customer_alone_gets_the_class_he_got_among_all(orders: pa.Table, data: Any) -> None:
    checked = scheme(MODELS)
    with evaluated(checked, orders) as result:
        table, params, as_of = result.table(), result.params, result.as_of
        row = data.draw(st.sampled_from(table.to_pylist()))
        numbers = table.select(["customer_id", *checked.metrics])
        alone = numbers.filter(pa.compute.equal(numbers["customer_id"], row["customer_id"]))
        assigned = backend().to_pyarrow(assign_all(checked, ibis.memtable(alone), params, as_of)).to_pylist()
        assert {s: assigned[0][s] for s in SEGMENTS} == {s: row[s] for s in SEGMENTS}


def test_parameters_are_the_same_after_a_trip_through_json() -> None:
    from custrata.core.segments.fitting import load_params

    with evaluated(MODELS, spends({"ann": "10.10", "bob": "99.99", "eve": "0.01"})) as result:
        stored = {name: p.model_dump(mode="json") for name, p in result.params.items()}
        assert load_params(result.scheme, stored) == dict(result.params)


NUMBER = r"-?[\d,]+(?:\.\d+)?"
SIGNS = {"<": lambda a, b: a < b, "≤": lambda a, b: a <= b, ">": lambda a, b: a > b, "≥": lambda a, b: a >= b}


def holds(sentence: str, numbers: dict[str, Any]) -> bool:
    """Whether `5 < spend ≤ 10` or `spend > 3, orders ≤ 2` is true of these numbers."""
    parts = re.split(r", (?=[a-z])", sentence)
    for part in parts:
        words = re.split(r"\s*([<≤>≥])\s*", part)
        values = [numbers[w] if w in numbers else Decimal(w.replace(",", "").replace("−", "-")) for w in words[::2]]
        if not all(SIGNS[sign](a, b) for a, sign, b in zip(values, words[1::2], values[1:], strict=False)):
            return False
    return True


@given(companies(), st.data())
@settings(max_examples=FEWER)
def test_an_explanation_names_the_class_and_its_rule_is_true(orders: pa.Table, data: Any) -> None:
    with evaluated(MODELS, orders) as result:
        people: People = {row["customer_id"]: row for row in result.table().to_pylist()}
        who = data.draw(st.sampled_from(sorted(people)))
        row, found = people[who], result.explain(who, "en")
        assert {m.name: m.value for m in found.metrics} == {m: row[m] for m in result.scheme.metrics}
        assert {c.segment: c.class_ for c in found.classes} == {s: row[s] for s in SEGMENTS}
        assert found.orders_total >= len(found.orders) > 0
        assert sum(o["net"] for o in found.orders) == row["spend"] or found.orders_total > len(found.orders)
        rules = {c.segment: c for c in found.classes}
        for segment in ("tier", "fifth", "named", "late", "rfm", "median"):
            reason = rules[segment]
            if reason.key != "missing" and "everyone" not in reason.rule:
                assert holds(reason.rule, {n: row[n] for n in ("spend", "orders", "recency")}), (reason.rule, row)
        said = {words: true for _, words, true in rules["care"].conditions}
        assert said["recency > 180"] == (None if row["recency"] is None else row["recency"] > 180)
        assert said["abc = A"] == (row["abc"] == "A")
        assert rules["abc"].rule
        assert rules["cross"].rule == f"tier = {row['tier']} and fifth = {row['fifth']}"


@given(companies(), st.integers(2, 5))
def test_splitting_the_rows_over_tables_never_matters(orders: pa.Table, pieces: int) -> None:
    whole = classify(LIGHT, orders)
    size = -(-orders.num_rows // pieces)
    parts = [orders.slice(at, size) for at in range(0, orders.num_rows, size)]
    assert classify(LIGHT, pa.concat_tables(parts[::-1])) == whole
    together = backend().create_table("pieces", parts[0], temp=True, overwrite=True)
    for part in parts[1:]:
        together = together.union(ibis.memtable(part))
    assert column(classify(LIGHT, together), "rfm") == column(whole, "rfm")
