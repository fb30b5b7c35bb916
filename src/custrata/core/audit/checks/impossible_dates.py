"""Dates that no sale can have: unreadable, in the future, or years away from all others."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from custrata.core.audit import faults
from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.calendar import stray_days
from custrata.core.audit.days import days
from custrata.core.audit.facts import AuditFacts, nothing
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Example, Sample, Word, graded, money, ratio

_DAY = {"orders": "ordered_at", "returns": "returned_at"}


@check
class ImpossibleDates(Check):
    """Dates that cannot be read; dates of sales and returns after today; and stray days, more than 400 days from the
    rest with at most 0.5 % of the orders, which is what default dates such as 1970-01-01 and mistyped years look like.

    Share: rows with such dates ÷ rows read.
    """

    kind, zh, code, part = "impossible_dates", "不可能的日期", "A-VAL-002", "validity"

    def look(self, facts: AuditFacts) -> Look:
        future = 0
        for name, column in _DAY.items():
            if name in facts.sources:
                source = facts.sources[name]
                late = source.good & (source.rows[column] > facts.terms.today)
                future += (yield Over(source.rows, {name: source.rows.count(where=late)}))[0][name]
        series = yield days(facts)
        strays = stray_days({r["day"]: r["orders"] for r in series})
        stray = 0
        if strays:
            orders = facts.sources["orders"]
            on = orders.good & orders.rows.ordered_at.isin(strays)
            stray = (yield Over(orders.rows, {"n": orders.rows.count(where=on)}))[0]["n"]
        unreadable, shown = 0, tuple[Example, ...]()
        wrong = facts.faults(*faults.DATES)
        if wrong is not None:
            unreadable, _ = faults.concerned(facts, (yield faults.by_source(wrong)))
            shown = faults.examples((yield faults.first(wrong)))
        rows = unreadable + future + stray
        if not rows:
            return []
        share = ratio(rows, sum(facts.sources[n].read for n in _DAY if n in facts.sources))
        kinds = (("unreadable", unreadable), ("future", future), ("stray", stray))
        # A future or stray date is a slip in a row that counts; an unreadable one only costs its row.
        least = 0.0 if future or strays else 0.005
        return [
            self.finding(
                graded(share, warning=least, serious=0.05), share=share, rows=rows,
                spend=sum((money(r["net"]) for r in series if r["day"] in strays), Decimal(0)) if strays else None,
                values={"rows": rows, "share": share},
                details=Details(("what", "rows"), tuple((Word(f"date.{k}"), n) for k, n in kinds if n)),
                examples=shown, sample=_sample(facts, strays, future > 0),
            )
        ]  # fmt: skip


def _sample(facts: AuditFacts, strays: list[date], future: bool) -> Sample | None:
    source = facts.sources["orders"]
    rows: Any = source.rows
    odd = rows.ordered_at.isin(strays) if strays else nothing()
    if future:
        odd = odd | (rows.ordered_at > facts.terms.today)
    elif not strays:
        return None
    found = rows.filter(source.good & odd).select("ordered_at").distinct().order_by("ordered_at")
    return Sample("orders", found.limit(MOST_EXAMPLES), "ordered_at")
