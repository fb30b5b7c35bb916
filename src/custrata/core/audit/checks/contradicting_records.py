"""Customers and products that stand twice in their file, with different words."""

from __future__ import annotations

from custrata.core.audit import faults
from custrata.core.audit.base import Check, Look, check
from custrata.core.audit.facts import AuditFacts


@check
class ContradictingRecords(Check):
    """Rows of the customers or products source whose number stands in another row with other values; one of the rows
    counts, the others wait in quarantine.

    Share: such rows ÷ rows read, of the source that has most of them.
    """

    kind, zh, code, part = "contradicting_records", "档案相互矛盾", "A-DUP-006", "uniqueness"

    def look(self, facts: AuditFacts) -> Look:
        return (yield from faults.share_of_rows(self, facts, faults.RECORDS, warning=0.01, serious=0.2))
