"""Ladders as a scheme writes them: what they mean, in both languages, and what is told of those that make no sense."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ibis
import pytest

from custrata import CustrataError, Scheme
from custrata.core.levels.ladder import Ladder
from custrata.core.levels.span import Span
from custrata.core.levels.step import Policy

HEAD = """scheme: Shop
metrics:
  spend_12m: {monetary: 12 months}
  orders_12m: {frequency: 12 months}
  return_rate: {return_rate: 12 months}
segments:
  tier: {thresholds: spend_12m, classes: {big: above 100, small: else}}
"""
LADDER = """levels:
  member:
    VIP:  {enter: "spend_12m >= 20000 and return_rate < 10%", keep: "spend_12m >= 15000"}
    plain: {enter: "orders_12m >= 1"}
    visitor: {}
"""


def ladder(text: str = LADDER) -> Ladder:
    return Scheme.parse(HEAD + text).levels["member"]


def wrong(text: str) -> list[tuple[str, str]]:
    with pytest.raises(CustrataError) as error:
        Scheme.parse(HEAD + text)
    return [(p.code, p.place.partition(" ")[2]) for p in error.value.problems]


def test_the_lowest_level_stands_last_and_has_rank_nought() -> None:
    assert ladder().names == ["visitor", "plain", "VIP"]
    assert ladder().policy() == Policy(top=2)


def test_a_ladder_reads_the_same_in_both_languages() -> None:
    english = """    up: {at: at review, by: one step}
    down: {hold: 90 days, after: 30 days of grace, by: one step}
    review: quarterly
    refund: at once
    new: {level: plain, for: 1 month}
"""
    chinese = """    上升: {时机: 评审时, 幅度: 逐级}
    下降: {保护期: 90天, 宽限期: 30天, 幅度: 逐级}
    评审: 每季
    退款: 立即
    新客户: {等级: plain, 期限: 1个月}
"""
    expected = Policy(
        top=2, up_at="review", up_by="step", down_by="step", hold=Span("days", 90), grace=Span("days", 30),
        refund_at="once", review="quarterly", new=1, new_for=Span("months", 1),
    )  # fmt: skip
    assert ladder(LADDER + english).policy() == ladder(LADDER + chinese).policy() == expected
    assert (
        Scheme.parse(HEAD + LADDER + english).fingerprint.logic
        == Scheme.parse(HEAD + LADDER + chinese).fingerprint.logic
    )


def test_short_forms() -> None:
    found = ladder(LADDER + "    up: at review\n    down: never\n    new: plain\n").policy()
    assert (found.up_at, found.falls, found.new, found.new_for) == ("review", False, 1, None)


def test_labels_move_nobody_and_logic_does() -> None:
    plain = Scheme.parse(HEAD + LADDER).fingerprint
    labelled = Scheme.parse(HEAD + LADDER.replace("visitor: {}", "visitor: {label: Guest, benefits: {points: 1}}"))
    assert labelled.fingerprint.logic == plain.logic and labelled.fingerprint.labels != plain.labels
    for changed in (
        LADDER.replace("20000", "30000"),
        LADDER.replace("plain", "plains"),
        LADDER + "    review: monthly\n",
    ):
        assert Scheme.parse(HEAD + changed).fingerprint.logic != plain.logic


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("levels:\n  member:\n    VIP: {enter: spend_12m > 1}\n", [("E-LEVEL-001", "levels.member")]),
        (LADDER.replace('{enter: "orders_12m >= 1"}', "{}"), [("E-LEVEL-002", "levels.member.plain")]),
        (LADDER.replace("visitor: {}", "visitor: {enter: spend_12m > 0}"), [("E-LEVEL-003", "levels.member.visitor")]),
        (LADDER + "    new: silver\n", [("E-LEVEL-004", "levels.member.new")]),
        (LADDER.replace("orders_12m >= 1", "spend_12m >= 3万"), [("E-LEVEL-005", "levels.member.VIP")]),
        (LADDER.replace("15000", "25000"), [("E-LEVEL-006", "levels.member.VIP")]),
        (LADDER + "    score: {spend: 1}\n", [("E-SCHEME-003", "levels.member.score")]),
        (LADDER.replace("orders_12m >= 1", "tier is huge"), [("E-SCHEME-015", "levels.member.plain")]),
        (LADDER.replace("orders_12m >= 1", "orders_12m >="), [("E-SCHEME-013", "levels.member.plain.enter")]),
        (LADDER.replace("enter: \"orders", "entre: \"orders"), [("E-SCHEME-002", "levels.member.plain.entre")]),
        (LADDER + "    down: {hold: soon}\n", [("E-SCHEME-037", "levels.member.down.hold")]),
        (LADDER + "    score: {spend_12m: much}\n", [("E-SCHEME-037", "levels.member.score.spend_12m")]),
        ("levels:\n  tier: {a: {enter: spend_12m > 1}, b: {}}\n", [("E-SCHEME-007", "levels.tier")]),
    ],
)  # fmt: skip
def test_a_ladder_that_makes_no_sense_is_told_with_its_line(text: str, expected: list[tuple[str, str]]) -> None:
    assert wrong(text) == expected


def rows(found: Ladder, data: list[tuple[Any, ...]]) -> list[tuple[int, bool]]:
    schema = {
        "customer_id": "int64",
        "spend_12m": "decimal(18,4)",
        "orders_12m": "int64",
        "return_rate": "float64",
        "on": "int64",
    }
    people = ibis.memtable([(i, *row) for i, row in enumerate(data)], schema=schema)
    t = found.judged(people).join(people.select("customer_id", "on"), "customer_id").order_by("customer_id")
    said = t.select("customer_id", "earned", keeps=found.keeps_on(t, t["on"])).to_pyarrow().to_pylist()
    return [(r["earned"], r["keeps"]) for r in said]


def test_a_customer_earns_the_highest_level_whose_condition_holds() -> None:
    said = rows(ladder(), [
        (Decimal(20_000), 1, 0.05, 2), (Decimal(19_999), 1, 0.05, 2), (Decimal(14_999), 0, 0.05, 2),
        (Decimal(20_000), 0, 0.10, 1), (Decimal(0), 0, None, 0), (Decimal(20_000), 2, None, 2),
    ])  # fmt: skip
    # Nobody falls from the lowest; a return rate that is not known does not make a VIP, and takes nothing away.
    assert said == [(2, True), (1, True), (0, False), (0, False), (0, True), (1, True)]


def test_a_weighted_score_counts_missing_numbers_as_nought() -> None:
    text = LADDER.replace("spend_12m >= 20000 and return_rate < 10%", "score >= 100").replace(
        'keep: "spend_12m >= 15000"', "keep: score >= 90"
    )
    found = ladder(text + "    score: {spend_12m: 0.1, orders_12m: 5, return_rate: -100}\n")
    assert rows(found, [
        (Decimal(950), 1, None, 2), (Decimal(950), 1, 0.01, 2), (Decimal(900), 1, 0.051, 2),
    ]) == [(2, True), (1, True), (1, False)]  # fmt: skip
