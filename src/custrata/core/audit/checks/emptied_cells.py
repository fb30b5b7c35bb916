"""Cells that cannot be read and are taken for empty, in rows that are used."""

from __future__ import annotations

from custrata.core.audit import faults
from custrata.core.audit.base import Check, Look, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import graded


@check
class EmptiedCells(Check):
    """Cells of descriptive columns (birthday, day of joining, unit price beside an amount, value and product of an
    interaction) that cannot be read. They are taken for empty, and their rows are used.

    Share: rows with such a cell ÷ rows read, of the source that has most of them. A notice, from 5 % on a warning.
    """

    kind, zh, code, part = "emptied_cells", "按空处理的单元格", "A-VAL-009", "validity"

    def look(self, facts: AuditFacts) -> Look:
        wrong = facts.emptied
        if wrong is None:
            return []
        places = yield faults.by_place(wrong)
        if not places:
            return []
        rows, share = faults.concerned(facts, (yield faults.by_source(wrong)))
        cells = sum(r["cells"] for r in places)
        worst = max(places, key=lambda r: (r["cells"], r["column"]))
        return [
            self.finding(
                graded(share, warning=0.05, serious=2), share=share, rows=rows,
                values={"cells": cells, "share": share, "column": worst["column"]},
                details=faults.details(places), examples=faults.examples((yield faults.first(wrong))),
            )
        ]  # fmt: skip
