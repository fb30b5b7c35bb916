"""What can be wrong with a scheme, each with its code, its line and its mend, all at once and in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from custrata import CustrataError, Scheme
from shops import problems, the_problem

GOOD = "thresholds: spend, classes: {a: above 5, b: else}"


def segment(body: str) -> str:
    return f"scheme: Shop\nmetrics:\n  last: {{last_purchase: lifetime}}\n\nsegments:\n  it: {{{body}}}\n"


@pytest.mark.parametrize("text, code, line", [
    ("scheme: Shop\nsegments:\n\tit: {}\n", "E-SCHEME-019", 3),
    ("scheme: Shop\nmetrics：\n  a: {monetary: year}\n", "E-SCHEME-018", 2),
    ("scheme: Shop\nscheme: Other\n", "E-SCHEME-007", 2),
    ("scheme: Shop\nmetrics: {a: {monetary: year}, a: {frequency: year}}\n", "E-SCHEME-007", 2),
    ("scheme: Shop\nmetrics: [\n", "E-SCHEME-001", 3), ("scheme: 'Shop\n", "E-SCHEME-001", 2),
    ("- a\n- b\n", "E-SCHEME-050", 1), ("just text", "E-SCHEME-050", 1),
    ("metrics: {}\n", "E-SCHEME-004", 1), ("scheme: Shop\nsegmnets: {}\n", "E-SCHEME-002", 2),
    ("scheme: Shop\ntimezone: Asia/Shangai\n", "E-SCHEME-009", 2),
    ("scheme: Shop\ntimezone: ../../etc/passwd\n", "E-SCHEME-009", 2),
    ("scheme: Shop\ncurrency: yuan\n", "E-SCHEME-037", 2), ("scheme: Shop\nas_of: soon\n", "E-SCHEME-033", 2),
    ("scheme: Shop\nas_of: 2024-02-30\n", "E-SCHEME-033", 2),
    ("scheme: Shop\nas_of: 9999-01-01\n", "E-SCHEME-033", 2), ("scheme: Shop\nlanguage: fr\n", "E-SCHEME-005", 2),
    ("scheme: Shop\npurchase: {count: week}\n", "E-SCHEME-005", 2),
    ("scheme: Shop\nmetrics:\n  a: {monetary: next month}\n", "E-SCHEME-038", 3),
    ("scheme: Shop\nmetrics:\n  a: {money: year}\n", "E-SCHEME-006", 3),
    ("scheme: Shop\nmetrics:\n  a b: {monetary: year}\n", "E-SCHEME-010", 3),
    ("scheme: Shop\nmetrics:\n  customer_id: {monetary: year}\n", "E-SCHEME-011", 3),
    ("scheme: Shop\nmetrics:\n  Customer_ID: {monetary: year}\n", "E-SCHEME-011", 3),
    ("scheme: Shop\nmetrics:\n  a: {monetary: year}\nsegments:\n  a: {share: a}\n", "E-SCHEME-007", 5),
    ("scheme: Shop\nmetrics:\n  a: {monetary: year}\n  A: {frequency: year}\n", "E-SCHEME-007", 4),
    ("scheme: Shop\nmetrics:\n  a: {monetary: year, wndow: x}\n", "E-SCHEME-002", 3),
    ("scheme: Shop\nmetrics:\n  a: monetary\n", "E-SCHEME-054", 3),
    ("scheme: Shop\nmetrics:\n  a: {growth: lifetime}\n", "E-SCHEME-037", 3),
    ("scheme: Shop\nsources: {orders: {colums: {}}}\n", "E-SCHEME-002", 2),
    ("scheme: Shop\nsources: {orders: {header: 0}}\n", "E-SCHEME-037", 2),
    ("scheme: Shop\nsources: [orders]\n", "E-SCHEME-037", 2),
    ("scheme: Shop\nsegments: nothing\n", "E-SCHEME-037", 2),
    ("scheme: Shop\nsources: {orders: {dates: ydm}}\n", "E-SCHEME-005", 2),
])  # fmt: skip
def test_a_fault_at_the_top_of_a_scheme_has_its_code_and_line(text: str, code: str, line: int) -> None:
    problem = the_problem(text)
    assert problem.code == code
    assert problem.place.split(" ")[0] in (
        f"scheme.yaml:{line}",
        f"scheme.yaml:{line - 1}" if code == "E-SCHEME-001" else "",
    )


@pytest.mark.parametrize("body, code", [
    ("thresholds: spent, classes: {a: above 5, b: else}", "E-SCHEME-003"),
    ("thresholds: last, classes: {a: above 5, b: else}", "E-SCHEME-041"),
    ("thresholds: birthday, classes: {a: above 5, b: else}", "E-SCHEME-041"), ("share: last", "E-SCHEME-041"),
    ("pyramid: last", "E-SCHEME-041"), ("quantile: last, groups: 5", "E-SCHEME-041"),
    ("size: {last: [1, 2]}", "E-SCHEME-041"), ("rfm: [last, orders, spend]", "E-SCHEME-041"),
    ("thresholds: spend, classes: {a: above 5, b: above 10, c: else}", "E-SCHEME-014"),
    ("thresholds: spend", "E-SCHEME-004"),
    ("thresholds: spend, classes: {a: from 5, b: above 5, c: else}", "E-SCHEME-014"),
    ("thresholds: spend, classes: {a: above 5}", "E-SCHEME-036"),
    ("thresholds: spend, classes: {a: above 5, b: below 3, c: else}", "E-SCHEME-034"),
    ("thresholds: spend, classes: {a: else, b: above 5}", "E-SCHEME-035"),
    ("thresholds: spend, classes: {a: five, b: else}", "E-SCHEME-037"),
    ("thresholds: spend, classes: {a: above nan, b: else}", "E-SCHEME-037"),
    ("thresholds: spend, classes: {a: above 1e30, b: else}", "E-SCHEME-037"),
    ("thresholds: spend, classes: {a: above 1e-30, b: else}", "E-SCHEME-037"),
    ("thresholds: spend, classes: {a: above 1e999999999, b: else}", "E-SCHEME-037"),
    ("thresholds: spend, classes: [a]", "E-SCHEME-037"), (f"{GOOD}, labels: {{c: x}}", "E-SCHEME-015"),
    (f"{GOOD}, labels: {{a: b}}", "E-SCHEME-012"), (f"{GOOD}, missing: a", "E-SCHEME-012"),
    (f"{GOOD}, label: {{fr: x}}", "E-SCHEME-037"),
    ("tresholds: spend, classes: {a: above 5, b: else}", "E-SCHEME-006"), ("", "E-SCHEME-045"),
    ("quantile: spend", "E-SCHEME-026"), ("quantile: spend, groups: 5, classes: {a: 100%}", "E-SCHEME-026"),
    ("quantile: spend, groups: 1", "E-SCHEME-037"), ("quantile: spend, classes: {a: 50%, b: 60%}", "E-SCHEME-024"),
    ("pyramid: spend, layers: {a: 50%, b: 40%}", "E-SCHEME-024"), ("share: spend, cuts: [90%, 70%]", "E-SCHEME-025"),
    ("share: spend, cuts: [70%, 70%]", "E-SCHEME-025"), ("share: spend, cuts: [0%]", "E-SCHEME-037"),
    ("share: spend, cuts: [170%]", "E-SCHEME-037"), ("rfm: [recency, orders]", "E-SCHEME-053"),
    ("rfm: [recency, orders, spend], groups: 9", "E-SCHEME-005"),
    ("rfm: [recency, orders, spend], high: sometimes", "E-SCHEME-005"),
    ("rfm: [recency, orders, spend], scores: 99", "E-SCHEME-028"),
    ("rfm: [recency, orders, spend], high: {recency: 30}", "E-SCHEME-027"),
    ("rfm: [recency, orders, spend], scores: {recency: [2, 1], orders: [1], spend: [1]}", "E-SCHEME-025"),
    ("size: {spend: [5]}", "E-SCHEME-029"), ("size: {spend: [5, 5]}", "E-SCHEME-029"),
    ("matrix: [it]", "E-SCHEME-037"), ("matrix: [spend, orders]", "E-SCHEME-041"),
    ("matrix: [it, it]", "E-SCHEME-030"), ("attribute: name, groups: {a: [x], b: [x]}", "E-SCHEME-030"),
    ("attribute: birthday, age: true", "E-SCHEME-031"),
    ("attribute: name, groups: {a: [x]}, ranges: {a: below 5, b: else}", "E-SCHEME-026"),
    ("preference: kind, at_least: 120%", "E-SCHEME-037"), ("rules: {}", "E-SCHEME-037"),
    ("rules: {a: [1]}", "E-SCHEME-013"), ("rules: {a: {all: []}, b: else}", "E-SCHEME-013"),
    ("rules: {a: {maybe: spend > 1}, b: else}", "E-SCHEME-013"), ("rules: {a: , b: else}", "E-SCHEME-013"),
    ("rules: {a: else, b: spend > 1}", "E-SCHEME-035"), ("rules: {a: nothing > 1, b: else}", "E-SCHEME-003"),
])  # fmt: skip
def test_a_fault_of_a_segment_has_its_code_and_line(body: str, code: str) -> None:
    found = problems(segment(body))
    assert {p.code for p in found} == {code}
    assert all(p.place.startswith("scheme.yaml:6 segments.it") for p in found)


def test_segments_that_need_each_other_are_told_as_a_circle() -> None:
    text = "scheme: Shop\nsegments:\n  a: {rules: {x: b is y, z: else}}\n  b: {matrix: [a, c]}\n  c: {share: spend}\n"
    problem = the_problem(text)
    assert (problem.code, problem.values["circle"]) == ("E-SCHEME-008", "a → b → a")


def test_all_faults_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = """scheme: Shop
timezone: Mars
metrics:
  a: {monetary: someday}
  b: {frequncy: year}
