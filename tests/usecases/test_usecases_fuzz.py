"""Whatever stands in a scheme or in a file, the answer is a result or a problem with a code: never anything else."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from custrata import CustrataError, Scheme, evaluate
from shops import AS_OF, backend, sales, well_told

pytestmark = pytest.mark.slow

EXAMPLES = settings().max_examples
SHOP = sales(("ann", AS_OF, 90), ("bob", "2024-03-01", 7), ("bob", "2024-02-01", -7))
TEXT = """scheme: Shop
currency: CNY
as_of: 2024-03-31
purchase: {count: day}
metrics:
  spend: {monetary: 12 months}
  orders: {frequency: last month}
  recency: {recency: days}
  best: {sql: max(net) filter (where purchase), empty: 0}
segments:
  tier: {thresholds: spend, classes: {big: above 50, small: else}, missing: none}
  fifth: {quantile: spend, groups: 5}
  abc: {share: spend, cuts: [70%, 90%]}
  layers: {pyramid: best}
  rfm: {rfm: [recency, orders, spend], high: above median}
  cross: {matrix: [tier, abc]}
  care: {rules: {call: "tier is big and recency > 10", wait: {not: "spend >= 1万"}, rest: else}}
"""
PIECES = [
    "", " ", "\t", "\n", ":", "：", "{", "}", "[", "]", "'", '"', "#", "- ", "&a ", "*a", "!!python/object:os.system",
    "<<: ", "|", ">", "%", "@", "null", "true", "0", "-1", "1e9", "1e999", ".nan", ".inf", "0x10", "2024-02-30",
    "9999-12-31", "01", "9" * 40, "else", "spend", "abc", "care", "orders", "sum(", "over ()", "not ", "and",
    "is missing", "lifetime", "month", "today", "方案", "指标", "，", "、", "（", "）", "［", "｛", "“", "”", "\u3000",
    "10,000", "\x00", "\x1b", "\ud7ff", "é", "客", "？", "{}", "[]",
]  # fmt: skip


@st.composite
def mutated(draw: Any, source: str) -> str:
    """The text with up to three places cut out, doubled or replaced."""
    text = source
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        upto = min(len(text), at + draw(st.integers(0, 12)))
        text = text[:at] + draw(st.sampled_from(PIECES) | st.text(max_size=4)) + text[upto:]
    return text


@given(mutated(TEXT))
@settings(max_examples=EXAMPLES * 5)
@example("a: &a [*a]")
@example("scheme: &a {x: *a}")
@example("{{{{{" * 100)
@example("[" * 2000)
@example("scheme: x\nmetrics: {a: {monetary: {}}}")
@example("scheme: x\nsegments: {a: {matrix: [[]]}}")
@example("scheme: x\nsegments: {a: {rules: {b: {all: [1, {}]}}}}")
@example(
    "scheme: x\nsegments: {a: {size: []}, b: {rfm: {}}, c: {share: null}, d: {preference: 1}, e: {attribute: [x]}}"
)
@example("scheme: x\nsources: {orders: {columns: [a], count: {a: b}, kinds: {product: 3}, returns: 5}}")
@example("scheme: x\n? [a, b]\n: c\n")
@example("scheme: x\n1: 2\ntrue: 3\nnull: 4\n")
def test_a_mutilated_scheme_is_a_scheme_or_a_told_problem(text: str) -> None:
    try:
        Scheme.parse(text)
    except CustrataError as error:
        well_told(error.problems)


WORDS = [
    *re.findall(r"[\w%]+", TEXT),
    "lifetime",
    "month",
    "0",
    "-1",
    "0.5",
    "1e17",
    "10000%",
    "last_purchase",
    "top_share",
    "weeks",
    "scores",
    "11",
]


@st.composite
def reworded(draw: Any) -> str:
    """The text with some words in the place of others: mostly still a scheme, and often a strange one."""
    parts = re.split(r"([\w%]+)", TEXT)
    for _ in range(draw(st.integers(1, 3))):
        parts[draw(st.integers(0, len(parts) // 2 - 1)) * 2 + 1] = draw(st.sampled_from(WORDS))
    return "".join(parts)


@given(reworded())
@settings(max_examples=EXAMPLES * 3)
def test_whatever_scheme_is_accepted_can_be_evaluated_or_says_why_not(text: str) -> None:
    try:
        scheme = Scheme.parse(text)
        with evaluate(scheme, orders=SHOP, backend=backend()) as result:
            for name in scheme.segments:
                result.summary(name)
            result.explain("ann")
    except CustrataError as error:
        well_told(error.problems)
        assert all(p.code != "E-ENGINE-001" for p in error.problems), text


SALES = """customer_id,order_id,ordered_at,amount,note
ann,1,2024-03-01,10.5,good
bob,2,2024-03-02,7,"a, b"
eve,3,2024/3/5,"1,000",
"""


@st.composite
def mutated_bytes(draw: Any) -> bytes:
    content = SALES.encode(draw(st.sampled_from(["utf-8", "gb18030", "utf-16", "utf-8-sig"])))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        upto = min(len(content), at + draw(st.integers(0, 10)))
        content = (
            content[:at]
            + draw(st.binary(max_size=6) | st.sampled_from([b'"', b",", b"\n", b"\r", b"\x00", b"\xff", b";;"]))
            + content[upto:]
        )
    return content


@given(mutated_bytes())
@settings(max_examples=EXAMPLES * 3)
@example(b"\xff\xfe")
@example(b"\x00" * 100)
@example(b"customer_id,ordered_at,amount\r\nann,2024-01-01,1\rbob,2024-01-01,2\n")
@example(b"customer_id,ordered_at,amount\n" + b'"' * 99)
def test_a_mutilated_file_is_read_or_told_and_every_row_is_accounted_for(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sales.csv"
        file.write_bytes(content)
        try:
            with evaluate(
                Scheme.parse("scheme: Shop\nsegments: {abc: {share: spend}}"), orders=file, backend=backend()
            ) as result:
                rows = result.rows["orders"]
                assert rows.read == rows.used + rows.quarantined + rows.excluded
                faults = result.quarantine().to_pylist()
                assert len({r["row"] for r in faults}) == rows.quarantined
        except CustrataError as error:
            well_told(error.problems)
