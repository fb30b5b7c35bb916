"""Quantiles, ABC, pyramid and RFM against the definitions of DESIGN.md, written out naively; and their golden cases."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from naive import pyramid_layer, quantile_cut, quantile_score, rfm_bits, share_class
from shops import AS_OF, classes, classify, column, companies, evaluated, sales, spenders, spends

LAYERS = ["Top", "Large", "Medium", "Small"]
EIGHT = {
    "111": "Champions", "101": "High-value, develop", "011": "High-value, keep", "001": "High-value, win back",
    "110": "Regular, loyal", "100": "Regular, develop", "010": "Regular, keep", "000": "Regular, win back",
}  # fmt: skip


@given(spenders(), st.integers(2, 10))
def test_a_score_is_one_and_the_number_of_cuts_below_the_value(amounts: dict[str, Decimal], groups: int) -> None:
    body = f"segments: {{up: {{quantile: spend, groups: {groups}}}, "
    body += f"down: {{quantile: spend, groups: {groups}, low_is_good: true}}}}"
    values = list(amounts.values())
    with evaluated(body, spends(amounts)) as result:
        assert list(result.params["up"].cuts) == [quantile_cut(values, Fraction(k, groups)) for k in range(1, groups)]
        for row in result.table().to_pylist():
            spend = amounts[row["customer_id"]]
            assert row["up"] == str(quantile_score(spend, values, groups))
            assert row["down"] == str(quantile_score(spend, values, groups, low_is_good=True))
            assert row["up.score"] == int(row["up"])


@given(spenders(), st.sampled_from([(70, 90), (50,), (10, 20, 80), (80, 95), (100,)]))
def test_abc_is_the_class_in_which_the_share_before_the_value_falls(amounts: dict[str, Decimal], cuts: Any) -> None:
    found = classes(f"{{share: spend, cuts: [{', '.join(f'{c}%' for c in cuts)}]}}", spends(amounts))
    shares = [Fraction(c, 100) for c in cuts]
    values = list(amounts.values())
    assert found == {who: "ABCD"[share_class(v, values, shares)] for who, v in amounts.items()}


@given(spenders(), st.sampled_from([(1, 4, 15, 80), (10, 20, 30, 40), (25, 25, 25, 25), (50, 48, 1, 1)]))
def test_a_pyramid_layer_is_where_the_share_of_richer_buyers_falls(amounts: dict[str, Decimal], sizes: Any) -> None:
    layers = ", ".join(f"{name}: {size}%" for name, size in zip(LAYERS, sizes, strict=True))
    found = classes(f"{{pyramid: spend, layers: {{{layers}}}}}", spends(amounts))
    shares, values = [Fraction(s, 100) for s in sizes], list(amounts.values())
    for who, value in amounts.items():
        layer = pyramid_layer(value, values, shares)
        assert found[who] == ("Inactive" if layer is None else LAYERS[layer])


@given(companies())
def test_rfm_bits_compare_with_the_true_mean(orders: pa.Table) -> None:
    people = classify("segments: {rfm: {rfm: [recency, orders, spend]}}", orders)
    rows = [(r["recency"], r["orders"], r["spend"]) for r in people.values()]
    for r, row in zip(rows, people.values(), strict=True):
        assert row["rfm"] == ("No purchase" if r[0] is None else EIGHT[rfm_bits(r, rows)])


@given(companies())
def test_rfm_by_scores_and_by_median_follow_their_definitions(orders: pa.Table) -> None:
    body = """
segments:
  median: {rfm: [recency, orders, spend], high: above median}
  scored: {rfm: [recency, orders, spend], of: scores, scores: 5}
