"""Returns whose order is not there, or is another customer's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from custrata.core.audit import faults
from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Example, Sample, Word, graded, money, ratio
from custrata.core.audit.named_orders import named_returns, numbers, returns_are_named
from custrata.core.scheme.sources import Orders

#: Returns so soon after the first day may well be of orders from before it.
_EARLY = timedelta(days=60)
#: Of so many lost returns it is not the orders that are missing.
_NO_NAMES = 0.8


@check
class OrphanReturns(Check):
    """Returns that name an order which the sales do not have (they lower their own day instead of the order), and
    returns in quarantine because nobody is known to have bought, or another customer did. What comes back in the first
    60 days can be of orders from before the export and is not counted.

    Share: such returns ÷ all returns that name an order. From 5 % on a warning, from 50 % on serious. Where the only
    name is what stands behind a prefix of the scheme and hardly any order is called so, the prefix names none: told as
    a notice.
    """

    kind, zh, code, part = "orphan_returns", "找不到原单的退货", "A-CON-005", "consistency"

    def lacking(self, facts: AuditFacts) -> list[str]:
        return [] if returns_are_named(facts) else ["returns.order_id"]

    def look(self, facts: AuditFacts) -> Look:
        returns = named_returns(facts)
        first = facts.sources["orders"].first_day
        late = returns.day > first + _EARLY if first is not None else returns.day.notnull()
        known = numbers(facts, returns)
        lost: Any = facts.once("audit_lost_returns", lambda: returns.filter(late).anti_join(known, "refers_to"))
        total = (yield Over(returns, {"n": returns.count()}))[0]["n"]
        found = (
            yield Over(lost, {"n": lost.count(), "spend": lost.amount.sum(), "customers": lost.customer_id.nunique()})
        )[0]
        aside, shown = 0, tuple[Example, ...]()
        wrong = facts.faults(*faults.RETURNS)
        if wrong is not None:
            aside, _ = faults.concerned(facts, (yield faults.by_source(wrong)))
            shown = faults.examples((yield faults.first(wrong)))
        n = found["n"] + aside
        if not n:
            return []
        share, spend = ratio(n, total + aside), money(found["spend"])
        nameless = not aside and share >= _NO_NAMES and _by_prefix(facts)
        kinds = tuple((Word(f"return.{k}"), c) for k, c in (("unknown", found["n"]), ("quarantined", aside)) if c)
        return [
            self.finding(
                "notice" if nameless else graded(share, warning=0.05, serious=0.5), share=share, rows=n,
                customers=found["customers"], hints=("prefix",) if nameless else (),
                spend=spend, values={"rows": n, "share": share, "spend": spend}, details=Details(("what", "rows"),
                kinds), examples=shown, sample=_sample(facts, lost) if found["n"] else None,
            )
        ]  # fmt: skip


def _by_prefix(facts: AuditFacts) -> bool:
    """Whether nothing but a prefix of the scheme says which order a return is of."""
    orders = facts.sources["orders"].config
    told = facts.have("orders.refers_to") or facts.have("returns.order_id")
    return isinstance(orders, Orders) and bool(orders.returns.prefix) and not told


def _sample(facts: AuditFacts, lost: Any) -> Sample:
    source = "returns" if facts.have("returns.order_id") else "orders"
    named = lost.filter(lost.source == source).select(refers_to="named").distinct()
    return Sample(source, named.order_by("refers_to").limit(MOST_EXAMPLES), "refers_to")
