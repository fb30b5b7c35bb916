"""What the two shops say of their columns and of their largest customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from custrata.core.measure.model import Basis, Customer, CustomerList, MetricNote, ReportModel

MONTH = (date(2024, 6, 1), date(2024, 6, 30))
CHINESE = Basis(
    MetricNote("spend", "消费金额", "上月内的净消费", "金额", MONTH, "月消费"),
    MetricNote("orders", "消费频次", "上月内的购买次数", "次数", MONTH),
    MetricNote("recency", "最近消费间隔", "从最近一次购买到基准日的天数", "天", None),
)
ENGLISH = Basis(
    MetricNote("spend", "monetary", "Net spend (last month)", "money", MONTH, "Spend last month"),
    MetricNote("orders", "frequency", "Purchases (last month)", "count", MONTH),
    MetricNote("recency", "recency", "Weeks from the last purchase to the as-of date", "weeks", None),
)


def people(names: Sequence[str | None], segments: Sequence[str], classes: Sequence[str], basis: Basis) -> CustomerList:
    """Customers with spend falling from 9,000, the last of whom never bought."""
    rows = [
        Customer(f"K{i:03}", name, Decimal(9000 - 100 * i), 0.01, 40 - i, i, list(classes))
        for i, name in enumerate(names, 1)
    ]
    rows[-1] = replace(rows[-1], spend=Decimal(0), spend_share=0.0, orders=0, recency=None)
    return CustomerList(rows, list(segments), basis, list(range(min(4, len(segments)))))


def told(model: ReportModel, basis: Basis, names: Sequence[str | None]) -> ReportModel:
    """The same report with everything a use case adds to it."""
    segments = [replace(s, basis=basis) for s in model.segments]
    titles, classes = [s.name for s in segments], [s.rows[0].class_ for s in segments]
    return replace(model, segments=segments, largest=people(names, titles, classes, basis))
