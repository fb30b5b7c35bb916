"""Rules: which condition takes whom, what a missing number does, and where a condition stops making sense."""

from __future__ import annotations

import ast
import inspect
import json
import sys
from functools import lru_cache
from typing import Any

import pytest

from custrata.core.conditions import ConditionError, parse, tokens
from custrata.locale import catalog
from shops import AS_OF, People, classify, column, evaluated, problems, sales, the_problem

reader = sys.modules["custrata.core.conditions.parse"]
SHOP = sales(
    ("rich", AS_OF, 900),
    ("rich", AS_OF, 100),
    ("poor", "2024-01-01", 5),
    ("back", AS_OF, -7),
    ("edge", "2024-03-01", 100),
)
HEAD = """
metrics: {orders: {frequency: lifetime}, recency: {recency: days}, last: {last_purchase: lifetime}}
segments:
  tier: {thresholds: spend, classes: {big: from 100, small: else}}
  abc: {share: spend, labels: {A: {zh: 甲, en: First}}}
"""


CONDITIONS = [
    ("spend >= 100", ["edge", "rich"]), ("spend > 100", ["rich"]), ("spend < 5", ["back"]),
    ("spend <= 5", ["back", "poor"]), ("spend = 5", ["poor"]), ("spend == 5", ["poor"]),
    ("spend != 5", ["back", "edge", "rich"]), ("spend <> 5", ["back", "edge", "rich"]),
    ("spend ≥ 0.1千", ["edge", "rich"]), ("spend >= 0.01万", ["edge", "rich"]), ("'spend > 1,000'", []),
    ("spend >= 1000.0", ["rich"]), ("spend > -7", ["edge", "poor", "rich"]), ("0 < spend", ["edge", "poor", "rich"]),
    ("spend between 5 and 100", ["edge", "poor"]), ("'spend in (5, 1000)'", ["poor", "rich"]),
    ("'spend not in (5, 1000)'", ["back", "edge"]), ("'tier in (big)'", ["edge", "rich"]),
    ("tier is big", ["edge", "rich"]), ("tier is not big", ["back", "poor"]), ("tier != big", ["back", "poor"]),
    ("tier 不是 big", ["back", "poor"]), ("abc is First", ["rich"]), ("abc is 甲", ["rich"]), ("abc is A", ["rich"]),
    ("'abc 属于 (A)'", ["rich"]), ("recency is missing", ["back"]), ("recency missing", ["back"]),
    ("recency is not missing", ["edge", "poor", "rich"]), ("recency 缺失", ["back"]), ("recency > 60", ["poor"]),
    ("not (recency > 60)", ["edge", "rich"]), ("not recency > 60", ["edge", "rich"]),
    ("recency > 60 or spend < 0", ["back", "poor"]), ("recency > 60 or recency <= 60", ["edge", "poor", "rich"]),
    ("not (recency > 60 and spend > 1)", ["back", "edge", "rich"]),
    ("not (spend > 1 and recency > 60)", ["back", "edge", "rich"]),
    ("spend > 1 and recency < 60 or orders = 0", ["back", "edge", "rich"]),
    ("spend > 1 and (recency < 60 or orders = 0)", ["edge", "rich"]), ("(spend + 5) * 2 >= 210", ["edge", "rich"]),
    ("spend / orders > 99.5", ["edge", "rich"]), ("spend > 4.999999999999", ["edge", "poor", "rich"]),
    ("spend / orders is missing", ["back"]), ("spend - 2 * orders = 3", ["poor"]),
    ("last >= 2024-03-01", ["edge", "rich"]), ("last < '2024-03-01'", ["poor"]), ("last is missing", ["back"]),
    ("{all: [spend > 1, {any: [orders = 2, recency > 60]}]}", ["poor", "rich"]),
    ("{not: {any: [spend > 5, spend < 0]}}", ["poor"]),
    ("{全部: [spend > 1, 'recency > 60 或 orders = 2']}", ["poor", "rich"]),
    ("spend > 1 且 非 (recency > 60)", ["edge", "rich"]), ("'spend ≥ 5 并且 spend ≤ 100'", ["edge", "poor"]),
    ("{all: [spend > 5]}", ["edge", "rich"]), ("spend >= 10000%", ["edge", "rich"]),
    ("（spend > 5）", ["edge", "rich"]),
]  # fmt: skip


