"""A scheme says in either language when customers are one, and is told what it cannot mean."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from custrata.core.identity.policy import Identity


def test_both_languages_say_the_same() -> None:
    chinese = Identity.parse({
        "字段": {"电话": ["手机号", "座机"]}, "国家": "CN", "区号": "0755",
        "确定": [["税号", "相近名称"], ["手机", "姓名"]],
        "确定概率": "99.9%", "存疑概率": "60%", "学习": False, "最大分块": 50, "最多合并": 5, "保留": "订单最多",
        "取值": {"等级": "最早"}, "汇总": "上级",
    })  # fmt: skip
    english = Identity.parse({
        "fields": {"phone": ["手机号", "座机"]}, "country": "CN", "area_code": "0755",
        "certain": [["tax_number", "similar_name"], ["phone", "name"]], "certain_at": 0.999, "doubtful_at": 0.6,
        "learn": False, "largest_block": 50, "largest_merge": 5, "survivor": "most_orders",
        "keep": {"等级": "earliest"}, "roll_up": "parent",
    })  # fmt: skip
    assert chinese == english
    assert chinese.certain_at == Decimal("0.999")


def test_by_default_rules_merge_and_probability_only_asks() -> None:
    policy = Identity()
    assert policy.certain_at == "never" == Identity.parse({"certain_at": "从不"}).certain_at
    assert policy.certain == (("tax_number", "similar_name"), ("phone", "name"), ("email", "name"), ("address", "name"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"certain": [["name"]]},  # namesakes would be one
        {"certain": [["similar_name", "name"]]},
        {"certain": [[]]},
        {"certain": [["phone", "shoe_size"]]},
        {"certain_at": "40%"},  # below doubtful_at
        {"certain_at": 1.5},
        {"doubtful_at": "much"},
        {"country": "China"},
        {"area_code": "755"},
        {"largest_block": 1},
        {"survivor": "loudest"},
        {"keep": {"name": "best"}},
        {"unknown": 1},
    ],
)
def test_a_policy_that_means_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Identity.parse(wrong)
