"""A scheme: what its two hashes see, that it may be Chinese throughout, and what it does without being told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from custrata import Scheme
from shops import classify, scheme, spends

BASE = """
metrics: {spend: {monetary: lifetime}, orders: {frequency: lifetime}}
segments:
  tier:    {thresholds: spend, classes: {big: above 100, small: else}}
  top:     {quantile: spend, classes: {best: 20%, rest: 80%}}
  layers:  {pyramid: spend, layers: {peak: 10%, base: 90%}, inactive: asleep}
  trade:   {attribute: name, groups: {make: [a, b], serve: [c]}, else: other}
  ages:    {attribute: birthday, age: true, ranges: {young: below 30, old: else}, missing: unknown}
  rfm:     {rfm: [recency, orders, spend], labels: {111: Best}}
  care:    {rules: {keep: "tier is big and rfm is Best", watch: "trade in (make, serve)", free: else}}
  abc:     {share: spend, label: ABC}
"""

RENAMED = [
    ("big", "large"), ("best", "first"), ("peak", "summit"), ("asleep", "gone"), ("make", "craft"),
    ("other", "else2"), ("young", "under thirty"), ("unknown", "nobody knows"), ("Best", "Finest"), ("keep", "hold"),
    ("label: ABC", "label: Pareto"),
]  # fmt: skip
CHANGED = [
    ("above 100", "above 101"), ("above 100", "from 100"), ("20%, rest: 80%", "25%, rest: 75%"),
    ("10%, base: 90%", "5%, base: 95%"), ("[a, b]", "[a]"), ("below 30", "below 31"),
    ("{rfm: [recency, orders, spend],", "{rfm: [recency, orders, spend], high: above median,"),
    ("tier is big", "tier is small"), ("tier is big and", "tier is big or"),
    ("{monetary: lifetime}", "{monetary: 12 months}"), ("{share: spend", "{share: spend, cuts: [80%]"),
    ("metrics:", "as_of: today\nmetrics:"), ("metrics:", "purchase: {count: day}\nmetrics:"),
    ("metrics:", "timezone: UTC\nmetrics:"), ("metrics:", "sources: {orders: {count: [paid]}}\nmetrics:"),
]  # fmt: skip


@pytest.mark.parametrize("old, new", RENAMED)
def test_a_new_name_for_a_class_changes_the_label_hash_only(old: str, new: str) -> None:
    before, after = scheme(BASE).fingerprint, scheme(BASE.replace(old, new)).fingerprint
    assert BASE.replace(old, new) != BASE
    assert after.logic == before.logic
    assert after.labels != before.labels


@pytest.mark.parametrize("old, new", CHANGED)
def test_a_new_rule_changes_the_logic_hash(old: str, new: str) -> None:
    before, after = scheme(BASE).fingerprint, scheme(BASE.replace(old, new)).fingerprint
    assert BASE.replace(old, new) != BASE
    assert after.logic != before.logic


@pytest.mark.parametrize(
    "old, new", [("above 100,", "above 101,"), ("tier is big", "tier is small"), ("below 30", "below 31")]
)
def test_a_new_threshold_leaves_the_label_hash_alone(old: str, new: str) -> None:
    assert scheme(BASE.replace(old, new)).fingerprint.labels == scheme(BASE).fingerprint.labels


def test_comments_titles_and_blanks_change_neither_hash() -> None:
    noted = "# a note\n" + BASE.replace("metrics: {", "metrics:   {")
    assert scheme(noted).fingerprint == scheme(BASE).fingerprint
    assert Scheme.parse("scheme: Another title" + BASE).fingerprint == scheme(BASE).fingerprint


def test_a_month_more_of_files_is_no_new_rule() -> None:
    """Else every import would move customers by a change of the scheme."""
    january = "scheme: Shop\nsources: {orders: {file: january.csv, columns: {customer_id: who, ordered_at: day}}}"
    both = january.replace("january.csv", "[january.csv, february.csv]")
    assert Scheme.parse(both).fingerprint == Scheme.parse(january).fingerprint
    assert Scheme.parse(january.replace("who", "whom")).fingerprint != Scheme.parse(january).fingerprint


def test_two_segments_may_call_a_class_alike() -> None:
    """Renaming it in one of them says nothing of the other."""
    body = """
segments:
  one: {thresholds: spend, classes: {High: above 1, Low: else}}
  two: {thresholds: orders, classes: {High: above 1, Low: else}}
  care: {rules: {a: two is High, b: else}}
