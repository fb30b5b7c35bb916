"""Lists of customers and what their columns mean: the largest ones with their names, and the metrics behind a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.measure.model import Basis, Customer, CustomerList, ReportModel, SegmentReport
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang
from custrata.usecases.backtests import of_result as newest_backtest
from custrata.usecases.levels.moved import movement_of_run
from custrata.usecases.levels.shares import ladder_title
from custrata.usecases.look import Result

MOST = 100
"""Customers in the list of a report."""
_LEADING = 4
"""Classes of a customer that a page has room for."""


def completed(result: Result, lang: Lang) -> ReportModel:
    """The report of a result, with the metrics behind every share table and the list of the largest customers."""
    model = result.report(lang)
    segments = [
        replace(
            _titled(result.scheme, segment, lang), basis=basis(result, name, lang),
            movement=movement_of_run(result, name, lang) if name in result.scheme.levels else None,
        )
        for segment, name in zip(model.segments, result.classified, strict=True)
    ]  # fmt: skip
    from custrata.usecases.apart_report import apart_told
    from custrata.usecases.drift import of_result as drift_since  # which calls segments as this module does

    predicted = any(m.base == "predicted" for m in result.scheme.metrics.values())
    return replace(
        model, segments=segments, largest=largest(result, lang), predicted=predicted,
        backtest=newest_backtest(result) if predicted else None, drift=drift_since(result, lang),
        apart=apart_told(result, lang),
    )  # fmt: skip


def _titled(scheme: Scheme, segment: SegmentReport, lang: Lang) -> SegmentReport:
    """A cross table whose dimensions are called as their segments are, where that tells them apart."""
    titles = {name: segment_title(scheme, name, lang) for name, _ in segment.dimensions}
    if len(set(titles.values())) < len(titles):
        return segment
    cross = [replace(c, classes={titles[n]: class_ for n, class_ in c.classes.items()}) for c in segment.cross]
    return replace(segment, cross=cross, dimensions=[(titles[n], classes) for n, classes in segment.dimensions])


def basis(result: Result, segment: str | None, lang: Lang) -> Basis:
    """The metrics that the spend, orders and recency of a segment's share table are; of all customers without one."""
    spend, orders, recency = (
        result.metric_note(result.scheme.basis(kind, segment), lang) for kind in ("monetary", "frequency", "recency")
    )
    return Basis(spend, orders, recency)


def ranking(scheme: Scheme) -> str | None:
    """The segment whose spend says who is large: the one that the concentration curve is drawn for, if there is one."""
    return next(
        (
            name
            for name, segment in scheme.segments.items()
            if segment.chart == "concentration" and _kind(scheme, segment.inputs()[0]) == "monetary"
        ),
        None,
    )


def _kind(scheme: Scheme, metric: str) -> str:
    found = scheme.metrics.get(metric)
    return found.kind if found is not None else ""


def largest(result: Result, lang: Lang, most: int = MOST) -> CustomerList:
    """The customers who spend most, at most so many, equal ones in the order of their ids."""
    scheme = result.scheme
    found = basis(result, ranking(scheme), lang)
    spend, orders, recency = found.spend.name, found.orders.name, found.recency.name
    t = result.customers
    top = t.order_by([ibis.desc(spend, nulls_first=False), "customer_id"]).limit(most)
    rows = result.engine.rows(with_names(result, top).order_by([ibis.desc(spend, nulls_first=False), "customer_id"]))
    total = Decimal(str(result.engine.rows(t.aggregate(total=t[spend].sum()))[0]["total"] or 0))
    words = {name: class_words(result, name, lang) for name in result.classified}
    customers = []
    for row in rows:
        spent = Decimal(str(row[spend] or 0))
        classes = [words[name](row[name]) for name in result.classified]
        share = float(spent / total) if total > 0 else None
        customers.append(
            Customer(row["customer_id"], row[NAME], spent, share, int(row[orders] or 0), row[recency], classes)
        )
    crossed = {n for n, s in scheme.segments.items() if s.chart == "heatmap"}
    leading = [i for i, n in enumerate(result.classified) if n not in crossed]
    # A level says most of a customer: it is shown, whatever else there is room for.
    leading = sorted(sorted(leading, key=lambda i: result.classified[i] not in scheme.levels)[:_LEADING])
    return CustomerList(customers, [segment_title(scheme, n, lang) for n in result.classified], found, leading)


#: The column of `with_names`; no metric or segment can be called so.
NAME = "#name"


def with_names(result: Result, customers: ir.Table) -> ir.Table:
    """The customers with `NAME`, their name in the customers source; null where it tells none."""
    people = result.people
    if people is None or "name" not in people.columns:
        return customers.mutate(**{NAME: ibis.null(dt.string)})
    named = people.select(_who=people.customer_id.cast(dt.string), **{NAME: people.name.cast(dt.string)})
    return customers.left_join(named, customers.customer_id == named["_who"]).drop("_who")


def name_of(result: Result, customer_id: str) -> str | None:
    """The name of one customer, null where it is not known."""
    people = result.people
    if people is None or "name" not in people.columns:
        return None
    own = people.filter(people.customer_id.cast(dt.string) == customer_id)
    rows = result.engine.rows(own.select(name=own.name.cast(dt.string)).limit(1))
    return rows[0]["name"] if rows else None


def segment_title(scheme: Scheme, name: str, lang: Lang) -> str:
    """What a segment or ladder is called."""
    if name in scheme.levels:
        return ladder_title(scheme, name, lang)
    label = scheme.segments[name].label
    return label.in_(lang) if label is not None else name


def class_words(result: Result, name: str, lang: Lang) -> Callable[[Any], str]:
    """From the label that a run publishes to the label in `lang`."""
    own = result.scheme.lang
    classes, missing = result.segment_class_labels(name)
    words: Mapping[str, str] = {c.label(own): c.label(lang) for c in [*classes, missing]}
    none = missing.label(lang) if name in result.scheme.levels else ""
    return lambda label: words.get(label, none if label is None else str(label))
