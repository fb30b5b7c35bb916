"""The segments: what each is made of, how it decides, and how it went over the runs."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpResponse

from custrata.charts.trend import trend_chart
from custrata.core.measure.model import ShareRow
from custrata.locale import Lang
from custrata.report.tables import kind_name
from custrata.usecases.compositions import compositions
from custrata.usecases.cuts import dials_of
from custrata.usecases.listing import segment_title
from custrata.usecases.look import Result
from custrata.usecases.segment_table import segment_table as table_file
from custrata.usecases.trend import Point, Trend, point_of, runs_of, trend
from custrata.web.access import Can
from custrata.web.draw import drawn, segment_chart
from custrata.web.page import Request, page
from custrata.web.profiles import whom
from custrata.web.reading import has_run
from custrata.web.show import show
from custrata.web.site import site
from custrata.web.spend import spend_of
from custrata.web.trail import record

#: Classes that a trend draws; more lines than these nobody reads.
_LINES = 8
#: Runs never change, so what one says of a segment is kept: a page then opens none but those that are new.
_POINTS: dict[tuple[str | int, ...], Point] = {}
_MOST = 2_000
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8",
}  # fmt: skip


@page("segments/", can=Can.LOOK, nav=30)
def segments(request: Request) -> HttpResponse:
    if not has_run():
        return show(request, "empty.html.j2")
    result, lang = request.result(), request.sight.lang
    found = [(c, turns(result, c.name)) for c in compositions(result, lang)]
    return show(request, "segments/list.html.j2", {"segments": found})


@page("segments/<str:name>/", can=Can.LOOK)
def segment(request: Request, name: str) -> HttpResponse:
    """One segment or ladder."""
    result, lang = request.result(), request.sight.lang
    report = result.segment_report(name, lang)
    values = {
        "key": name, "report": report, "chart": segment_chart(result, name, lang, width=400),
        "currency": result.scheme.currency, "spend": spend_of(result, report.spend_metric, lang),
        "href": lambda row: customers_href(name, row.key),
        "turns": turns(result, name), "leaving": _leaving(result, name), "kind": kind_name(report.kind, lang),
        "ladder": name in result.scheme.levels,
        "reads": [segment_title(result.scheme, n, lang) for n in report_reads(result, name)],
    }  # fmt: skip
    return show(request, "segments/segment.html.j2", values)


@page("segments/<str:name>/table/", can=Can.EXPORT)
def segment_table(request: Request, name: str) -> HttpResponse:
    """The share table as a file, `?format=xlsx` or `csv`."""
    result, lang, form = request.result(), request.sight.lang, request.GET.get("format", "xlsx")
    made = table_file(result, name, form, lang)
    record(request.sight.name, "export segment", name, format=form, run=result.run_id)
    answer = HttpResponse(made, content_type=_TYPES[form])
    called = quote(f"{segment_title(result.scheme, name, lang)} {result.as_of}.{form}")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{called}"
    return answer


@page("segments/<str:name>/trend/", can=Can.LOOK, part=True)
def segment_trend(request: Request, name: str) -> HttpResponse:
    """The part of a segment's page that looks back over the runs; it comes after the rest."""
    result, lang = request.result(), request.sight.lang
    report = result.segment_report(name, lang)
    here = site().workspace
    runs = runs_of(here, result.run_id)
    held = (str(here.path), *whom(request.sight), name, lang)

    def of(run: str) -> Point | None:
        return _remembered(held, run) or _remember(held, run, point_of(request.result(run), name, lang))

    found = trend(runs, of)
    lines = _lines(found)
    charts = _charts(report.name, found, lines, lang)
    values = {"trend": found, "charts": charts, "lines": [label for _, label in lines]}
    return show(request, "segments/trend.html.j2", values)


def turns(result: Result, name: str) -> bool:
    """Whether the segment has cuts that can be turned."""
    found = dials_of(result, name)
    return found is not None and bool(found.dials or found.choices)


def customers_href(segment: str, *keys: str) -> str:
    """The list of the customers of some classes."""
    return "/customers/?" + urlencode([(f"c.{segment}", key) for key in keys])


def report_reads(result: Result, name: str) -> list[str]:
    """The segments that this one reads."""
    model = result.scheme.segments.get(name)
    return [n for n in (model.inputs() if model is not None else ()) if n in result.scheme.segments]


def _leaving(result: Result, name: str) -> bool:
    """Whether a segment tells who leaves: stages of life, or classes of a prediction."""
    model = result.scheme.segments.get(name)
    if model is None or result.everybody is not None:
        return False
    read = [result.scheme.metrics.get(n) for n in model.inputs()]
    return model.kind == "lifecycle" or any(m is not None and m.base == "predicted" for m in read)


def _lines(found: Trend) -> list[tuple[str, str]]:
    """The classes that are drawn, in order: those with most customers and spend, where there are very many."""
    greatest = sorted(found.classes, key=lambda c: -sum(_share(p.rows.get(c[0])) for p in found.points))[:_LINES]
    return [c for c in found.classes if c in greatest]


def _charts(title: str, found: Trend, lines: list[tuple[str, str]], lang: Lang) -> list[Any]:
    """Customers and spend; nothing before there are two points to join."""
    if len(found.points) < 2:
        return []
    labels = dict(lines)
    rows = [(p.as_of, labels[key], row) for p in found.points for key, row in p.rows.items() if key in labels]
    customers = [(day, label, row.customer_share) for day, label, row in rows]
    spend = [(day, label, row.spend_share) for day, label, row in rows]
    shown = list(labels.values())
    return [
        drawn(trend_chart(title, customers, shown, lang, "customers")),
        drawn(trend_chart(title, spend, shown, lang, "spend")),
    ]


def _share(row: ShareRow | None) -> float:
    return (row.customer_share or 0.0) + (row.spend_share or 0.0) if row is not None else 0.0


def _remembered(held: tuple[str | int, ...], run: str) -> Point | None:
    return _POINTS.get((*held, run))


def _remember(held: tuple[str | int, ...], run: str, point: Point | None) -> Point | None:
    if point is not None:
        _POINTS[(*held, run)] = point
        if len(_POINTS) > _MOST:
            _POINTS.clear()  # in one step, since threads share it
    return point