"""
    renamed = body.replace("spend, classes: {High", "spend, classes: {Big")
    assert scheme(renamed).fingerprint.logic == scheme(body).fingerprint.logic


ENGLISH = """
scheme: Shop
language: zh
currency: CNY
timezone: Asia/Shanghai
as_of: end of data
purchase: {count: day}
sources:
  orders:
    columns: {customer_id: 会员号, ordered_at: 时间, order_id: 号, amount: 实收, category: 类}
    count: [完成]
    anonymous: empty
  customers:
    columns: {customer_id: 编号, birthday: 生, 行业: 行业}
metrics:
  花费: {monetary: 12 months}
  单数: {frequency: last month, count: order}
  间隔: {recency: weeks}
  活跃: {stability: active months, window: 12 months}
  退货: {return_rate: lifetime, of: orders}
  茶占比: {share: category, is: 茶}
  最爱: {top: category}
  客单: {sql: sum(net) / count(*), from: orders, empty: 0}
segments:
  消费档: {thresholds: 花费, classes: {高: above 10000, 中: from 5000, 低: else}}
  五分: {quantile: 花费, groups: 5}
  名次: {quantile: 间隔, classes: {前: top 10%, 中: 80%, 后: bottom 10%}, low_is_good: true}
  贡献: {share: 花费, cuts: [70%, 90%]}
  塔: {pyramid: 花费}
  价值: {rfm: [间隔, 单数, 花费], high: above median}
  得分: {rfm: [间隔, 单数, 花费], of: scores, scores: 5}
  偏好: {preference: category, at_least: 50%}
  规模: {size: {花费: [10, 100], 单数: [1, 2]}, by: higher}
  行: {attribute: 行业, groups: {制造: [机械]}, else: 别的}
  年龄: {attribute: birthday, age: true, ranges: {青: below 30, 长: else}, missing: 不详}
  交: {matrix: [消费档, 贡献]}
  关怀:
    rules:
      挽留: {all: ["花费 >= 1万", "间隔 > 4"]}
      茶客: {any: ["茶占比 > 50%", {not: "最爱 is 米"}]}
      缺: 间隔 is missing
      区间: 花费 between 1 and 5
      其他的: else
"""
CHINESE = """
方案: 门店
语言: zh
币种: CNY
时区: Asia/Shanghai
基准日: 数据末日
购买: {计数: 天}
数据源:
  销售:
    列: {客户: 会员号, 日期: 时间, 单号: 号, 金额: 实收, 类别: 类}
    计入状态: [完成]
    匿名: 空
  客户:
    列: {客户: 编号, 生日: 生, 行业: 行业}
指标:
  花费: {消费金额: 近12个月}
  单数: {消费频次: 上月, 计数: 单}
  间隔: {最近消费间隔: 周}
  活跃: {购买稳定性: 活跃月份, 窗口: 近12个月}
  退货: {退货率: 全部, 口径: 单数}
  茶占比: {占比: 类别, 等于: 茶}
  最爱: {首选: 类别}
  客单: {公式: sum(net) / count(*), 来自: 单, 无值: 0}
客群:
  消费档: {阈值: 花费, 类: {高: 大于 1万, 中: 不低于 5000, 低: 其余}}
  五分: {分位: 花费, 组数: 5}
  名次: {分位: 间隔, 类: {前: 前 10%, 中: 80%, 后: 后 10%}, 越低越好: true}
  贡献: {贡献: 花费, 切点: [70%, 90%]}
  塔: {金字塔: 花费}
  价值: {RFM: [间隔, 单数, 花费], 高: 高于中位数}
  得分: {RFM: [间隔, 单数, 花费], 比较: 得分, 得分: 5}
  偏好: {偏好: 类别, 至少: 50%}
  规模: {规模: {花费: [10, 100], 单数: [1, 2]}, 取: 从高}
  行: {属性: 行业, 分组: {制造: [机械]}, 其余: 别的}
  年龄: {属性: birthday, 年龄: true, 区间: {青: 低于 30, 长: 其余}, 缺失: 不详}
  交: {交叉: [消费档, 贡献]}
  关怀:
    规则:
      挽留: {全部: ["花费 ≥ 1万", "间隔 ＞ 4"]}
      茶客: {任一: ["茶占比 > 50%", {非: "最爱 是 米"}]}
      缺: 间隔 缺失
      区间: 花费 介于 1 且 5
      其他的: 其余
