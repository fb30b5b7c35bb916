"""Amounts that are not quantity × price − discount."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

import ibis
import ibis.expr.types as ir

from custrata.core.audit.base import Ask, Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts, SourceFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Sample, Without, graded, money, ratio
from custrata.core.audit.repeats import order_keys
from custrata.core.facts.columns import DECIMAL, SUM
from custrata.core.segments.base import Answer

#: Amounts may differ by a cent, or by this share, for prices are rounded.
_TOLERANCE = Decimal("0.01")
#: One cause is named where it explains so much of what differs.
_MOST = 0.8
_SHOWN = ("order_id", "customer_id", "product_id", "quantity", "price", "amount")
_Cause: TypeAlias = "Generator[Ask, Answer, tuple[str, str]]"


@check
class AmountMismatch(Check):
    """Sale rows whose amount differs from quantity × price − discount by more than a cent and by more than 1 %.

    Share: the larger of rows that differ ÷ rows that have all three, and sum of the differences ÷ sum of the amounts. A
    warning from 1 % on, serious from 10 % on. Where one cause explains four fifths of them it is named: the amount is
    the unit price, the discount was not taken off, the amount of the whole order stands on every line, or all amounts
    are the same multiple (a tax, a currency).
    """

    kind, zh, code, part = "amount_mismatch", "金额与数量单价不符", "A-CON-001", "consistency"
    needs = ("orders.amount", "orders.quantity", "orders.price")

    def look(self, facts: AuditFacts) -> Look:
        source = facts.sources["orders"]
        rows: Any = source.rows
        due, listed = _due(rows)
        there = source.sale & rows.quantity.notnull() & rows.price.notnull()
        wrong = there & _differs(rows.amount, due, facts.terms.cent)
        asked = {
            "all": rows.count(where=there),
            "wrong": rows.count(where=wrong),
            "amount": rows.amount.abs().sum(where=there),
            "difference": (rows.amount - due).abs().sum(where=wrong),
            "customers": rows.customer_id.nunique(where=wrong),
            "spend": rows.amount.sum(where=wrong),
            "unit_price": rows.count(where=wrong & (rows.amount == rows.price)),
            "undiscounted": rows.count(
                where=wrong & (listed != due) & ~_differs(rows.amount, listed, facts.terms.cent)
            ),
        }
        row = (yield Over(rows, asked))[0]
        if not row["wrong"]:
            return []
        difference, spend = money(row["difference"]), money(row["spend"])
        share = max(ratio(row["wrong"], row["all"]), ratio(difference, money(row["amount"])))
        bad = rows.filter(wrong)
        bad = bad.mutate(_due=_due(bad)[0])
        cause, factor = yield from self._cause(source, row, bad, rows.filter(there))
        details = None
        if source.by_file:
            files: Any = rows.group_by("_file").aggregate(wrong=rows.count(where=wrong), all=rows.count(where=there))
            worst = files.filter(files.wrong > 0).order_by([ibis.desc("wrong"), "_file"]).limit(MOST_EXAMPLES)
            shares = tuple((source.files[r["_file"]], r["wrong"], ratio(r["wrong"], r["all"])) for r in (yield worst))
            details = Details(("file", "rows", "share"), shares)
        kept = [c for c in _SHOWN if c in rows.columns]
        farthest = bad.mutate(_by=(bad.amount - bad["_due"]).abs()).order_by([ibis.desc("_by"), *kept])
        return [
            self.finding(
                graded(share, warning=0.01, serious=0.1), share=share, rows=row["wrong"], customers=row["customers"],
                spend=spend,
                values={"rows": row["wrong"], "share": ratio(row["wrong"], row["all"]), "difference": difference,
                        "factor": factor},
                hints=(cause,) if cause else (), details=details,
                sample=Sample("orders", farthest.limit(MOST_EXAMPLES).select(*kept), "amount"),
                doubt=Without(order_keys(facts, bad), lambda lines: _mended(lines, facts.terms.cent)),
            )
        ]  # fmt: skip

    def _cause(self, source: SourceFacts, row: Mapping[str, Any], bad: Any, there: Any) -> _Cause:
        """The one cause that explains most of the `bad` rows, and the multiple, if it is one."""
        most = _MOST * row["wrong"]
        for cause in ("unit_price", "undiscounted"):
            if row[cause] >= most:
                return cause, ""
        times = (bad.amount.cast("float64") / bad["_due"].nullif(0).cast("float64")).round(2)
        by: Any = bad.select(factor=times).group_by("factor").aggregate(n=ibis._.count())
        common = (yield by.order_by([ibis.desc("n"), "factor"]).limit(1))[0]
        if common["n"] >= most and common["factor"] is not None:
            return "factor", f"{common['factor']:.2f}"
        if not source.own_orders:
            whole = _order_totals(there)
            n = (yield Over(whole, {"n": whole["items"].sum()}))[0]["n"]
            if int(n or 0) >= most:
                return "order_total", ""
        return "", ""


def _due(t: Any) -> tuple[Any, Any]:
    """quantity × price − discount, and without the discount."""
    listed = (t.quantity * t.price).round(4)
    off = t.discount.fill_null(0) if "discount" in t.columns else 0
    return (listed - off), listed


def _differs(amount: Any, due: Any, cent: Decimal) -> Any:
    return (amount - due).abs() > ibis.greatest(due.abs() * _TOLERANCE, cent)


def _order_totals(rows: Any) -> Any:
    """Orders of several lines that all bear one amount, which is what the lines together come to."""
    due, _ = _due(rows)
    t = rows.group_by("customer_id", "order_id").aggregate(
        items=rows.count(), low=rows.amount.min(), high=rows.amount.max(), due=due.sum().cast(SUM)
    )
    return t.filter((t["items"] > 1) & (t.low == t.high) & ((t.low - t.due).abs() <= t.due.abs() * _TOLERANCE))


def _mended(lines: ir.Table, cent: Decimal) -> ir.Table:
    """Lines whose amount is what quantity and price say, where the two differ."""
    t: Any = lines
    due, _ = _due(t)
    wrong = ~t.is_return & _differs(t.amount, due, cent)
    return t.mutate(amount=ibis.ifelse(wrong.fill_null(False), due.cast(DECIMAL), t.amount))