"""
    people = classify(body, orders)
    buyers = {who: (r["recency"], r["orders"], r["spend"]) for who, r in people.items() if r["recency"] is not None}
    axes = list(zip(*buyers.values(), strict=True))
    scores = {
        who: tuple(quantile_score(v, axes[i], 5, low_is_good=i == 0) for i, v in enumerate(row))
        for who, row in buyers.items()
    }
    for who, row in buyers.items():
        medians = [quantile_cut(axis, Fraction(1, 2)) for axis in axes]
        bits = [v < m if i == 0 else v > m for i, (v, m) in enumerate(zip(row, medians, strict=True))]
        assert people[who]["median"] == EIGHT["".join(str(int(b)) for b in bits)]
        assert (people[who]["scored.r"], people[who]["scored.f"], people[who]["scored.m"]) == scores[who]
        means = [Fraction(sum(s[i] for s in scores.values()), len(scores)) for i in range(3)]
        assert people[who]["scored"] == EIGHT["".join(str(int(s > m)) for s, m in zip(scores[who], means, strict=True))]


def test_ten_spenders_make_five_groups_of_two() -> None:
    found = classes("{quantile: spend, groups: 5}", spends({f"c{i}": i for i in range(10)}))
    assert found == {f"c{i}": str(i // 2 + 1) for i in range(10)}


def test_equal_spenders_all_get_the_lowest_score_for_no_cut_lies_below_them() -> None:
    assert set(classes("{quantile: spend, groups: 5}", spends(dict.fromkeys("abcdef", 7))).values()) == {"1"}


def test_top_middle_and_bottom_shares() -> None:
    found = classes(
        "{quantile: spend, classes: {high: top 10%, middle: 80%, low: bottom 10%}}",
        spends({f"c{i}": i for i in range(10)}),
    )
    assert [found[f"c{i}"] for i in range(10)] == ["low", *["middle"] * 8, "high"]


def test_short_recency_is_the_best_score() -> None:
    rows = sales(*((f"c{d:02}", date_back(d), 1) for d in range(10)))
    found = classes("{quantile: recency, groups: 5}", rows)
    assert (found["c00"], found["c09"]) == ("5", "1")


def date_back(days: int) -> str:
    from datetime import timedelta

    return str(AS_OF - timedelta(days=days))


def test_the_customer_who_straddles_a_cut_belongs_to_the_upper_class() -> None:
    """70 of 100: nothing comes before the first, exactly 70 % before the second, 90 % before the third."""
    assert classes("{share: spend}", spends({"a": 70, "b": 20, "c": 10})) == {"a": "A", "b": "B", "c": "C"}
    assert classes("{share: spend}", spends({"a": 69, "b": 21, "c": 10})) == {"a": "A", "b": "A", "c": "C"}


def test_one_buyer_is_a_and_those_who_bring_nothing_are_last() -> None:
    assert classes("{share: spend}", spends({"a": 5, "b": 0, "c": -3})) == {"a": "A", "b": "C", "c": "C"}
    assert set(classes("{share: spend}", spends({"b": 0, "c": -3})).values()) == {"C"}


def test_equal_values_stand_together_in_abc() -> None:
    assert set(classes("{share: spend}", spends(dict.fromkeys("abcdefghij", 10))).values()) == {"A"}


def test_shares_hold_for_sums_of_more_than_eighteen_digits() -> None:
    most = Decimal("90000000000000.01")
    orders = sales(*(("a", AS_OF, most) for _ in range(70)), *(("b", AS_OF, most) for _ in range(20)), ("c", AS_OF, 1))
    people = classify("segments: {abc: {share: spend}}", orders)
    assert column(people, "abc") == {"a": "A", "b": "B", "c": "C"}
    assert column(people, "spend")["a"] == most * 70


def test_the_top_of_the_pyramid_is_never_empty_while_anybody_buys() -> None:
    assert classes("{pyramid: spend}", spends({"a": 5, "b": 0})) == {"a": "Top", "b": "Inactive"}
    found = classes("{pyramid: spend}", spends({f"c{i:03}": i + 1 for i in range(100)}))
    assert [list(found.values()).count(layer) for layer in LAYERS] == [1, 4, 15, 80]
    assert found["c099"] == "Top"


def test_the_mean_itself_is_low() -> None:
    rows = sales(*((who, "2024-03-31", amount) for who, amount in {"a": 10, "b": 20, "c": 30}.items()))
    assert classes("{rfm: [recency, orders, spend]}", rows) == {
        "a": EIGHT["000"], "b": EIGHT["000"], "c": EIGHT["001"],
    }  # fmt: skip


def test_a_mean_that_no_decimal_can_hold_still_parts_fairly() -> None:
    """0.01 + 0.01 + 0.02 over three: 0.0133… lies above 0.01."""
    found = classes("{rfm: [recency, orders, spend]}", spends({"a": "0.01", "b": "0.01", "c": "0.02"}))
    assert (found["a"], found["c"]) == (EIGHT["000"], EIGHT["001"])


@pytest.mark.parametrize("code, chinese", [
    ("111", "重要价值"), ("101", "重要发展"), ("011", "重要保持"), ("001", "重要挽留"),
    ("110", "一般价值"), ("100", "一般发展"), ("010", "一般保持"), ("000", "一般挽留"),
])  # fmt: skip
def test_the_eight_classes_have_the_names_of_chinese_practice(code: str, chinese: str) -> None:
    days, orders, spend = (5 if code[0] == "1" else 50), (4 if code[1] == "1" else 1), (900 if code[2] == "1" else 40)
    rows = [("客", date_back(days), Decimal(spend) / orders) for _ in range(orders)]
    rows += [("other", date_back(0), 1)]
    fixed = "high: {recency: 30, orders: 3, spend: 500}"
    assert (
        classes(f"{{rfm: [recency, orders, spend], {fixed}, label: 价值}}", sales(*rows), as_of=AS_OF)["客"] == chinese
    )


def test_fixed_cuts_of_rfm_are_strict() -> None:
    rows = sales(("at", date_back(30), 500), ("in", date_back(29), "500.01"), ("now", AS_OF, 1), ("now", AS_OF, 1))
    found = classes("{rfm: [recency, orders, spend], high: {recency: 30, orders: 1, spend: 500}}", rows, as_of=AS_OF)
    assert found == {"at": EIGHT["000"], "in": EIGHT["101"], "now": EIGHT["110"]}


MAP = {  # (R score, rounded mean of F and M) → group, row by row as the reference prints it
    5: ["New customers", "Potential loyalists", "Potential loyalists", "Champions", "Champions"],
    4: ["Promising", "Potential loyalists", "Potential loyalists", "Loyal", "Champions"],
    3: ["About to sleep", "Need attention", "Need attention", "Loyal", "Loyal"],
    2: ["Hibernating", "Hibernating", "At risk", "At risk", "Can't lose"],
    1: ["Lost", "Lost", "At risk", "Can't lose", "Can't lose"],
}


def test_the_eleven_groups_cover_every_score() -> None:
    rows = []
    for r in range(1, 6):
        for f in range(1, 6):
            for m in range(1, 6):
                rows += [(f"{r}{f}{m}", date_back(10 * (5 - r)), m * 100 if i == 0 else 0) for i in range(f)]
    cuts = "scores: {recency: [5, 15, 25, 35], orders: [1, 2, 3, 4], spend: [100, 200, 300, 400]}"
    found = classes(f"{{rfm: [recency, orders, spend], groups: 11, {cuts}}}", sales(*rows))
    for who, group in found.items():
        r, f, m = map(int, who)
        assert group == MAP[r][(f + m + 1) // 2 - 1], who
    assert set(found.values()) == {name for names in MAP.values() for name in names}


def test_who_never_bought_is_in_no_rfm_class() -> None:
    rows = sales(("a", "2024-03-01", 5), ("b", "2024-03-01", -5))
    found = classify("segments: {rfm: {rfm: [recency, orders, spend]}, q: {quantile: recency, groups: 2}}", rows)
    assert (found["b"]["rfm"], found["b"]["q"]) == ("No purchase", "No data")
    assert column(found, "recency") == {"a": 0, "b": None}