segments:
  c: {share: a, cutz: [70%]}
  d:
    thresholds: a
    classes:
      high: above 5
      higher: above 10
      low: else
"""
    found = problems(text)
    assert [(p.code, p.place) for p in found] == [
        ("E-SCHEME-009", "scheme.yaml:2 timezone"), ("E-SCHEME-038", "scheme.yaml:4 metrics.a.monetary"),
        ("E-SCHEME-006", "scheme.yaml:5 metrics.b"), ("E-SCHEME-002", "scheme.yaml:7 segments.c.cutz"),
        ("E-SCHEME-014", "scheme.yaml:12 segments.d.classes.higher"),
    ]  # fmt: skip
    assert "'frequency'" in found[2].mend("en")
    assert "'cuts'" in found[3].mend("en")


def test_a_class_whose_name_holds_a_colon_is_named_whole() -> None:
    text = "scheme: Shop\nsegments:\n  it:\n    rules:\n      'A: best': 'spend >'\n"
    problem = the_problem(text)
    assert (problem.values["name"], problem.values["expected"]) == ("A: best", "a number, a name or a text")


def test_a_broken_metric_is_told_once_and_not_again_where_it_is_read() -> None:
    text = "scheme: Shop\nmetrics:\n  a: {monetary: someday}\n"
    text += "segments:\n  it: {share: a}\n  x: {rfm: [recency, orders, a]}\n"
    assert the_problem(text).code == "E-SCHEME-038"


def test_a_chinese_scheme_is_told_of_its_own_words() -> None:
    text = "方案: 店\n客群:\n  档:\n    阈值: 消费\n    类: {高: 大于 5, 低: 其余}\n指标:\n  消费额: {消费金额: 上月}\n"
    problem = the_problem(text)
    assert (problem.code, problem.place, problem.values["suggestion"]) == (
        "E-SCHEME-003",
        "scheme.yaml:3 客群.档",
        "消费额",
    )
    assert "消费额" in problem.mend("zh")
    known = the_problem(
        "方案: 店\n客群:\n  档: {阈值: spend, 类别: {高: 大于 5, 低: 其余}, 类: {高: 大于 5, 低: 其余}}\n"
    )
    assert known.code == "E-SCHEME-002"


def test_a_file_that_is_no_scheme_is_told(tmp_path: Path) -> None:
    for name, content, code in [
        ("a.yaml", b"\xff\xfe\x81 \x30\x81\xff", "E-SCHEME-022"),
        ("b.yaml", b"scheme: x\n" + b"# " * 600_000, "E-SCHEME-017"),
        ("c.yaml", b"PK\x03\x04\x00\x00", "E-SCHEME-048"),
    ]:  # fmt: skip
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CustrataError) as caught:
            Scheme.load(tmp_path / name)
        assert caught.value.problems[0].code == code
    with pytest.raises(CustrataError) as caught:
        Scheme.load(tmp_path / "aa.yaml")
    assert (caught.value.problems[0].code, caught.value.problems[0].values["suggestion"]) == ("E-SCHEME-021", "a.yaml")
    with pytest.raises(CustrataError) as caught:
        Scheme.load(tmp_path)
    assert caught.value.problems[0].code == "E-SCHEME-020"
