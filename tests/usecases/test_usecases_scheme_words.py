"""What parts two versions of a scheme is told to somebody who reads no YAML."""

from __future__ import annotations

import pytest

from custrata.core.errors import did_you_mean
from custrata.core.scheme.model import Scheme
from custrata.usecases.scheme_diff import joined
from custrata.usecases.scheme_rules import with_rule
from custrata.usecases.scheme_words import changes_told, title_of

TEXT = """scheme: Shop
metrics: {spend_12m: {monetary: 12 months}, orders: {frequency: 12 months, label: {zh: 年单数, en: orders of a year}}}
segments:
  tier: {thresholds: spend_12m, classes: {high: above 100, low: else}}
  RFM: {rfm: [spend_12m, orders, spend_12m]}
levels:
  member:
    VIP: {enter: spend_12m > 5}
    rest: {}
"""


def told(after: str, lang: str = "zh", before: str = TEXT) -> list[tuple[str, str | None, str | None]]:
    return [(" › ".join(s.place), s.before, s.after) for s in changes_told(before, after, lang)]  # type: ignore[arg-type]


def test_a_threshold_is_told_by_where_it_stands_and_what_it_was() -> None:
    after = TEXT.replace("above 100", "above 200")
    assert told(after) == [("客群 › tier（按阈值） › 类 › high", "> 100", "> 200")]
    assert told(after, "en") == [("segments › tier (Thresholds) › classes › high", "> 100", "> 200")]


def test_a_condition_of_a_level_is_told_in_the_language_of_the_reader() -> None:
    after = TEXT.replace("spend_12m > 5", "spend_12m > 9")
    assert told(after) == [("等级 › member › VIP › 升级条件", "spend_12m > 5", "spend_12m > 9")]


def test_what_comes_and_what_goes_and_what_changes_places() -> None:
    after = TEXT.replace("    VIP: {enter: spend_12m > 5}\n    rest: {}\n", "    gold: {}\n    rest: {}\n")
    gone = "升级条件：spend_12m > 5"
    assert told(after) == [("等级 › member › gold", None, "—"), ("等级 › member › VIP", gone, None)]
    levels = "    VIP: {enter: spend_12m > 5}\n", "    rest: {}\n"
    order = TEXT.replace("".join(levels), "".join(reversed(levels)))
    assert [s.order for s in changes_told(TEXT, order, "en")] == [True]


def test_a_scheme_written_in_chinese_is_compared_with_one_in_english() -> None:
    chinese = TEXT.replace("scheme:", "方案:").replace("metrics:", "指标:").replace("segments:", "客群:")
    assert told(chinese) == []


def test_what_is_no_yaml_is_told_by_its_lines_alone() -> None:
    assert told("a: [") == [] and told("- 1") is not None


def test_a_name_for_programs_has_its_kind_beside_it() -> None:
    scheme = Scheme.parse(TEXT)
    assert title_of(scheme, "spend_12m", "zh") == "spend 12m（消费金额）"
    assert title_of(scheme, "orders", "zh") == "年单数" and title_of(scheme, "RFM", "zh") == "RFM"
    assert title_of(scheme, "tier", "en") == "tier (Thresholds)" and title_of(scheme, "member", "zh") == "member"


def test_a_rule_that_is_made_in_chinese_leaves_the_others_to_a_chinese_word() -> None:
    text = with_rule(TEXT, "关注", "大客户", "spend_12m > 5", "zh")
    assert "其余: 其余" in text and Scheme.parse(text).segments["关注"] is not None
    assert "Others: else" in with_rule(TEXT, "watch", "big", "spend_12m > 5", "en")


def test_two_changes_of_one_text_become_one_unless_they_meet() -> None:
    mine, theirs = TEXT.replace("above 100", "above 200"), TEXT.replace("spend_12m > 5", "spend_12m > 9")
    assert joined(TEXT, mine, theirs) == mine.replace("spend_12m > 5", "spend_12m > 9")
    assert joined(TEXT, mine, mine) == mine
    assert joined(TEXT, mine, TEXT.replace("above 100", "above 300")) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("阈直", "阈值"), ("值", "阈值"), ("字", ""), ("金字搭", "金字塔"), ("阈值们", "阈值"), ("规模", "规模"),
        ("香蕉", ""), ("xy", ""),
    ],
)
def test_a_word_with_one_wrong_character_is_told_what_it_may_mean(typed: str, meant: str) -> None:
    assert did_you_mean(typed, ["金字塔", "阈值", "规模", "thresholds"]) == meant
