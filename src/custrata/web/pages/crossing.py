"""Segments beside one another: the cross table of two or three, and what sets two groups of customers apart."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse

from custrata.core.conditions.write import quoted
from custrata.core.errors import CustrataError, Problem
from custrata.usecases.apart import apart_of
from custrata.usecases.apart_words import Words
from custrata.usecases.compare import Comparison, Number, compare
from custrata.usecases.cross import Cross, cross, rows_of
from custrata.usecases.customers.asked import condition
from custrata.usecases.listing import segment_title
from custrata.usecases.look import Result
from custrata.web.access import Can
from custrata.web.movements import remembered
from custrata.web.page import Request, address, page
from custrata.web.profiles import whom
from custrata.web.reading import has_run
from custrata.web.show import show
from custrata.web.site import site

#: What a cell may show.
SHOWS = ("customers", "share", "spend", "average")
#: The other side of a comparison, where it is everybody else.
REST = "-"
_MOST_CELLS = 3_000


@page("segments/-/cross/", can=Can.LOOK)
def cross_table(request: Request) -> HttpResponse:
    """`?d=` two or three times, `?show=` what a cell tells."""
    if not has_run():
        return show(request, "empty.html.j2")
    result, lang = request.result(), request.sight.lang
    names = crossable(result)
    chosen = list(dict.fromkeys(d for d in request.GET.getlist("d") if d))[:3]
    for name in chosen:
        result.segment_class_labels(name)
    if len(chosen) < 2:
        chosen = [*chosen, *(n for n in names if n not in chosen)][:2]
    what = request.GET.get("show", SHOWS[0])
    what = what if what in SHOWS else SHOWS[0]
    found = cross(result, chosen, lang, "spend" if what in ("spend", "average") else "customers") if chosen else None
    if found is not None and len(rows_of(found)) * len(found.axes[1]) > _MOST_CELLS:
        raise CustrataError(Problem("E-WEB-039", "", {"depth": 3, "parts": _MOST_CELLS}))
    values = {
        "names": [(n, segment_title(result.scheme, n, lang)) for n in names], "chosen": chosen, "what": what,
        "shows": SHOWS, "cross": found, "rows": rows_of(found) if found else [], "currency": result.scheme.currency,
        "titles": [segment_title(result.scheme, n, lang) for n in chosen], "href": _cell_href(found),
        "spend": result.metric_note(result.scheme.basis("monetary"), lang).title,
    }  # fmt: skip
    return show(request, "segments/cross.html.j2", values)


@page("segments/-/compare/", can=Can.LOOK)
def compare_groups(request: Request) -> HttpResponse:
    """`?a=` and `?b=` are `segment:class`; without `b`, or with `-`, everybody else."""
    if not has_run():
        return show(request, "empty.html.j2")
    result, lang = request.result(), request.sight.lang
    groups = [(n, segment_title(result.scheme, n, lang), _classes(result, n, lang)) for n in crossable(result)]
    a, b = _sides(request)
    for said in (s for s in (a, b) if s and s != REST):
        _group(result, said)
    told = f"{address('compare_told')}?{urlencode({'a': a, 'b': b})}"
    return show(request, "segments/compare.html.j2", {"groups": groups, "a": a, "b": b, "rest": REST, "told": told})


@page("segments/-/compare/told/", can=Can.LOOK, part=True)
def compare_told(request: Request) -> HttpResponse:
    """What sets the two apart: the part of the page that looks at everybody's numbers."""
    result, lang = request.result(), request.sight.lang
    a, b = _sides(request)
    one, other = _group(result, a), _group(result, b) if b != REST else None
    found = compare(result, condition(result, one), condition(result, other) if other else None, lang)
    values = {
        "rules": None if other else _rules(request, result, a), "found": found,
        "titles": (_title(result, a, lang), _title(result, b, lang) if other else ""),
        "said": [_sentence(result, x, lang) for x in found.leading], "numbers": _numbers(result, found, lang),
        "currency": result.scheme.currency, "segment_title": lambda n: segment_title(result.scheme, n, lang),
    }  # fmt: skip
    return show(request, "segments/compared.html.j2", values)


