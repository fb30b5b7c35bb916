"""What a report shows of a result: totals, share tables with their rules, crosses, concentration."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from custrata.core.measure.concentration import concentration, curve_query, gini_query
from custrata.core.measure.model import Concentration, CrossCell, ReportModel, SegmentReport, SourceRows
from custrata.locale import Lang, source_title, text
from custrata.usecases.levels.shares import ladder_report

if TYPE_CHECKING:
    from custrata.usecases.look import Result


def report_model(result: Result, lang: Lang) -> ReportModel:
    """Everything a report shows, in one language."""
    totals = result.totals
    segments = [segment_report(result, name, lang) for name in result.classified]
    return ReportModel(
        title=result.scheme.name, as_of=result.as_of, currency=result.scheme.currency, run_id=result.run_id,
        published_at=result.published_at, customers=totals.customers,
        buyers=totals.buyers, spend=totals.spend, orders=totals.orders,
        first_day=result.first_day, last_day=result.last_day, segments=segments,
        concentration=concentration_of(result, lang),
        metrics=[result.metric_note(n, lang) for n in result.scheme.metrics],
        sources=[_named(r, lang) for r in result.sources],
        scheme_text=result.scheme.text, version=result.version,
    )  # fmt: skip


def concentration_of(result: Result, lang: Lang, segment: str | None = None) -> Concentration | None:
    """The concentration curve of the metric of a share segment (the first one, if none is named)."""
    abc = segment or next((n for n, s in result.scheme.segments.items() if s.chart == "concentration"), None)
    metric = result.scheme.segments[abc].inputs()[0] if abc else result.scheme.basis("monetary")
    everybody = result.engine.rows(result.customers.aggregate(n=result.customers.count()))[0]["n"]
    sums = result.engine.rows(gini_query(result.customers, metric))[0]
    points = result.engine.rows(curve_query(result.customers, metric, int(sums["n"] or 0), everybody))
    cuts = []
    if abc:
        total = float(sums["total"] or 0)
        rows = [r for r in result.summary(abc, lang) if r.key != "missing"]
        cuts = [(r.class_, r.customers, float(r.spend) / total) for r in rows[:-1] if total > 0]
    return concentration(points, sums, everybody, cuts)


def segment_report(result: Result, name: str, lang: Lang) -> SegmentReport:
    """The share table of a segment or ladder with its rules, and its cross where it crosses others. E-RUN-003."""
    result.require(name)
    if name in result.scheme.levels:
        return ladder_report(result.scheme, name, result.summary(name, lang), lang)
    segment = result.scheme.segments[name]
    scope = result.scheme.scope(name, result.as_of, result.params)
    classes, missing = result.segment_class_labels(name)
    rows = result.summary(name, lang)
    colon = "：" if lang == "zh" else ": "
    said = segment.by_label(classes, result.params[name], scope, lang)
    rules = [f"{label}{colon}{sentence}" for label, sentence in said.items()][:30]
    crossed = segment.reads == "segments"
    return SegmentReport(
        name=segment.label.in_(lang) if segment.label else name, kind=segment.kind, rules=rules, rows=rows,
        spend_metric=result.scheme.basis("monetary", name), class_order=[r.class_ for r in rows],
        missing_class=missing.label(lang) if any(r.key == "missing" for r in rows) else None,
        cross=_cells(result, name, segment, lang) if crossed else (),
        dimensions=_dimensions(result, segment, lang) if crossed else (), chart=segment.chart,
    )  # fmt: skip


def _cells(result: Result, name: str, segment: Any, lang: Lang) -> list[CrossCell]:
    t, spend = result.customers, result.scheme.basis("monetary", name)
    found = t.group_by(list(segment.inputs())).aggregate(customers=t.count(), spend=t[spend].sum())
    names = {n: _translation(result, n, lang) for n in segment.inputs()}
    return [
        CrossCell(
            {n: names[n].get(r[n], r[n]) for n in segment.inputs()}, r["customers"], Decimal(str(r["spend"] or 0))
        )
        for r in result.engine.rows(found)
    ]


def _dimensions(result: Result, segment: Any, lang: Lang) -> list[tuple[str, list[str]]]:
    found = []
    for name in segment.inputs():
        classes, missing = result.segment_class_labels(name)
        t = result.customers
        lacking = result.engine.rows(t.aggregate(n=t.count(where=t[name] == missing.label(result.scheme.lang))))[0]["n"]
        found.append((name, [c.label(lang) for c in [*classes, *([missing] if lacking else [])]]))
    return found


def _translation(result: Result, name: str, lang: Lang) -> dict[str, str]:
    classes, missing = result.segment_class_labels(name)
    return {c.label(result.scheme.lang): c.label(lang) for c in [*classes, missing]}


def _named(rows: SourceRows, lang: Lang) -> SourceRows:
    """Source and reasons in words."""
    why = {text(f"cli.x_{reason}", lang): n for reason, n in rows.excluded_by.items()}
    return replace(rows, source=source_title(rows.source, lang), excluded_by=why)