""".replace("＞", ">")


def shop() -> tuple[pa.Table, pa.Table]:
    day = date(2024, 2, 20)
    rows = [
        ("甲", date(2024, 3, 1), 12_000, "茶"), ("甲", day, 10, "米"), ("乙", date(2024, 1, 5), 5000, "米"),
        ("丙", day, 3, "茶"), ("丙", day, 1, "茶"), ("", day, 1, "茶"),
    ]  # fmt: skip
    orders = pa.table({
        "会员号": [r[0] for r in rows], "时间": [r[1] for r in rows], "号": [str(i) for i in range(len(rows))],
        "实收": [r[2] for r in rows], "类": [r[3] for r in rows], "status": ["完成"] * len(rows),
    })  # fmt: skip
    people = pa.table({"编号": ["甲", "丁"], "生": [date(1990, 1, 1), None], "行业": ["机械", "餐饮"]})
    return orders, people


def test_a_scheme_in_chinese_is_the_same_scheme() -> None:
    english, chinese = Scheme.parse(ENGLISH), Scheme.parse(CHINESE)
    assert chinese.fingerprint == english.fingerprint
    orders, people = shop()
    found = classify(chinese, orders, customers=people)
    assert found == classify(english, orders, customers=people)
    assert set(found) == {"甲", "乙", "丙", "丁"}
    assert found["甲"]["消费档"] == "高"
    assert (found["甲"]["关怀"], found["丁"]["关怀"], found["丙"]["关怀"]) == ("茶客", "缺", "茶客")
    assert found["丁"]["价值"] == "未消费"


def test_labels_follow_the_language_of_the_scheme() -> None:
    one = spends({"a": 5, "b": 1})
    assert classify("segments: {r: {rfm: [recency, orders, spend]}}", one)["a"]["r"] == "High-value, win back"
    assert classify("language: zh\nsegments: {r: {rfm: [recency, orders, spend]}}", one)["a"]["r"] == "重要挽留"
    both = "segments: {t: {thresholds: spend, classes: {hi: above 1, lo: else}, labels: {hi: {zh: 高, en: High}}}}"
    assert classify(f"language: zh\n{both}", one)["a"]["t"] == "高"
    assert classify(f"language: en\n{both}", one)["a"]["t"] == "High"


def test_every_scheme_has_spend_orders_and_recency() -> None:
    checked = scheme("segments: {}")
    assert checked.default_metrics == ("spend", "orders", "recency")
    assert list(classify(checked, spends({"a": 5}))["a"]) == ["customer_id", "spend", "orders", "recency"]
    own = scheme("metrics: {revenue: {monetary: year}, recency: {recency: days}}")
    assert own.default_metrics == ("orders",)


def test_a_name_that_is_taken_is_left_to_whoever_has_it() -> None:
    checked = scheme(
        "metrics: {spend: {sql: max(net)}}\nsegments: {orders: {thresholds: spend, classes: {a: above 5, b: else}}}"
    )
    assert checked.default_metrics == ("spend_lifetime", "orders_lifetime", "recency")
    row = classify(checked, spends({"a": 9}))["a"]
    assert (row["spend"], row["spend_lifetime"], row["orders"], row["orders_lifetime"]) == (9, 9, "a", 1)


def test_columns_stand_in_the_order_of_the_scheme() -> None:
    body = "metrics: {b: {monetary: year}, a: {frequency: year}}\nsegments: {z: {share: b}, y: {rfm: [recency, a, b]}}"
    assert list(classify(body, spends({"c": 1}))["c"]) == ["customer_id", "b", "a", "recency", "z", "y"]


def test_keys_that_look_like_numbers_are_names() -> None:
    labels = {"111": "a", "011": "b", "001": "c", "000": "d", "1": "e"}
    checked = scheme("segments: {t: {rfm: [recency, orders, spend], labels: {111: a, 011: b, 001: c, 000: d}}}")
    assert {k: v.en for k, v in checked.segments["t"].labels.items()} == {k: v for k, v in labels.items() if k != "1"}
    assert (
        classify("segments: {t: {thresholds: spend, classes: {1: above 5, 2: else}}}", spends({"a": 6}))["a"]["t"]
        == "1"
    )


def test_a_scheme_is_found_in_a_folder_under_its_usual_names(tmp_path: Path) -> None:
    (tmp_path / "方案.yaml").write_bytes("方案: 门店\n客群: {}\n".encode("gb18030"))
    assert Scheme.load(tmp_path).name == "门店"
    (tmp_path / "scheme.yaml").write_bytes(b"\xef\xbb\xbfscheme: Shop\n")
    assert Scheme.load(tmp_path).name == "Shop"
    assert Scheme.load(tmp_path / "方案.yaml").lang == "zh"


def test_the_schema_for_editors_knows_every_key_in_both_languages() -> None:
    from custrata.core.scheme.json_schema import json_schema

    schema = json_schema()
    for english, chinese in [("metrics", "指标"), ("segments", "客群"), ("sources", "数据源"), ("as_of", "基准日")]:
        assert schema["properties"][english].keys() == schema["properties"][chinese].keys()
    for kind, zh in [("metrics.monetary", "消费金额"), ("segments.rfm", "RFM"), ("segments.thresholds", "阈值")]:
        assert {kind.split(".")[1], zh} <= set(schema["$defs"][kind]["properties"])
