"""Rows that wait in quarantine because a cell is missing or cannot be read."""

from __future__ import annotations

from custrata.core.audit import faults
from custrata.core.audit.base import Check, Look, check
from custrata.core.audit.facts import AuditFacts, of_contacts
from custrata.core.audit.finding import graded


@check
class UnusableRows(Check):
    """Rows that no metric counts because a cell is missing, is no number, has lost digits, or the line cannot be split.

    Share: rows at fault ÷ rows read, of the source that has most of them. Dates, customers, records and returns have
    checks of their own; of interactions and assets everything that is wrong is told here.
    """

    kind, zh, code, part = "unusable_rows", "无法采用的行", "A-VAL-001", "validity"

    def look(self, facts: AuditFacts) -> Look:
        if facts.quarantine is None:
            return []
        told = facts.quarantine.code.isin(faults.OWN) & ~of_contacts(facts.quarantine)
        wrong = facts.quarantine.filter(~told)
        places = yield faults.by_place(wrong)
        if not places:
            return []
        rows, share = faults.concerned(facts, (yield faults.by_source(wrong)))
        worst = max(places, key=lambda r: (r["cells"], r["column"]))
        return [
            self.finding(
                graded(share, warning=0.005, serious=0.05), share=share, rows=rows,
                values={"rows": rows, "share": share, "column": worst["column"], "cells": worst["cells"]},
                details=faults.details(places), examples=faults.examples((yield faults.first(wrong))),
            )
        ]  # fmt: skip
