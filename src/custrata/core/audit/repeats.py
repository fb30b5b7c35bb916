"""Rows that are equal in everything the scheme reads: found once, for the checks that tell of them."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import Without
from custrata.core.facts.ids import like

#: Cells that tell most rows apart, and that no usable row lacks; only rows that agree in them (and in the product, if
#: there is one) are compared in full.
_NUMBERED, _UNNUMBERED = ("order_id", "amount"), ("customer_id", "ordered_at", "amount")


def compared(facts: AuditFacts) -> list[str]:
    """The columns of the orders that make two rows equal."""
    source = facts.sources["orders"]
    own = ("order_id",) if source.own_orders else ()
    return [c for c in source.rows.columns if not c.startswith("_") and c not in ("is_return", *own)]


def repeats(facts: AuditFacts) -> ir.Table:
    """One row for every set of equal usable rows of the orders: the cells, `times` they stand in all, `inside` how
    often in the file that has them most often, `files` how many have them, and, of several files, `where` their
    places among the files, as `0+2`."""
    found = facts.once("audit_repeats", lambda: _repeats(facts))
    # Engines make a sum of whole numbers wider than Ibis believes.
    return found.mutate(times=found.times.cast("int64"))


def _repeats(facts: AuditFacts) -> ir.Table:
    source, columns = facts.sources["orders"], compared(facts)
    again, together = _candidates(facts), ibis._
    if not source.by_file:
        found: Any = again.group_by(columns).aggregate(times=together.count())
        found = found.filter(found.times > 1)
        return found.mutate(inside=found.times, files=ibis.literal(1))
    by_file: Any = again.group_by([*columns, "_file"]).aggregate(k=together.count())
    found = by_file.group_by(columns).aggregate(
        times=by_file.k.sum(), inside=by_file.k.max(), files=by_file.count(),
        where=by_file["_file"].cast("string").group_concat("+", order_by=by_file["_file"]),
    )  # fmt: skip
    return found.filter(found.times > 1)


def _candidates(facts: AuditFacts) -> ir.Table:
    """Usable rows that agree with another in the cells that tell most rows apart."""
    source, columns = facts.sources["orders"], compared(facts)
    spotless = not source.quarantined and not any(source.excluded.values())
    good = source.rows if spotless else source.rows.filter(source.good)
    key = list(_UNNUMBERED if source.own_orders else _NUMBERED)
    product = [c for c in ("product_id", "product") if c in columns][:1]
    groups: Any = good.group_by([*key, *product]).aggregate(_n=good.count())
    several = facts.once("audit_candidates", lambda: groups.filter(groups["_n"] > 1).select(key))
    return good.semi_join(several, key)


def without_repeats(facts: AuditFacts, found: ir.Table) -> Without:
    """The facts with each of these rows once."""
    source = facts.sources["orders"]
    if source.own_orders:
        columns = compared(facts)
        # Rows have no name but their place; which of equal ones remains makes no difference.
        rows = _candidates(facts)
        again = rows.mutate(_at=ibis.row_number().over(ibis.window(group_by=columns, order_by="order_id")))
        return Without(order_keys(facts, again.filter(again["_at"] > 0)), lambda lines: lines.limit(0))
    return Without(order_keys(facts, found), _once)


def _once(lines: ir.Table) -> ir.Table:
    plain = lines.drop([c for c in ("_file", "_row") if c in lines.columns])
    sales = plain.filter(~plain.is_return).distinct()
    return sales.union(plain.filter(plain.is_return))


def order_keys(facts: AuditFacts, rows: ir.Table) -> ir.Table:
    """The orders that rows of the orders source belong to, as the headers name them."""
    who, number = facts.orders.customer_id.type(), facts.orders.order_id.type()
    keys = rows.select(customer_id=like(rows.customer_id, who), order_id=like(rows.order_id, number))
    return keys.distinct()
