"""Rows of the data that only add up others."""

from __future__ import annotations

from custrata.core.audit import faults
from custrata.core.audit.base import Check, Look, check
from custrata.core.audit.facts import AuditFacts


@check
class TotalRows(Check):
    """Totals and subtotals among the rows of data: 合计, 小计, Total … stands where an order, a customer or a day
    should stand, or anywhere in a row without a date. They count nowhere.

    Share: such rows ÷ rows read, of the source that has most of them.
    """

    kind, zh, code, part = "total_rows", "合计行", "A-VAL-008", "validity"

    def look(self, facts: AuditFacts) -> Look:
        return (yield from faults.share_of_rows(self, facts, faults.TOTALS, warning=0.2, serious=0.8))