@lru_cache
def people() -> People:
    """Everybody under every condition: one evaluation serves all."""
    its = "".join(f"  it{i}: {{rules: {{yes: {c}, no: else}}}}\n" for i, (c, _) in enumerate(CONDITIONS))
    return classify(HEAD + its, SHOP)


@pytest.mark.parametrize("condition, who", CONDITIONS)
def test_a_condition_takes_exactly_these(condition: str, who: list[str]) -> None:
    place = [c for c, _ in CONDITIONS].index(condition)
    assert sorted(name for name, row in people().items() if row[f"it{place}"] == "yes") == who


def test_the_first_condition_that_holds_wins() -> None:
    found = classify(f"{HEAD}  it: {{rules: {{a: spend > 500, b: spend > 50, c: spend > 5000, d: else}}}}", SHOP)
    assert column(found, "it") == {"rich": "a", "edge": "b", "poor": "d", "back": "d"}


def test_whom_no_condition_takes_is_unmatched_where_there_is_no_else() -> None:
    found = classify(f"{HEAD}  it: {{rules: {{a: recency > 60, b: not (recency > 60)}}}}", SHOP)
    assert column(found, "it") == {"rich": "b", "edge": "b", "poor": "a", "back": "未匹配"}
    named = classify(f"{HEAD}  it: {{rules: {{a: recency > 60}}, missing: 其它人}}", SHOP)
    assert column(named, "it")["rich"] == "其它人"


def test_rules_may_be_a_list_and_read_other_rules() -> None:
    body = f"{HEAD}  one: {{rules: [{{a: spend > 500}}, {{b: else}}]}}\n  two: {{rules: {{x: one is a, y: else}}}}"
    assert column(classify(body, SHOP), "two") == {"rich": "x", "edge": "y", "poor": "y", "back": "y"}


def test_the_deepest_condition_that_is_read_can_be_evaluated() -> None:
    deep: Any = "spend" + " + 1" * 50 + " > 60"
    for i in range(19):
        deep = {"not": deep} if i < 6 else {"any" if i % 2 else "all": [deep, "spend > -99"]}
    found = classify(f"{HEAD}  it: {{rules: {{yes: {json.dumps(deep)}, no: else}}}}", SHOP)
    assert set(column(found, "it").values()) == {"yes"}
    with pytest.raises(ConditionError, match="twenty deep"):
        parse({"not": deep})


def test_an_explanation_says_which_part_holds_and_which_cannot_be_said() -> None:
    with evaluated(f"{HEAD}  it: {{rules: {{a: 'recency > 60 and spend < 10', b: else}}}}", SHOP) as result:
        parts = {who: [h for _, _, h in result.explain(who).classes[-1].conditions] for who in ("poor", "rich", "back")}
    assert parts == {"poor": [True, True], "rich": [False, False], "back": [None, True]}


