"""The rule builder: rows and groups mean what the text says, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata import CustrataError, Scheme, evaluate
from custrata.core.conditions import parse
from custrata.core.conditions.tree import Among, Both, Compare, Constant, Missing, Name, Not
from custrata.core.conditions.write import written
from custrata.usecases.customers.asked import condition, fields
from custrata.usecases.customers.build import Group, Row, Words, met, said, shown, understood
from custrata.usecases.scheme_rules import with_rule
from shops import sales, scheme

SCHEME = """
metrics:
  spend: {monetary: lifetime}
  orders: {frequency: lifetime}
  first: {first_purchase: lifetime}
segments:
  tier: {thresholds: spend, classes: {big: above 100, small: else}}
  town: {attribute: city, missing: nowhere}
"""
SALES = sales(
    ("ann", "2024-03-01", 150), ("bob", "2024-02-01", 20), ("bob", "2024-03-05", 30), ("cat", "2024-01-01", 9)
)  # fmt: skip
PEOPLE = pa.table({"customer_id": ["ann", "bob", "cat", "dan"], "city": ["Rome", "Oslo", None, "Rome"]})
SAID = (
    "spend >= 1千 and tier = 'big'", "spend > 20 and not (tier = 'small' or orders > 5)", "first >= 2024-02-01",
    "town in ('Rome', 'Oslo') or spend is missing", "town is missing", "spend / orders > 20", "not (spend > 10)",
    "spend between 10 and 100", "not (spend > 10 and orders > 1)", "20 < spend", "tier not in (big)",
    "orders >= 10%",
)  # fmt: skip


@pytest.fixture(scope="module")
def result() -> Iterator[Any]:
    with evaluate(scheme(SCHEME), orders=SALES, customers=PEOPLE) as found:
        yield found._result


@pytest.mark.parametrize("text", SAID)
def test_rows_hold_of_those_of_whom_the_text_does(result: Any, text: str) -> None:
    known = fields(result)
    asked = condition(result, text)
    rows = shown(asked, known, "en")
    again = understood(result, rows, known)
    assert again is not None
    assert met(result, again) == met(result, asked)
    assert met(result, condition(result, written(again, "zh"))) == met(result, asked)
    assert shown(again, known, "en") == rows, "rows that are read back are the same rows"


def test_a_condition_counts_those_and_what_they_spend(result: Any) -> None:
    found = met(result, condition(result, "spend > 20"))
    assert (found.customers, found.all_customers) == (2, 4)
    assert [found.spend, found.all_spend] == [200, 209]


def test_what_rows_cannot_show_stays_as_text(result: Any) -> None:
    rows = shown(condition(result, "spend / orders > 20 and tier = big"), fields(result), "en")
    assert rows == Group("all", (Words("spend / orders > 20"), Row("tier", "in", ("big",))))


def test_a_row_that_is_not_filled_in_asks_for_nothing(result: Any) -> None:
    known = fields(result)
    assert said(Group("all", (Row(), Row("spend", ">=", ("",)))), known) is None
    half = Group("all", (Row("spend", ">=", ("20",)), Row("orders", ">=")))
    assert understood(result, half, known) == condition(result, "spend >= 20")


@pytest.mark.parametrize("row", [
    Row("spend", ">", ("lots",)), Row("first", ">", ("spring",)), Row("spend", "or 1 =", ("1",)),
    Row("spend", ">", ("1 or spend < 5",)), Row("none", ">", ("1",)), Row("tier", "in", ("\"'“‘",)),
])  # fmt: skip
def test_a_value_never_becomes_a_part_of_the_condition(result: Any, row: Row) -> None:
    with pytest.raises(CustrataError, match=r"E-WEB-03[23]"):
        understood(result, Group("all", (row,)), fields(result))


WORDS = st.text(st.sampled_from("ab 王'\"，and"), min_size=1, max_size=6).filter(
    lambda w: not {"'", '"'} <= set(w) and w.strip() == w
)
NAMES = st.sampled_from(["spend", "orders", "tier"]).map(Name)
NUMBERS = st.decimals(-1000, 1000, places=2).map(Constant)
SIGNS = st.sampled_from([">", ">=", "<", "<=", "=", "!="])
ATOMS = st.one_of(
    st.builds(Compare, NAMES, SIGNS, st.one_of(NUMBERS, WORDS.map(Constant))),
    st.builds(Among, NAMES, st.lists(WORDS.map(Constant), min_size=1, max_size=3).map(tuple), st.booleans()),
    st.builds(Missing, NAMES, st.booleans()),
)  # fmt: skip
TREES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(Both, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=6,
)


@given(TREES, st.sampled_from(["zh", "en"]))
def test_what_is_written_reads_back_to_the_same(tree: Any, lang: Any) -> None:
    assert parse(written(tree, lang)) == tree


def test_a_condition_becomes_a_class_before_everybody_else() -> None:
    text = "scheme: s\nsegments:\n  watch:  # ours\n    rules:\n      a: spend > 1  # first\n      rest: else\n"
    after = with_rule(text, "watch", "b", "orders > 2", "en")
    assert list(Scheme.parse(after).segments["watch"].rules) == ["a", "b", "rest"]  # type: ignore[attr-defined]
    assert "# ours" in after and "# first" in after


@pytest.mark.parametrize("text", ["scheme: s\n", "方案: s\n客群:\n  a: {阈值: spend, 类: {x: 高于 1, 其余: 其余}}\n"])
def test_a_condition_makes_a_segment_of_its_own(text: str) -> None:
    after = with_rule(text, "watch", "b", "orders > 2", "zh")
    assert list(Scheme.parse(after).segments["watch"].rules) == ["b", "其余"]  # type: ignore[attr-defined]


def test_what_cannot_be_added_is_told() -> None:
    text = "scheme: s\nsegments:\n  t: {share: spend}\n  w: {rules: {a: spend > 1, rest: else}}\n"
    refused = (("t", "b", "E-WEB-031"), ("w", "a", "E-WEB-035"), ("9 x", "b", "E-WEB-033"), ("w", "", "E-WEB-033"))
    for segment, label, code in refused:
        with pytest.raises(CustrataError, match=code):
            with_rule(text, segment, label, "orders > 2", "en")
