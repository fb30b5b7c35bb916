"""The cuts of a segment as sliders, with what would change beside them; and their way into the scheme."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from custrata.charts.numbers import money_unit
from custrata.core.conditions.operands import plain, typed
from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.model import Scheme
from custrata.core.segments.dials import FIXED, Dial, Dials
from custrata.locale import text
from custrata.usecases.cuts import dials_of, recut, with_cuts
from custrata.usecases.listing import segment_title
from custrata.usecases.look import Result
from custrata.usecases.preview import preview
from custrata.web import versions
from custrata.web.access import Can
from custrata.web.mends import problems_told
from custrata.web.page import Request, address, page
from custrata.web.show import show
from custrata.web.spend import spend_of
from custrata.web.trail import record

#: A slider reaches to so many times the greatest cut of its metric.
_REACH = 3


@page("segments/<str:name>/cuts/", can=Can.LOOK)
def cuts(request: Request, name: str) -> HttpResponse:
    """Sliders and what they would change; asked by a slider, the latter alone."""
    result, lang = request.result(), request.sight.lang
    found = _dials(result, name)
    answers = _answers(request.GET, found)
    parted = bool(request.htmx) and not request.htmx.boosted
    changed = _changed(found, answers)
    problems: list[Any] = []
    told = None
    try:
        told = preview(result, name, recut(result, name, answers), lang)
    except CustrataError as error:
        problems = problems_told(error, lang)
    values: dict[str, Any] = {
        "key": name, "title": segment_title(result.scheme, name, lang), "preview": told, "changed": changed,
        "problems": problems, "answers": answers, "currency": result.scheme.currency,
        "spend": spend_of(result, result.scheme.basis("monetary", name), lang),
    }  # fmt: skip
    status = 400 if problems else 200
    if parted:
        return show(request, "segments/preview.html.j2", values, status=status)
    values |= {"found": found, "sliders": _sliders(found, answers, result, lang),
               "choice": answers.get("choice", found.choice)}  # fmt: skip
    return show(request, "segments/cuts.html.j2", values, status=status)


@page("segments/<str:name>/cuts/save/", can=Can.SCHEME, methods=("POST",))
def cuts_save(request: Request, name: str) -> HttpResponse:
    """A new version of the scheme in force, with these cuts."""
    found = _dials(request.result(), name)
    answers = _answers(request.POST, found)
    base = versions.in_force()
    text = with_cuts(base.text, Scheme.parse(base.text), name, answers)
    if text == base.text:
        raise CustrataError(Problem("E-WEB-035", name, {}))
    made = versions.save(text, request.sight.name, request.POST.get("reason", ""), base)
    cuts = [str(v) for v in answers.values()]
    record(request.sight.name, "draft scheme", f"version {made.pk}", segment=name, cuts=cuts)
    return HttpResponseRedirect(address("scheme_version", id=made.pk))


def _dials(result: Result, name: str) -> Dials:
    result.segment_class_labels(name)
    found = dials_of(result, name)
    if found is None or not (found.dials or found.choices):
        raise CustrataError(Problem("E-WEB-036", name, {"name": name}))
    return found


def _answers(given: Any, found: Dials) -> dict[str, str]:
    """What was asked: of each dial that is not as it was, and the choice where it is another."""
    wanted = {d.key: given.get(d.key, "").strip() for d in found.dials}
    asked = {k: v for k, v in wanted.items() if v}
    choice = given.get("choice", "")
    if found.choices and choice in found.choices:
        asked["choice"] = choice
    if asked.get("choice") == FIXED:
        # Cuts are fixed together: those that an address leaves out stay what they are.
        asked = {**{d.key: shown(d) for d in found.dials}, **asked}
    return asked


def _changed(found: Dials, answers: dict[str, str]) -> bool:
    if answers.get("choice", found.choice) != found.choice:
        return True
    return any(answers.get(d.key, shown(d)) != shown(d) for d in found.dials)


def shown(dial: Dial) -> str:
    """The value of a dial as its field holds it."""
    return typed(_value(dial))


def _value(dial: Dial) -> Decimal:
    """Shares in percent."""
    return dial.value * 100 if dial.unit == "share" else dial.value


def _sliders(found: Dials, answers: dict[str, str], result: Result, lang: Any) -> list[tuple[str, list[Any]]]:
    """The sliders of each metric, in the order of the model."""
    groups: dict[str, list[Any]] = {}
    for dial in found.dials:
        slider = _slider(dial, found, answers, result, lang)
        groups.setdefault(slider["metric"], []).append(slider)
    return list(groups.items())


def _slider(dial: Dial, found: Dials, answers: dict[str, str], result: Result, lang: Any) -> dict[str, Any]:
    greatest = max((d.value for d in found.dials if d.of == dial.of and d.unit == dial.unit), default=dial.value)
    top = {"share": Decimal(100), "count": Decimal(10)}.get(dial.unit, _nice(abs(greatest) * _REACH))
    step = Decimal("0.5") if dial.unit == "share" else Decimal(1) if dial.unit == "count" else _step(top)
    metric = result.metric_note(dial.of, lang) if dial.of in result.scheme.metrics else None
    return {
        "key": dial.key, "label": dial.label, "metric": metric.title if metric else dial.of,
        "unit": _unit(metric.unit, result.scheme.currency, lang) if metric and dial.unit == "number" else
        "%" if dial.unit == "share" else "",
        "was": plain(_value(dial)), "value": answers.get(dial.key, shown(dial)), "kind": dial.unit,
        "low": 2 if dial.unit == "count" else 0, "high": f"{top:f}", "step": f"{step:f}",
    }  # fmt: skip


def _unit(unit: str, currency: str, lang: Any) -> str:
    """What stands beside a metric's name; nothing for plain numbers, and for ratios, which the fields hold as such."""
    if unit == "money":
        return money_unit(lang, currency)
    return text("web_segments.unit_days", lang) if unit == "days" else ""


def _nice(value: Decimal) -> Decimal:
    """The next of 1, 2, 5 × 10ⁿ."""
    if value <= 0:
        return Decimal(100)
    unit = Decimal(10) ** value.adjusted()
    return next(unit * n for n in (1, 2, 5, 10) if unit * n >= value)


def _step(top: Decimal) -> Decimal:
    """About two hundred steps; whole numbers from a hundred up."""
    step = _nice(top / 250)
    return max(step, Decimal(1)) if top >= 100 else step