def _rules(request: Request, result: Result, said: str) -> list[str]:
    """What sets a class apart from everybody else, in sentences; why that cannot be said, where it cannot."""
    sight, (segment, _, key) = request.sight, said.partition(":")

    def tell() -> list[str]:
        try:
            found = apart_of(result, segment, key)
        except CustrataError as error:
            return [p.text(sight.lang) for p in error.problems]
        return Words(found, result.scheme, result.as_of, sight.lang).sentences()

    here = (str(site().workspace.path), result.run_id, whom(sight), sight.may(Can.PERSONAL), sight.lang)
    return remembered(("apart", *here, said), tell)


def _sides(request: Request) -> tuple[str, str]:
    return request.GET.get("a", ""), request.GET.get("b", "") or REST


def crossable(result: Result) -> list[str]:
    """What may stand on a side: every segment and ladder but those that are crosses themselves."""
    segments = result.scheme.segments
    return [n for n in result.classified if n not in segments or segments[n].reads != "segments"]


def _classes(result: Result, name: str, lang: Any) -> list[tuple[str, str]]:
    classes, missing = result.segment_class_labels(name)
    return [(f"{name}:{c.key}", c.label(lang)) for c in [*classes, missing]]


def _group(result: Result, said: str) -> str:
    """`segment:class` as a condition. Raises E-RUN-003 and E-WEB-033 where there is none."""
    name, _, key = said.partition(":")
    classes, missing = result.segment_class_labels(name)
    label = next((c.label(result.scheme.lang) for c in [*classes, missing] if c.key == key), None)
    if label is None:
        raise CustrataError(Problem("E-WEB-033", name, {"name": key}))
    return f"{name} = {quoted(label)}"


def _title(result: Result, said: str, lang: Any) -> str:
    name, _, key = said.partition(":")
    classes, missing = result.segment_class_labels(name)
    label = next(c.label(lang) for c in [*classes, missing] if c.key == key)
    return f"{segment_title(result.scheme, name, lang)} · {label}"


def _cell_href(found: Cross | None) -> Any:
    def href(*labels: str) -> str:
        assert found is not None
        return "/customers/?" + urlencode(
            [(f"c.{d}", label) for d, label in zip(found.dimensions, labels, strict=False) if label]
        )

    return href


def _numbers(result: Result, found: Comparison, lang: Any) -> list[dict[str, Any]]:
    most = max((min(abs(n.effect), 3.0) for n in found.numbers), default=0) or 1
    return [
        {"number": n, "note": result.metric_note(n.name, lang), "unit": unit_of(result, n.name),
         "size": min(abs(n.effect), 3.0) / most}
        for n in found.numbers
    ]  # fmt: skip


def unit_of(result: Result, name: str) -> str:
    """The unit by which a metric is written."""
    metric = result.scheme.metrics[name]
    return str(getattr(metric, "unit_", metric.unit))


def as_shown(value: float, unit: str, lang: Any) -> float:
    """A number as the macro `figure` rounds it."""
    size = abs(value)
    if unit == "days":
        return round(value)
    if unit != "money":
        return round(value, 2 if size < 1 else 1 if size < 100 else 0)
    step = next((s for s in ((10**8, 10**4) if lang == "zh" else (10**9, 10**6, 10**3)) if size >= max(s, 10**4)), 0)
    return round(value / step, 1) * step if step else round(value, 2)


def _sentence(result: Result, found: Any, lang: Any) -> dict[str, Any]:
    """What a template says of a difference."""
    if isinstance(found, Number):
        note = result.metric_note(found.name, lang)
        unit = unit_of(result, found.name)
        a, b = (None if x is None else as_shown(x, unit, lang) for x in (found.a, found.b))
        # Of the numbers as they stand there: 12 beside 6 are twice, whatever they were before they were rounded.
        ratio = a / b if a and b and a > 0 and b > 0 else None
        return {"kind": "number", "more": found.effect > 0, "name": note.title, "a": found.a, "b": found.b,
                "unit": unit, "ratio": ratio, "strength": found.strength}  # fmt: skip
    return {"kind": "class", "more": found.effect > 0, "name": segment_title(result.scheme, found.segment, lang),
            "label": found.label, "a": found.a, "b": found.b, "strength": found.strength}  # fmt: skip
