"""Changes in the text of a scheme: what is asked for changes, and not a character else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.errors import CustrataError
from custrata.core.scheme.edit import with_entry, with_value
from custrata.core.scheme.write import flow
from custrata.core.scheme.yaml import read

TEXT = """\
# 我们的方案
方案: 门店   # the name

客群:
  # 消费分层，老板定的
  层级:   {阈值: 消费,  类: {高: 满 1万, "中": '满 5000', 低: 其余}}   # 2024 年起
  关注:
    规则:
      # 先看这个
      重点: {all: [消费 >= 2万, 间隔 > 60]}   # 张经理
      其余:     else
      # 到此为止

  名单:
    规则:
      - 老客: 消费 > 1
      - 其余: else
# 完
"""


def plain(text: str) -> Any:
    return read(text, "scheme.yaml").data


def without(text: str, *lines: str) -> str:
    found = text.splitlines()
    for line in lines:
        found.remove(line)
    return "\n".join(found)


def test_a_bound_changes_and_every_comment_stays() -> None:
    after = with_value(TEXT, ("客群", "层级", "类", "高"), "满 2万")
    assert after == TEXT.replace("满 1万", "满 2万")


def test_the_same_value_changes_nothing() -> None:
    classes = plain(TEXT)["客群"]["层级"]["类"]
    assert with_value(TEXT, ("客群", "层级", "类"), classes) == TEXT


def test_a_class_goes_before_everybody_else() -> None:
    after = with_entry(TEXT, ("客群", "关注", "规则"), "新客", "间隔 < 30", before="其余")
    line = '      新客: "间隔 < 30"'
    assert without(after, line) == TEXT.rstrip("\n")
    assert list(plain(after)["客群"]["关注"]["规则"]) == ["重点", "新客", "其余"]


def test_a_list_of_classes_gets_one_more() -> None:
    after = with_entry(TEXT, ("客群", "名单", "规则"), "新客", "间隔 < 30", before="其余")
    assert [list(c) for c in plain(after)["客群"]["名单"]["规则"]] == [["老客"], ["新客"], ["其余"]]
    assert without(after, '      - 新客: "间隔 < 30"') == TEXT.rstrip("\n")


def test_a_segment_is_added_at_the_end_of_the_segments() -> None:
    after = with_value(TEXT, ("客群", "新"), {"规则": {"大": "消费 > 1万", "其余": "else"}})
    assert list(plain(after)["客群"]) == ["层级", "关注", "名单", "新"]
    assert "# 完" in after and "# 张经理" in after


@pytest.mark.parametrize("text", ["a: 1\n", "a: 1\nsegments:\n", "a: 1\nsegments:  # none yet\nb: 2\n",
                                  "a: 1\nsegments: {}\nb: 2", "segments:\n\nb: 2\n", "a: 1"])  # fmt: skip
def test_a_first_segment_finds_its_place(text: str) -> None:
    wanted = dict(plain(text) or {}) | {"segments": {"new": {"rules": {"x": "a > 1"}}}}
    assert plain(with_value(text, ("segments", "new"), {"rules": {"x": "a > 1"}})) == wanted


def test_what_stands_over_several_lines_or_is_empty_keeps_its_place() -> None:
    text = "r:\n  a: |\n    one\n    two\n\nq:\n  z:\ns: 3\n"
    wanted = {"r": {"a": "one\ntwo\n", "b": 2}, "q": {"z": None, "y": 1}, "s": 3}
    assert plain(with_entry(with_value(text, ("r", "b"), 2), ("q",), "y", 1)) == wanted
    assert plain(with_value(text, ("r", "a"), "three")) == {"r": {"a": "three"}, "q": {"z": None}, "s": 3}
    assert plain(with_value(text, ("q", "z"), [1])) == {"r": {"a": "one\ntwo\n"}, "q": {"z": [1]}, "s": 3}


def test_a_text_that_is_no_yaml_is_told_with_its_line() -> None:
    with pytest.raises(CustrataError, match="E-SCHEME-"):
        with_value("a: [1\nb: 2\n", ("a",), 1)


NAMES = st.sampled_from(["高", "low", "0012", "No", "a b", "x:y", "100%", "满 1万", "'", '"', "# no"])
VALUES = st.recursive(
    st.one_of(NAMES, st.integers(-5, 10**7)),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3), st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)  # fmt: skip

PATHS = (("客群", "层级", "类", "高"), ("客群", "关注"), ("客群", "新", "规则"), ("客群", "名单", "规则", 0, "老客"))


@given(VALUES)
def test_what_is_written_is_what_is_read(value: Any) -> None:
    assert plain(f"a: {flow(value)}")["a"] == value
    for path in PATHS:
        after = with_value(TEXT, path, value)
        node = plain(after)
        for part in path:
            node = node[part]
        assert node == value
        assert "# 我们的方案" in after and "# 2024 年起" in after and after.endswith("# 完\n")


@pytest.mark.parametrize(
    ("text", "path"),
    [("r:\n  a:\n  b: 1\n", ("r", "a")), ("r:\n  a:  # none yet\n", ("r", "a")), ("r: {a, b: 1}", ("r", "a")),
     ("r: {a: , b: 1}", ("r", "a")), ("r:\n  q: 1\n  'a b':   # x\n# end\n", ("r", "a b")),
     ("r: {b: 1, a}\n", ("r", "a"))],
)  # fmt: skip
def test_what_a_key_has_not_said_yet_is_said_behind_it(text: str, path: tuple[str, str]) -> None:
    for value in (5, {"x": {"y": 1}}):
        wanted = {"r": {**plain(text)["r"], path[1]: value}}
        for after in (with_value(text, path, value), with_value(text, (*path, "x"), {"y": 1})):
            found = plain(after)["r"]
            assert found[path[1]] in (value, {"x": {"y": 1}}) and list(found) == list(wanted["r"])
            assert [line.partition("#")[1:] for line in text.split("\n") if "#" in line] == [
                line.partition("#")[1:] for line in after.split("\n") if "#" in line
            ]
