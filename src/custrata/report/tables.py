"""What the share tables say beyond the model's own figures: the order of rows, the totals, the fullest cells."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from custrata.charts.rows import ordered
from custrata.core.measure.model import CrossCell, ReportModel, SegmentReport
from custrata.locale import Lang, catalog

__all__ = ["Totals", "average_order_value", "fullest_cells", "kind_name", "ordered", "span_days", "totals"]


@dataclass(frozen=True)
class Totals:
    """The last row of a share table; averages are over all customers of the table, null where there are none."""

    customers: int
    customer_share: float | None
    spend: Decimal
    spend_share: float | None
    average_spend: Decimal | None
    average_orders: float | None


def totals(segment: SegmentReport) -> Totals:
    """Sums over the classes. Days since the last order have no total: who has none is not known from the classes.

    >>> totals(SegmentReport("tier", "thresholds", [], [], "spend", [])).average_spend is None
    True
    """
    rows = segment.rows
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


def fullest_cells(segment: SegmentReport, most: int = 10) -> list[CrossCell]:
    """The cells with most customers; equal ones by spend, then in the order of the table."""
    return sorted(segment.cross, key=lambda cell: (-cell.customers, -cell.spend))[:most]


def average_order_value(model: ReportModel) -> Decimal | None:
    """Net spend per order; null without orders."""
    return model.spend / model.orders if model.orders else None


def span_days(model: ReportModel) -> int | None:
    """Days from the first to the last one with an order, both counted."""
    if model.first_day is None or model.last_day is None:
        return None
    return (model.last_day - model.first_day).days + 1


def kind_name(kind: str, lang: Lang) -> str:
    """What a kind of segment is called; a kind that others added goes by its own name.

    >>> kind_name("share", "zh"), kind_name("my_kind", "zh")
    ('ABC（按贡献累计）', 'my_kind')
    """
    return str(catalog("report", lang)["kinds"].get(kind, kind))
