"""Options with a fixed list of values: both spellings are one value, and a wrong word is told of both."""

from __future__ import annotations

import typing
from typing import Any

import pytest

from custrata.core.metrics.base import REGISTRY as METRICS
from custrata.core.scheme.json_schema import json_schema
from custrata.core.scheme.model import Head, Purchase
from custrata.core.scheme.sources import Orders
from custrata.core.segments.base import REGISTRY as SEGMENTS
from custrata.core.strict import Choice
from shops import problems, scheme, the_problem


def choices(annotation: Any, metadata: Any = ()) -> list[Choice]:
    """Every choice inside an annotation."""
    found = [m for m in metadata if isinstance(m, Choice)]
    for part in typing.get_args(annotation):
        found += [part] if isinstance(part, Choice) else choices(part)
    return found


WITH_CHOICES = [
    (model, name, choice)
    for model in (Head, Purchase, Orders, *METRICS.all().values(), *SEGMENTS.all().values())
    for name, info in model.model_fields.items()
    for choice in choices(info.annotation, info.metadata)
]


def test_the_words_of_both_languages_are_one_value() -> None:
    assert len(WITH_CHOICES) >= 12
    english = "{a: {frequency: year, count: day}, b: {recency: weeks}, c: {return_rate: year, of: orders}}"
    chinese = "{a: {消费频次: 今年, 计数: 天}, b: {最近消费间隔: 周}, c: {退货率: 今年, 口径: 单数}}"
    assert scheme(f"指标: {chinese}").metrics == scheme(f"metrics: {english}").metrics


@pytest.mark.parametrize("written", ["day", "Day", " DAY ", "天"])
def test_case_and_blanks_around_a_value_do_not_matter(written: str) -> None:
    assert scheme(f"purchase: {{count: '{written}'}}").purchase.count == "day"


@pytest.mark.parametrize("body", ["purchase: {count: week}", "purchase: {count: 3}", "purchase: {count: [day]}"])
def test_a_word_that_is_no_value_is_told_of_both_spellings(body: str) -> None:
    problem = the_problem(f"scheme: Shop\n{body}")
    assert problem.code == "E-SCHEME-005"
    assert problem.values["known"] == "order, day, 单, 天"


def test_a_list_of_words_for_a_kind_may_not_be_lost_to_its_other_spelling() -> None:
    kinds = scheme("sources: {orders: {kinds: {商品: [货], service: [活]}}}").sources.orders.kinds
    assert kinds == {"product": ("货",), "service": ("活",)}
    found = problems("scheme: Shop\nsources: {orders: {kinds: {商品: [货], product: [物]}}}")
    assert [p.code for p in found] == ["E-SCHEME-030"]


def test_a_walk_in_without_an_id_is_empty_in_both_languages() -> None:
    assert scheme("数据源: {销售: {匿名: [空, '0']}}").sources.orders.anonymous == ("empty", "0")


def test_a_column_with_a_chinese_name_is_the_column_and_any_other_keeps_its_name() -> None:
    found = scheme("metrics: {a: {top: 类别}, b: {top: 门店}, c: {breadth: 商品编号}}").metrics
    assert [found[n].field for n in "abc"] == ["category", "门店", "product_id"]


def test_editors_offer_both_spellings() -> None:
    schema = json_schema()
    assert schema["$defs"]["metrics.recency"]["properties"]["recency"]["enum"] == ["days", "weeks", "天", "周"]
    assert {"今天", "today"} <= set(schema["properties"]["as_of"]["anyOf"][0]["enum"])
    for _, _, choice in WITH_CHOICES:
        assert all(choice.english(word) for word in choice.chinese)
