"""Rows of one file that are equal in everything the scheme reads."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Sample, graded, money, ratio, worst
from custrata.core.audit.repeats import repeats, without_repeats

#: Rows of orders that are repeated as a whole, as a share of all: with more it is no chance.
_WHOLE = 0.001


@check
class IdenticalRows(Check):
    """Sales rows that repeat another row of the same file in every column that the scheme reads. Orders of which every
    line stands twice or more were exported twice; a single line that is repeated may be an article scanned twice.

    Share: rows beyond the first of each set ÷ usable rows. A warning from 1 % on, or where orders of several lines that
    are repeated as a whole make 0.1 % of the rows; serious from 5 % on.
    """

    kind, zh, code, part = "identical_rows", "完全相同的行", "A-DUP-001", "uniqueness"

    def look(self, facts: AuditFacts) -> Look:
        source = facts.sources["orders"]
        all_ = repeats(facts)
        same = facts.once("audit_identical", lambda: all_.filter(all_.inside > 1))
        extra: Any = same.inside - 1
        found = (
            yield Over(
                same,
                {"rows": extra.sum(), "customers": same.customer_id.nunique(), "spend": (same.amount * extra).sum()},
            )
        )[0]
        if not found["rows"]:
            return []
        rows, spend = int(found["rows"]), money(found["spend"])
        whole = exported = 0
        if not source.own_orders:
            orders = _whole_orders(source.rows.filter(source.good), same)
            told = (yield Over(orders, {"n": orders.count(), "rows": orders["rows"].sum()}))[0]
            whole, exported = told["n"], int(told["rows"] or 0)
        share = ratio(rows, source.used)
        twice = graded(ratio(exported, source.used), warning=_WHOLE, serious=1)
        kept = [c for c in ("order_id", "customer_id", "ordered_at", "product_id", "amount") if c in same.columns]
        shown = same.select(*kept).distinct().order_by(kept).limit(MOST_EXAMPLES)
        return [
            self.finding(
                worst([graded(share, warning=0.01, serious=0.05), twice]), share=share, rows=rows,
                customers=found["customers"], spend=spend,
                values={"rows": rows, "share": share, "spend": spend, "orders": whole},
                hints=("whole_orders",) if whole else ("single_lines",),
                sample=Sample("orders", shown, "order_id" if "order_id" in kept else "amount"),
                doubt=without_repeats(facts, same),
            )
        ]  # fmt: skip


def _whole_orders(rows: ir.Table, same: ir.Table) -> ir.Table:
    """Orders of several different lines, each of which stands there twice or more."""
    number = ["customer_id", "order_id"]
    repeated: Any = same.group_by(number).aggregate(sets=same.count(), rows=same.inside.sum())
    touched = rows.semi_join(repeated, number)
    counted: Any = touched.group_by(number).aggregate(all=touched.count())
    both: Any = repeated.inner_join(counted, number)
    return both.filter((both.sets > 1) & (both.rows == both["all"]))