@pytest.mark.parametrize("condition, at, found", [
    ("spend >", 8, "the end"), ("spend > > 5", 9, "'>'"), ("spend", 6, "the end"), ("spend > 5 and", 14, "the end"),
    ("spend > 5 spend < 3", 11, "'spend'"), ("(spend > 5", 11, "the end"), ("spend > 5)", 10, "')'"),
    ("spend > 5 ; drop", 11, "';'"), ("spend in 5", 10, "'5'"), ("", 1, "the end"),
    ("spend in (5, 1,000)", 14, "'1,000'"), ("last > 2024-02-30", 8, "'2024-02-30'"), ("spend > '5", 9, "'''"),
    ("-" * 50 + "spend > 1", 50, "'-'"),
    ("-" * 51 + "spend > 1", 1, "more than fifty signs of arithmetic"),
    ("spend > " + "9" * 30, 9, f"'{'9' * 30}'"),
])  # fmt: skip
def test_a_condition_that_does_not_parse_says_where(condition: str, at: int, found: str) -> None:
    text = f"scheme: Shop\n{HEAD}  it:\n    rules:\n      fine: spend > 1\n      bad: {condition!r}\n".replace('"', "'")
    if condition.count("'"):
        text = f'scheme: Shop\n{HEAD}  it:\n    rules:\n      fine: spend > 1\n      bad: "{condition}"\n'
    problem = the_problem(text)
    assert (problem.code, problem.values["at"], problem.values["found"]) == ("E-SCHEME-013", str(at), found)
    assert problem.place == "scheme.yaml:10 segments.it.rules.bad"


def test_whatever_can_be_expected_in_a_condition_is_said_in_chinese_as_well() -> None:
    said = catalog("conditions", "zh")["words"]
    for module in (reader, tokens):
        for call in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) in (
                "unexpected", "ConditionError",
            ):  # fmt: skip
                words = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                assert all(word in said for word in words), words


@pytest.mark.parametrize("condition, code", [
    ("spent > 5", "E-SCHEME-003"), ("tier is bigg", "E-SCHEME-015"), ("spend > big", "E-SCHEME-003"),
    ("spend is tier", "E-SCHEME-016"), ("last > 5", "E-SCHEME-016"), ("last > '5 May'", "E-SCHEME-016"),
    ("tier > big", "E-SCHEME-016"), ("tier + 1 > 2", "E-SCHEME-016"), ("it is yes", "E-SCHEME-008"),
    ("spend > '5'", "E-SCHEME-016"), ("spend > 2024-01-01", "E-SCHEME-016"),
])  # fmt: skip
def test_a_condition_that_makes_no_sense_is_refused(condition: str, code: str) -> None:
    found = problems(f'scheme: Shop\n{HEAD}  it: {{rules: {{yes: "{condition}", no: else}}}}')
    assert {p.code for p in found} == {code}
    assert all(":7 segments.it" in p.place for p in found)


def test_a_near_name_is_suggested() -> None:
    found = problems(f"scheme: Shop\n{HEAD}  it: {{rules: {{yes: spent > 5 and tier is bigg, no: else}}}}")
    assert [p.mend("en") for p in found] == ["Did you mean 'spend'?", "Did you mean 'big'?"]


@pytest.mark.parametrize("chinese, english", [
    ("spend ≥ 1万 且 recency < 30", "spend >= 10000 and recency < 30"), ("非 (spend > 5)", "not (spend > 5)"),
    ("tier 属于 (a, b)", "tier in (a, b)"), ("recency 不是 空", "recency is not missing"),
    ("spend 介于 1 且 5", "spend between 1 and 5"), ("rfm 是 重要价值 或者 x > 10％", 'rfm is 重要价值 or x > 10%'),
    ("tier 不属于（a、b）", "tier not in (a, b)"),
])  # fmt: skip
def test_a_condition_means_the_same_in_both_languages(chinese: str, english: str) -> None:
    assert parse(chinese) == parse(english)


def test_a_condition_read_back_from_its_text_is_the_same() -> None:
    for source in [
        "spend ≥ 1,234.5 and not (recency < 30)",
        "a > 1 or b < 2",
        "x in (a, b)",
        "rate ≥ 10%",
        "d ≥ 2024-01-01",
        "(a + b) * c - d / (e - f) / g > a - (b - c) + d * (e / f)",
    ]:
        condition: Any = parse(source)
        assert parse(condition.text("en")) == condition
        assert parse(condition.text("zh")) == condition
