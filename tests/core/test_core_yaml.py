"""Scheme files as people type them: every slip of the keyboard has its line, its sentence and its mend."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from custrata import CustrataError, Problem, Scheme
from custrata.locale import LANGS, catalog
from shops import the_problem, well_told

TIER = "thresholds: spend, classes: {a: above 5, b: else}"

NOT_YAML = [
    ("scheme: a: b\n", "mapping", 1), ("scheme: x\n  metrics: {}\n", "mapping", 2),
    ("scheme: x\nmetrics\n  a: {monetary: year}\n", "colon", 2), ("scheme: @x\n", "sign", 1),
    ("scheme: `x`\n", "sign", 1),
    ("scheme: x\nmetrics: {a: %b}\n", "sign", 2), ("scheme: 'x\nmetrics: {}\n", "quote", 1),
    ('scheme: x\nlanguage: "zh\nmetrics: {}\n', "quote", 2),
    ("scheme: x\nmetrics: {a: {monetary: year}\nsegments: {}\n", "bracket", 2),
    ("scheme: x\nsegments:\n  it: {rfm: [recency, orders, spend}\n", "bracket", 3),
    ("scheme: x\nsegments:\n  it: {share: spend cuts: [70%]}\n", "bracket", 3),
    ("scheme: x\nmetrics: {a: {monetary: year}}}\n", "closing", 2),
    ("scheme: x\nmetrics:\n  a: {monetary: year}\n b: {monetary: year}\n", "indent", 4),
    ("scheme: x\nmetrics:\n    a: {monetary: year}\n  b: {monetary: year}\n", "indent", 4),
    ("scheme: *x\n", "alias", 1), ('scheme: "C:\\data"\n', "escape", 1),
    ("scheme: x\n---\nscheme: y\n", "documents", 2),
    ("scheme: x\nmetrics:\n  - a\n  b: c\n", "mixed", 4), ("scheme: x\nmetrics: - a\n", "dash", 2),
    ("%%%\nscheme: x\n", "directive", 1), ("scheme: & x\n", "anchor", 1),
    ("scheme: x\nmetrics: {a: ]}\n", "content", 2),
]  # fmt: skip


@pytest.mark.parametrize("text, fault, line", NOT_YAML)
def test_what_is_no_yaml_is_told_in_both_languages_with_the_line_on_which_it_begins(
    text: str, fault: str, line: int
) -> None:
    problem = the_problem(text)
    assert (problem.code, problem.place) == ("E-SCHEME-001", f"scheme.yaml:{line}")
    for lang in LANGS:
        beginning = catalog("yaml", lang)[fault]["what"].split("{")[0]
        assert beginning in problem.message(lang)
        assert catalog("yaml", lang)[fault]["how"].split("{")[0] in problem.mend(lang)
    assert not any(word in problem.message("zh") for word in ("expected", "found", "mapping", "token", "scanning"))


WIDE = [
    ("scheme：x\n", 1, "scheme: x"), ("scheme:　x\n", 1, "scheme:  x"),
    ("scheme: x\n指标：\n  a: {monetary: year}\n", 2, "指标: "),
    ("scheme: x\nsegments: {t: {thresholds: spend，classes: {a: above 5, b: else}}}\n", 2, "spend, classes"),
    ("scheme: x\nsegments: {t: ｛share: spend｝}\n", 2, "{share: spend}"),
    ("scheme: x\nsegments: {t: {rfm: ［recency, orders, spend］}}\n", 2, "[recency, orders, spend]"),
    ("scheme: x\nsegments:\n  t: {rfm: 【recency，orders，spend】}\n", 3, "[recency, orders, spend]"),
    ("scheme: x\nsegments:\n  t: {rfm: [recency、orders、spend]}\n", 3, "[recency, orders, spend]"),
    ("scheme: x\nsegments:\n  t: {rules: {a: “spend > 5”, b: else}}\n", 3, '"spend > 5"'),
    ("scheme: x\nsegments:\n　t: {share: spend}\n", 3, "t: {share: spend}"),
    ("scheme: x\nsegments:\n  t: {thresholds: spend, classes: （a: above 5, b: else）}\n", 3, "{a: above 5, b: else}"),
    ("scheme: x\nsegments:\n  t: {rfm: （recency, orders, spend）}\n", 3, "[recency, orders, spend]"),
    ("scheme: x\nsegments:\n  t:\n    rfm:\n    －recency\n    - orders\n    - spend\n", 5, "- recency"),
    ("scheme: x\nsegments:\n  t: {share：spend}\n", 3, "share: spend"),
    ("scheme: x\nsegments:\n  t:\n    thresholds：spend\n    classes: {a: above 5, b: else}\n", 4, "thresholds: spend"),
    ("scheme: x\nsegments: {t: {share: spend， label: '销售（老）'}}\n", 2, "spend, label: '销售（老）'"),
    ("scheme: 店（东）\nsegments: {t: {share: spend， label: 销售（老）}}\n", 2, "spend, label: 销售（老）"),
]  # fmt: skip


@pytest.mark.parametrize("text, line, mended", WIDE)
def test_a_full_width_sign_is_recognised_where_a_half_width_one_is_needed(text: str, line: int, mended: str) -> None:
    problem = the_problem(text)
    assert (problem.code, problem.place) == ("E-SCHEME-018", f"scheme.yaml:{line}")
    assert mended.strip() in problem.mend("zh")


def test_full_width_signs_that_are_meant_are_left_alone() -> None:
    text = "方案: 门店（东区）：会员，老\n客群:\n  档: {阈值: spend, 类: {高（老）: 大于 5, 低: 其余}, "
    text += "名称: 档“一”、二}\n"
    assert Scheme.parse(text).name == "门店（东区）：会员，老"
    broken = the_problem(text.replace("大于 5", "大于 五"))
    assert (broken.code, broken.place) == ("E-SCHEME-037", "scheme.yaml:3 客群.档.类.高（老）")


def test_every_line_with_a_full_width_sign_is_told_and_what_else_is_wrong() -> None:
    text = "scheme: x\nmetrics: {a: {monetary: someday}}\nsegments:\n  t:\n    thresholds: spend\n    classes:\n"
    text += "      高：大于 5\n      低：其余\n"
    with pytest.raises(CustrataError) as caught:
        Scheme.parse(text)
    found = well_told(caught.value.problems)
    assert [(p.code, p.place.split(" ")[0]) for p in found] == [
        ("E-SCHEME-038", "scheme.yaml:2"), ("E-SCHEME-018", "scheme.yaml:7"), ("E-SCHEME-018", "scheme.yaml:8"),
    ]  # fmt: skip


@pytest.mark.parametrize("text, line, mended", [
    ("{t: {thresholds: spend, classes: {a: above 10,000, b: else}}}", 2, "above 10000"),
    ("{t: {size: {spend: [5,000, 50,000]}}}", 2, "[5000, 50000]"),
    ("\n  t: {rules: {a: spend > 1,000,000, b: else}}", 3, "spend > 1000000"),
    ("\n  t:\n    thresholds: spend\n    classes: {a: above 10,000, b: else}", 5, "above 10000"),
])  # fmt: skip
def test_a_number_that_was_cut_at_its_comma_is_shown_without(text: str, line: int, mended: str) -> None:
    problem = the_problem(f"scheme: x\nsegments: {text}\n")
    assert (problem.code, problem.place) == ("E-SCHEME-046", f"scheme.yaml:{line}")
    assert mended in problem.mend("en")


@pytest.mark.parametrize("text, line, mended", [
    ("scheme:x\nmetrics: {}\n", 1, "scheme: x"),
    ("scheme: x\nmetrics:\n  a:{monetary: year}\n", 3, "a: {monetary: year}"),
    ("scheme: x\nmetrics:\n  a: {monetary:year}\n", 3, "a: {monetary: year}"),
])  # fmt: skip
def test_a_colon_without_a_blank_is_told(text: str, line: int, mended: str) -> None:
    problem = the_problem(text)
    assert (problem.code, problem.place) == ("E-SCHEME-047", f"scheme.yaml:{line}")
    assert mended in problem.mend("zh")


@pytest.mark.parametrize("text, line", [
    ("scheme: x\n\tmetrics: {}\n", 2), ("scheme:\tx\n", 1), ("scheme: x\nsegments:\n\tit: {share: spend}\n", 3),
])  # fmt: skip
def test_a_tab_is_told_with_its_line(text: str, line: int) -> None:
    problem = the_problem(text)
    assert (problem.code, problem.place) == ("E-SCHEME-019", f"scheme.yaml:{line}")


@pytest.mark.parametrize("text, name, line", [
    ("scheme: x\nsegments:\n  abc:\n", "abc", 3), ("scheme: x\nmetrics:\n  abc:\n  b: {monetary: year}\n", "abc", 3),
    ("方案: x\n指标:\n  消费: {消费金额: }\n", "消费金额", 3), ("scheme:\nmetrics: {}\n", "scheme", 1),
    ("scheme: x\nsegments:\n  t: {thresholds: spend, classes: }\n", "classes", 3),
    ("scheme: x\nsegments:\n  t: {rules: }\n", "rules", 3), ("scheme: x\nsources: {orders: }\n", "orders", 2),
])  # fmt: skip
def test_a_key_with_nothing_behind_it_says_what_belongs_there(text: str, name: str, line: int) -> None:
    problem = the_problem(text)
    assert (problem.code, problem.place.split(" ")[0]) == ("E-SCHEME-045", f"scheme.yaml:{line}")
    assert f"'{name}:'" in problem.message("en")
    assert "None" not in problem.text("en") + problem.text("zh")


def test_sections_that_are_still_empty_are_no_fault() -> None:
    assert Scheme.parse("scheme: x\nmetrics:\nsegments:\n").default_metrics == ("spend", "orders", "recency")


@pytest.mark.parametrize("written, given", [("recency, orders", 2), ("recency, orders, spend, spend", 4), ("", 0)])
def test_rfm_says_which_three_metrics_it_needs_and_in_which_order(written: str, given: int) -> None:
    problem = the_problem(f"scheme: x\nsegments:\n  r:\n    rfm: [{written}]\n")
    assert (problem.code, problem.place) == ("E-SCHEME-053", "scheme.yaml:4 segments.r.rfm")
    assert (problem.values["wanted"], problem.values["given"]) == (3, given)
    assert "recency, frequency, monetary" in problem.mend("en")
    assert "最近消费间隔、消费频次、消费金额" in problem.mend("zh")


def test_a_fault_names_the_option_as_the_file_spells_it() -> None:
    found = the_problem("方案: x\n客群:\n  档:\n    阈值: spend\n    类: [高, 低]\n")
    assert "“类”" in found.message("zh")
    found = the_problem("scheme: x\nsources: {orders: {sheet: {a: 1}}}\n")
    assert "'sheet'" in found.message("en")
    assert the_problem("scheme: x\nsegments: {r: {rfm: spend}}").values["key"] == "rfm"


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)
)
HARMFUL: dict[str, tuple[Any, str]] = {
    "aliases of aliases": (BOMB + "scheme: x\n", "E-SCHEME-051"),
    "five megabytes": ("scheme: x\n" + "# \n" * 1_700_000, "E-SCHEME-017"),
    "many values": ("scheme: x\nmetrics: [" + "1, " * 60_000 + "1]", "E-SCHEME-051"),
    "open brackets": ("scheme: " + "[" * 10_000, "E-SCHEME-052"),
    "closed brackets": ("scheme: " + "{" * 10_000 + "}" * 10_000, "E-SCHEME-052"),
    "brackets on lines": ("scheme: x\na: " + "[\n" * 10_000, "E-SCHEME-052"),
    "indentation": ("\n".join(" " * i + "a:" for i in range(500)), "E-SCHEME-052"),
    "question marks": ("? " * 3000, "E-SCHEME-052"),
    "colons": (": " * 5000, "E-SCHEME-052"),
    "unknown keys": ("scheme: x\n" + "".join(f"a{i}: x\n" for i in range(3000)), "E-SCHEME-002"),
    "zero bytes": ("scheme: x\x00\n", "E-SCHEME-048"),
    "an escape": ("scheme: x\n\x1b[31m: y\n", "E-SCHEME-048"),
    "nothing": ("", "E-SCHEME-049"),
    "blanks": ("  \n\n\n", "E-SCHEME-049"),
    "comments": ("# one\n# two\n", "E-SCHEME-049"),
    "a list": ("- a\n- b\n", "E-SCHEME-050"),
    "a text": ("hello", "E-SCHEME-050"),
    "one key twice": ("scheme: x\nmetrics: {}\nmetrics: {}\n", "E-SCHEME-007"),
    "one key in two languages": ("scheme: x\n方案: y\n", "E-SCHEME-030"),
    "one section in two languages": ("scheme: x\nmetrics: {}\n指标: {}\n", "E-SCHEME-030"),
}


@pytest.mark.parametrize("name", HARMFUL)
def test_a_harmful_file_is_told_within_a_second(name: str, tmp_path: Path) -> None:
    text, code = HARMFUL[name]
    Scheme.parse("scheme: warm")
    begun = time.process_time()
    with pytest.raises(CustrataError) as caught:
        Scheme.parse(text)
    assert time.process_time() - begun < 1
    assert {p.code for p in well_told(caught.value.problems)} == {code}


def loaded(path: Path) -> Problem:
    with pytest.raises(CustrataError) as caught:
        Scheme.load(path)
    return well_told(caught.value.problems)[0]


def test_a_file_that_is_no_text_is_told_by_what_it_is(tmp_path: Path) -> None:
    file = tmp_path / "scheme.yaml"
    for content, code in [
        (b"PK\x03\x04\x14\x00\x06\x00", "E-SCHEME-048"), (b"\x89PNG\r\n\x1a\n\x00\x00", "E-SCHEME-022"),
        (bytes(range(256)) * 9, "E-SCHEME-022"), (b"\x00" * 300_000, "E-SCHEME-017"), (b"", "E-SCHEME-049"),
        ("方案: x\n".encode("utf-16"), "E-SCHEME-022"),
    ]:  # fmt: skip
        file.write_bytes(content)
        assert loaded(file).code in (code, "E-SCHEME-048"), content[:8]
    assert loaded(tmp_path / "missing.yaml").code == "E-SCHEME-021"
    file.unlink()
    assert loaded(tmp_path).code == "E-SCHEME-020"
    (tmp_path / "scheme.yaml").mkdir()
    assert loaded(tmp_path / "scheme.yaml").code == "E-SCHEME-020"


def test_every_sentence_of_the_parser_has_both_languages_and_no_hole() -> None:
    english, chinese = catalog("yaml", "en"), catalog("yaml", "zh")
    assert english.keys() == chinese.keys() == {*(fault for _, fault, _ in NOT_YAML), "other"}
    assert catalog("sql", "en").keys() == catalog("sql", "zh").keys()
    assert catalog("faults", "en").keys() == catalog("faults", "zh").keys()
