"""How a scheme writes its interactions: as one source, or as one for each kind; what is wrong is told on its line."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from custrata import Scheme
from custrata.core.scheme.json_schema import json_schema
from custrata.core.scheme.yaml import read
from shops import the_problem

HEAD = "scheme: Shop\nsources:\n"


def parts(text: str) -> dict[str, str | None]:
    """Source of interactions → the kind that its rows are of where no column says it."""
    return {name: config.kind for name, config in Scheme.parse(HEAD + text).sources.interactions.items()}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("  interactions: {file: a.xlsx, kind: complaint}", {"": "complaint"}),
        ("  互动: {文件: a.xlsx, 类型: 客诉, 列: {客户: 客户号, 日期: 投诉日期}}", {"": "complaint"}),
        ("  interactions: {file: a.xlsx, columns: {kind: 类型}}", {"": None}),
        ("  interactions: {complaint: {file: a}, visit: {file: b}}", {"complaint": "complaint", "visit": "visit"}),
        ("  互动: {客诉: {文件: a}, 赠礼: {文件: [b, c]}}", {"客诉": "complaint", "赠礼": "赠礼"}),
        ("  interactions: {crm: {file: a, kind: ticket}}", {"crm": "ticket"}),
        ("  interactions:", {}),
        ("  interactions: data/crm.csv", {"": None}),
        ("  互动: {投诉: data/投诉.xlsx, 拜访: [a.csv, b.csv]}", {"投诉": "complaint", "拜访": "visit"}),
    ],
)
def test_one_source_or_one_for_each_kind(text: str, found: dict[str, str | None]) -> None:
    assert parts(text) == found
    checker = Draft202012Validator(json.loads(json.dumps(json_schema())))
    assert not list(checker.iter_errors(json.loads(json.dumps(read(HEAD + text, "scheme.yaml").data))))


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("  interactions:\n    file: a\n    closd: [x]\n", "E-SCHEME-002", "scheme.yaml:5 sources.interactions.closd"),
        ("  interactions:\n    complaint: {file: a}\n    visit: {fil: b}\n", "E-SCHEME-002",
         "scheme.yaml:5 sources.interactions.visit.fil"),
        ("  interactions: {complaint: much}\n", "E-SCHEME-002", "scheme.yaml:3 sources.interactions.complaint"),
        ("  interactions: {complaint: [a.csv, 7]}\n", "E-SCHEME-002", "scheme.yaml:3 sources.interactions.complaint"),
        ("  interactions: {a: {file: x}, A: {file: y}}\n", "E-SCHEME-030", "scheme.yaml:3 sources.interactions"),
        ("  interactions: {file: a, kinds: {投诉: [a], complaint: [b]}}\n", "E-SCHEME-030",
         "scheme.yaml:3 sources.interactions.kinds"),
        ("  interactions: 7\n", "E-SCHEME-037", "scheme.yaml:3 sources.interactions"),
        ("  interactions:\n    complaint:\n      file: a\n      columns: {customr_id: x}\n", "E-SCHEME-042",
         "scheme.yaml:4 sources.interactions.complaint"),
        ("  interactions:\n    complaint:\n      file: a\n      kinds: [x]\n", "E-SCHEME-037",
         "scheme.yaml:6 sources.interactions.complaint.kinds"),
        ("  assets: {file: a, table: b}\n", "E-SCHEME-031", "scheme.yaml:3 sources.assets"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_on_its_line(text: str, code: str, place: str) -> None:
    found = the_problem(HEAD + text)
    assert (found.code, found.place) == (code, place)


def test_a_scheme_without_interactions_is_the_scheme_it_was() -> None:
    """That there may be further sources changes nobody's scheme; to have one does."""
    plain = Scheme.parse("scheme: Shop").fingerprint.logic
    assert Scheme.parse(HEAD + "  interactions:\n  assets:\n").fingerprint.logic == plain
    assert Scheme.parse(HEAD + "  interactions: {file: a}\n").fingerprint.logic != plain


def test_both_languages_say_the_same_scheme() -> None:
    zh = """方案: 店
数据源: {互动: {投诉: {文件: a, 列: {编号: 号, 办结日期: 完}, 已结状态: [好]}}}
指标:
  a: {互动次数: 客诉, 状态: 未结, 窗口: 近30天}
  b: {未联系天数: 全部}
  c: {满意度: 全部, 互动类型: [反馈, 投诉]}
  d: {投诉率: 上月}
  e: {持有资产: 全部}
  f: {公式: count(*), 来自: 互动}
"""
    en = """scheme: Shop
sources: {interactions: {投诉: {file: a, columns: {id: 号, closed_at: 完}, closed: [好]}}}
metrics:
  a: {interactions: complaint, state: open, window: 30 days}
  b: {days_since_contact: all}
  c: {satisfaction: lifetime, of: [feedback, complaint]}
  d: {complaint_rate: last month}
  e: {assets: all}
  f: {sql: count(*), from: interactions}
"""
    assert Scheme.parse(zh).fingerprint.logic == Scheme.parse(en).fingerprint.logic
