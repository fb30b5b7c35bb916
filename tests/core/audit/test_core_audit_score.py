"""The score: worse never scores better, no average hides a serious fault; every check has its words."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Mapping
from string import Formatter
from typing import Any, ClassVar

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custrata.core.audit.base import REGISTRY, Check, Look, Over
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import PARTS, SEVERITIES, Finding, graded
from custrata.core.audit.running import checks, run_checks
from custrata.core.audit.score import CAPS, WEIGHTS, points, score
from custrata.locale import LANGS, Lang, catalog

found = st.builds(
    Finding, code=st.sampled_from(["A-X-001", "A-X-002"]), part=st.sampled_from(PARTS),
    severity=st.sampled_from(SEVERITIES), share=st.floats(0, 1),
)  # fmt: skip


@given(st.lists(found, max_size=12), found)
def test_one_more_finding_never_scores_better(findings: list[Finding], more: Finding) -> None:
    before, after = score(findings), score([*findings, more])
    assert 0 <= after.total <= before.total <= 100
    assert after.total <= CAPS[more.severity]
    assert all(0 <= p.score <= 100 for p in after.parts)


@given(found, found)
def test_a_worse_severity_costs_more_whatever_the_share(one: Finding, other: Finding) -> None:
    if SEVERITIES.index(one.severity) < SEVERITIES.index(other.severity):
        assert points(one) <= points(other)


def test_weights_are_a_whole() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert set(WEIGHTS) == set(PARTS)


def test_no_finding_is_full_marks() -> None:
    assert (score([]).total, score([]).cap) == (100, None)


@given(st.floats(0, 1))
def test_a_share_is_graded_by_its_limits(share: float) -> None:
    order = [graded(x, notice=0.1, warning=0.3, serious=0.6) for x in (share, min(1, share + 0.2))]
    assert SEVERITIES.index(order[0]) <= SEVERITIES.index(order[1])


def test_every_check_has_a_code_of_its_own_and_words_in_both_languages() -> None:
    every = checks()
    assert len({c.code for c in every}) == len(every) == len(REGISTRY.all())
    for lang in LANGS:
        said = catalog("audit", lang)
        assert set(said["check"]) == {c.code for c in every}
        for check in every:
            words = check.words(lang)
            for key in ("title", "meaning", "formula", "basis", "found", "good", "mend"):
                assert words[key].strip(), (check.code, key)
            assert check.part in said["part"]


def test_both_languages_have_the_same_holes() -> None:
    def holes(told: Mapping[str, Any]) -> dict[str, set[str]]:
        flat: dict[str, set[str]] = {}
        for key, value in told.items():
            if isinstance(value, Mapping):
                flat |= {f"{key}.{k}": v for k, v in holes(value).items()}
            else:
                flat[key] = {name for _, name, _, _ in Formatter().parse(value) if name}
        return flat

    assert holes(catalog("audit", "en")) == holes(catalog("audit", "zh"))


class _Asking(Check):
    """A check of somebody else's: asks the same table in two rounds, then tells."""

    kind, zh, code, part = "asking", "提问", "A-OWN-001", "validity"
    own_words: ClassVar[Mapping[Lang, Mapping[str, Any]]] = {lang: {"title": "t"} for lang in LANGS}

    def __init__(self, table: Any, code: str) -> None:
        self.table, self.code = table, code  # type: ignore[misc]

    def look(self, facts: AuditFacts) -> Look:
        n = (yield Over(self.table, {"n": self.table.count()}))[0]["n"]
        total = (yield Over(self.table, {"total": self.table.x.sum()}))[0]["total"]
        rows = yield self.table.order_by("x")
        return [self.finding("notice", values={"n": n, "total": int(total), "rows": len(rows)})]


class _Counting:
    """A solver that counts its questions."""

    def __init__(self) -> None:
        self.asked = 0

    def rows(self, expression: Any) -> list[dict[str, Any]]:
        self.asked += 1
        return ibis.duckdb.connect().to_pyarrow(expression).to_pylist()

    def at_ranks(self, column: Any, ranks: Any, n: int) -> Any:
        raise AssertionError


def test_checks_that_ask_the_same_table_share_a_pass() -> None:
    table = ibis.memtable(pa.table({"x": [3, 1, 2]}))
    solver = _Counting()
    facts: Any = None
    asking = [_Asking(table, f"A-OWN-00{i}") for i in range(5)]
    found = run_checks(facts, solver, asking, {"most": Over(table, {"most": table.x.max()})})
    assert [dict(f.values) for f in found.findings] == [{"n": 3, "total": 6, "rows": 3}] * 5
    assert (found.skipped, found.beside) == ([], {"most": {"most": 3}})
    assert solver.asked == 2 + 5, "one pass for each round of sums, one for each small table"
    assert asking[0].words("en")["title"] == "t"


def limits(check: Check) -> set[str]:
    """The limits between 0 and 1 that the code of a check grades by, in percent."""
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(inspect.getmodule(type(check))))):  # type: ignore[arg-type]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("graded", "_field"):
            for keyword in node.keywords:
                told = keyword.value
                if isinstance(told, ast.Constant) and isinstance(told.value, float) and 0 < told.value < 1:
                    found.add(f"{told.value * 100:g}")
    return found


@pytest.mark.parametrize("check", checks(), ids=lambda c: c.kind)
def test_formulas_tell_the_limits_of_the_code_in_both_languages_alike(check: Check) -> None:
    said = {lang: re.sub(r"(\d) %", r"\1%", check.words(lang)["formula"]) for lang in LANGS}
    percent = {lang: set(re.findall(r"([\d.]+)%", text)) for lang, text in said.items()}
    assert percent["en"] == percent["zh"]
    assert limits(check) <= percent["en"]
    numbers = {lang: {n for n in re.findall(r"\d+(?:\.\d+)?", text) if len(n) > 1} for lang, text in said.items()}
    assert numbers["en"] - numbers["zh"] <= {"60"} | percent["en"], "numbers of one language only"
