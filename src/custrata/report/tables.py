"""What the share tables say beyond the model's own figures: the order of rows, the totals, the fullest cells."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from custrata.charts.rows import ordered
from custrata.core.measure.model import Basis, Concentration, CrossCell, MetricNote, ReportModel, SegmentReport
from custrata.core.measure.shares import totals
from custrata.locale import Lang, catalog, counted, text
from custrata.report.numbers import percent

__all__ = [
    "average_order_value",
    "basis_lines",
    "fullest_cells",
    "kind_name",
    "lead",
    "ordered",
    "recency_unit",
    "rules",
    "span_days",
    "top_tenth",
    "totals",
    "window_words",
]
_FEW = 100
"""Below so many customers a tenth of them is better told as a number."""


def basis_lines(basis: Basis, as_of: date, lang: Lang) -> list[str]:
    """What spend, orders and last order mean in a share table: the metric, the days that count, the meaning."""
    said = []
    for key, note in (("spend", basis.spend), ("orders", basis.orders), ("recency", basis.recency)):
        column, window = text(f"report.basis_{key}", lang), window_words(note, as_of, lang)
        sentence = note.sentence.rstrip("。.")
        if note.title.casefold() == column.casefold():
            said.append(text("report.basis_line_same", lang, column=column, window=window, sentence=sentence))
        else:
            values = {"metric": note.title, "window": window, "sentence": sentence}
            said.append(text("report.basis_line", lang, column=column, **values))
    return said


def recency_unit(segment: SegmentReport, lang: Lang) -> str:
    """Days, or weeks where the scheme counts so."""
    return segment.basis.recency.unit if segment.basis is not None else text("metrics.unit.days", lang)


def window_words(note: MetricNote, as_of: date, lang: Lang) -> str:
    """The days that count: from the first to the last, all up to the as-of date, or each customer's own."""
    if note.own:
        return text("report.own_days", lang)
    if note.window is None:
        return text("report.until", lang, day=as_of.isoformat())
    first, last = (day.isoformat() for day in note.window)
    return text("report.between", lang, first=first, last=last)


def lead(model: ReportModel, spend: str, lang: Lang) -> str:
    """The sentence on top of the report; `spend` is written out already."""
    key = "report.lead_one" if model.buyers == 1 else "report.lead"
    said = text(
        key,
        lang,
        buyers=f"{model.buyers:,}",
        customers=counted("report.n_customers", model.customers, lang),
        orders=counted("report.n_orders", model.orders, lang),
        spend=spend,
    )
    return said + top_tenth("report.lead_top", model.concentration, model.customers, lang)


def top_tenth(key: str, curve: Concentration | None, everybody: int, lang: Lang) -> str:
    """What the largest tenth spend, as a sentence; where a tenth is a handful, their number says more.

    >>> curve = Concentration([], None, 0.8, top_customers=1)
    >>> top_tenth("report.lead_top", curve, 4, "en")
    ' The customer who spends most makes 80.0% of the spend.'
    """
    if curve is None or curve.top_tenth is None:
        return ""
    share = percent(curve.top_tenth, lang)
    n = curve.top_customers
    if n is None or (n > 1 and everybody >= _FEW):
        return text(key, lang, share=share)
    return text(f"{key}_one", lang, share=share) if n == 1 else text(f"{key}_few", lang, n=n, share=share)


def rules(segment: SegmentReport, lang: Lang) -> list[tuple[str, str]]:
    """(class, how it is decided) for every rule; a rule that is not of one class stands for itself, under ''."""
    colon = text("report.colon", lang)
    found = []
    for rule in segment.rules:
        class_ = max((c for c in segment.class_order if rule.startswith(c + colon)), key=len, default=None)
        found.append(("", rule) if class_ is None else (class_, rule.removeprefix(class_ + colon)))
    return found


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
