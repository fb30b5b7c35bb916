"""The share table: how many customers a class has, what they spend, and what share that is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir

from custrata.core.measure.model import ShareRow, Totals
from custrata.core.segments.base import Class


def share_query(customers: ir.Table, segment: str, spend: str, orders: str, recency: str) -> ir.Table:
    """One row a class that occurs: customers, spend, orders, and recency over those who have one."""
    t = customers
    return t.group_by(class_=t[segment]).aggregate(
        customers=t.count(), spend=t[spend].sum(), orders=t[orders].sum(), recency=t[recency].cast("float64").mean()
    )


def share_rows(found: Sequence[dict[str, Any]], classes: Sequence[Class], missing: Class, lang: Any) -> list[ShareRow]:
    """The table in the scheme's order of classes, empty classes included; the missing class last, if anybody is in it.

    `lang` is the language of the labels in `found`.
    """
    by_label = {row["class_"]: row for row in found}
    total_customers = sum(row["customers"] for row in found)
    total_spend = sum((Decimal(str(row["spend"] or 0)) for row in found), Decimal(0))
    listed = {c.label(lang): c.key for c in classes}
    order = list(listed)
    rest = sorted(label for label in by_label if label not in listed and label != missing.label(lang))
    order += rest
    if missing.label(lang) in by_label and missing.label(lang) not in listed:
        order.append(missing.label(lang))
        listed[missing.label(lang)] = missing.key
    return [_row(label, listed.get(label, label), by_label.get(label), total_customers, total_spend) for label in order]


def _row(label: str, key: str, found: dict[str, Any] | None, customers: int, spend: Decimal) -> ShareRow:
    n = int(found["customers"]) if found else 0
    own = Decimal(str(found["spend"] or 0)) if found else Decimal(0)
    return ShareRow(
        class_=label,
        key=key,
        customers=n,
        customer_share=n / customers if customers else None,
        spend=own,
        spend_share=float(own / spend) if spend > 0 else None,
        average_spend=(own / n).quantize(Decimal("0.01")) if n else None,
        average_orders=float(found["orders"]) / n if found and n else None,
        average_recency=found["recency"] if found else None,
    )


def totals(rows: Sequence[ShareRow]) -> Totals:
    """Sums over the classes. Days since the last order have no total: who has none is not known from the classes.

    >>> totals([]).average_spend is None
    True
    """
    customers = sum(row.customers for row in rows)
    spend = sum((row.spend for row in rows), Decimal(0))
    known = [row for row in rows if row.customers]
    orders = [row.average_orders * row.customers for row in known if row.average_orders is not None]
    return Totals(
        customers=customers,
        customer_share=1.0 if any(row.customer_share is not None for row in rows) else None,
        spend=spend,
        spend_share=1.0 if any(row.spend_share is not None for row in rows) else None,
        average_spend=spend / customers if customers else None,
        average_orders=sum(orders) / customers if customers and len(orders) == len(known) else None,
    )
