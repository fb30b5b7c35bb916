"""The quarantine as checks read it: which faults are whose, how many rows they cost, and the first of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis.expr.types as ir

from custrata.core.audit.base import Check, Look
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Example, Word, graded, ratio

DATES = ("E-ROW-003", "E-ROW-010", "E-ROW-011", "E-ROW-014")
NO_CUSTOMER = ("E-ROW-005",)
RECORDS = ("E-ROW-006",)
TOTALS = ("E-ROW-015",)
RETURNS = ("E-ROW-007", "E-ROW-008", "E-ROW-012")
#: Faults that a check of their own tells of; all others are told together.
OWN = (*DATES, *NO_CUSTOMER, *RECORDS, *TOTALS, *RETURNS)


def by_place(faults: ir.Table) -> ir.Table:
    """Cells at fault by source, column and code."""
    return faults.group_by("source", "column", "code").aggregate(cells=faults.count())


def by_source(faults: ir.Table) -> ir.Table:
    """Rows at fault by source; a row with several faults is one."""
    rows = faults.select("source", "file", "row").distinct()
    return rows.group_by("source").aggregate(rows=rows.count())


def first(faults: ir.Table) -> ir.Table:
    """The first faults in the order of the files."""
    return faults.order_by(["source", "file", "row", "column", "code", "value"]).limit(MOST_EXAMPLES)


def examples(rows: Sequence[Mapping[str, Any]]) -> tuple[Example, ...]:
    return tuple(Example(r["source"], r["file"], r["row"], r["column"], r["value"]) for r in rows)


def details(rows: Sequence[Mapping[str, Any]]) -> Details:
    """Cells at fault by place, the commonest first."""
    ordered = sorted(rows, key=lambda r: (-r["cells"], r["source"], r["column"], r["code"]))
    cells = tuple((Word(f"source.{r['source']}"), r["column"], r["code"], r["cells"]) for r in ordered)
    return Details(("source", "column", "code", "cells"), cells)


def concerned(facts: AuditFacts, rows: Sequence[Mapping[str, Any]]) -> tuple[int, float]:
    """Rows at fault, and their share of the source that has most of them: a small file that is wholly broken is not
    hidden by a large one."""
    shares = [ratio(r["rows"], facts.sources[r["source"]].read) for r in rows if r["source"] in facts.sources]
    return sum(r["rows"] for r in rows), max(shares, default=0.0)


def share_of_rows(check: Check, facts: AuditFacts, codes: Sequence[str], *, warning: float, serious: float) -> Look:
    """What a check finds whose rows wait in quarantine under some codes: one finding, graded by the share of the rows
    read, of the source that has most of them; nothing where there are none."""
    wrong = facts.faults(*codes)
    if wrong is None:
        return []
    counts = yield by_source(wrong)
    if not counts:
        return []
    rows, share = concerned(facts, counts)
    return [
        check.finding(
            graded(share, warning=warning, serious=serious), share=share, rows=rows,
            values={"rows": rows, "share": share}, examples=examples((yield first(wrong))),
        )
    ]  # fmt: skip
