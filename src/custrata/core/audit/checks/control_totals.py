"""The sums of the months against the totals that the user brought from the books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir

from custrata.core.audit.base import Check, Look, check
from custrata.core.audit.calendar import Habit
from custrata.core.audit.control import Cause, Explained, Month, explain, factor
from custrata.core.audit.days import days
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import Details, Finding, Value, Word, graded, money, ratio
from custrata.core.audit.repeats import repeats

_NOTHING = Decimal(0)


@check
class ControlTotals(Check):
    """Net spend of each month, on the days of the orders, against the control totals that `--control` gives. Totals
    agree within 0.1 %, or one unit. For months that differ it is tried which of these explains them, alone or together:
    walk-in sales, statuses that do not count, rows in quarantine, refunds on their own day, no refunds, rows that stand
    there twice; else a common multiple (a tax), or days without sales.

    Share: sum of the differences ÷ sum of the control totals. From 0.5 % on a warning, from 5 % on serious.
    """

    kind, zh, code, part = "control_totals", "与对账总额不符", "A-CON-008", "consistency"

    def lacking(self, facts: AuditFacts) -> list[str]:
        return [] if facts.terms.controls else ["--control"]

    def look(self, facts: AuditFacts) -> Look:
        ours: Any = facts.orders
        asked = {"net": ours.net.sum(), "orders": ours.count(where=ours.purchase)}
        if {"gross", "refunded"} <= set(ours.columns):
            asked["refunds"] = (ours.gross - ours.net).sum()
        net = _Months((yield _monthly(ours, ours.day, **asked)))
        rows: Any = facts.sources["orders"].rows
        cells = yield _monthly(rows, rows.ordered_at, ["_excluded", "_bad"], amount=rows.amount.sum())
        booked = _Months(r for r in cells if not r["_bad"] and r["_excluded"] is None).sums("amount")
        if "returns" in facts.sources:
            source = facts.sources["returns"]
            back: Any = source.rows.filter(source.good)
            refunds = _Months((yield _monthly(back, back.returned_at, amount=back.amount.sum())))
            for month, much in refunds.sums("amount").items():
                booked[month] = booked.get(month, _NOTHING) - much
        again: Any = repeats(facts)
        twice = _Months((yield _monthly(again, again.ordered_at, amount=(again.amount * (again.times - 1)).sum())))
        own = net.sums("net")
        changes: dict[Cause, Mapping[date, Decimal]] = {
            "anonymous": _Months(r for r in cells if r["_excluded"] == "anonymous").sums("amount"),
            "status": _Months(r for r in cells if r["_excluded"] == "status").sums("amount"),
            "quarantine": _Months(r for r in cells if r["_bad"]).sums("amount"),
            "refund_day": {m: booked.get(m, _NOTHING) - own.get(m, _NOTHING) for m in {*booked, *own}},
            "refunds": net.sums("refunds"),
            "repeats": {m: -much for m, much in twice.sums("amount").items()},
        }
        months = [
            Month(
                c.month, own.get(c.month, _NOTHING), c.total,
                {cause: sums[c.month] for cause, sums in changes.items() if c.month in sums},
                net.count("orders", c.month), c.orders,
            )
            for c in facts.terms.controls
        ]  # fmt: skip
        if all(m.agrees() for m in months):
            return []
        series = yield days(facts)
        return [self._told(months, _silent({r["day"]: r["orders"] for r in series}))]

    def _told(self, months: list[Month], silent: set[date]) -> Finding:
        differing = [m for m in months if not m.agrees()]
        share = ratio(sum(abs(m.difference) for m in differing), sum(abs(m.books) for m in months))
        found, times = explain(differing), factor(months)
        multiple = times is not None and not found.causes
        most = max(differing, key=lambda m: (abs(m.difference), m.month))
        return self.finding(
            graded(share, warning=0.005, serious=0.05), share=share,
            spend=sum((m.difference for m in differing), _NOTHING),
            values={"months": len(differing), "all": len(months), "share": share, "month": f"{most.month:%Y-%m}",
                    "difference": most.difference, "factor": str(times) if multiple else "",
                    "explained": len(found.months)},
            hints=("factor",) if multiple else tuple(found.causes),
            details=_details(months, lambda m: _cause(m, found, multiple, silent)),
        )  # fmt: skip


def _details(months: list[Month], cause: Callable[[Month], Value]) -> Details:
    """Month by month; how many orders the books have only where they tell it."""
    ordered = any(m.book_orders is not None for m in months)
    rows: list[tuple[Value, ...]] = []
    for m in months:
        orders = (m.orders, m.book_orders) if ordered else ()
        rows.append((f"{m.month:%Y-%m}", m.books, m.ours, m.difference, *orders, cause(m)))
    counts = ("orders", "control_orders") if ordered else ()
    return Details(("month", "control", "ours", "difference", *counts, "cause"), tuple(rows))


def _cause(month: Month, found: Explained, multiple: bool, silent: set[date]) -> Value:
    if month.agrees():
        return Word("control.agrees")
    if month.month in found.months:
        return Word("+".join(f"control.{c}" for c in found.causes))
    if multiple:
        return Word("control.factor")
    if not month.ours:
        return Word("control.no_sales")
    return Word("control.silent" if month.month in silent and month.difference > 0 else "control.unknown")


class _Months:
    """Answers by month; a row whose day cannot be read belongs to none."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows = [(date(r["year"], r["month"], 1), r) for r in rows if r["year"] is not None]

    def sums(self, name: str) -> dict[date, Decimal]:
        found: dict[date, Decimal] = {}
        for month, row in self._rows:
            found[month] = found.get(month, _NOTHING) + money(row.get(name))
        return found

    def count(self, name: str, month: date) -> int:
        return sum(int(row[name]) for m, row in self._rows if m == month)


def _monthly(t: ir.Table, day: Any, by: Iterable[str] = (), **sums: Any) -> ir.Table:
    return t.group_by(year=day.year(), month=day.month(), **{c: t[c] for c in by}).aggregate(**sums)


def _silent(orders: dict[date, int]) -> set[date]:
    """Months with days that lack the sales they let expect."""
    found: set[date] = set()
    for gap in Habit(orders).gaps() if orders else ():
        found |= {(gap.first + timedelta(days=i)).replace(day=1) for i in range((gap.last - gap.first).days + 1)}
    return found
