"""Sales rows without a customer that the scheme does not declare to be walk-in sales."""

from __future__ import annotations

from custrata.core.audit import faults
from custrata.core.audit.base import Check, Look, check
from custrata.core.audit.facts import AuditFacts


@check
class NoCustomer(Check):
    """Orders without a customer: rows in quarantine because nobody is known to have bought, and no rule says that an
    empty customer is a walk-in sale.

    Share: such rows ÷ rows read, of the source that has most of them.
    """

    kind, zh, code, part = "no_customer", "无客户的订单", "A-COM-002", "completeness"

    def look(self, facts: AuditFacts) -> Look:
        return (yield from faults.share_of_rows(self, facts, faults.NO_CUSTOMER, warning=0.01, serious=0.2))
