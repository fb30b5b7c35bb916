"""A ladder as a form: its levels and conditions, how customers fall, and whom it would place where."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from custrata.core.errors import CustrataError, Problem
from custrata.core.levels.span import Span
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang
from custrata.usecases.condition_labels import attributes_of, names_called, typed, with_labels, with_names
from custrata.usecases.ladder_edit import Rung, Wanted, earned_by, rungs_of, with_ladder
from custrata.usecases.ladder_new import with_new_ladder
from custrata.usecases.levels.shares import ladder_title
from custrata.web import versions
from custrata.web.access import Can
from custrata.web.mends import problems_told
from custrata.web.page import Request, address, page
from custrata.web.reading import has_run
from custrata.web.show import show
from custrata.web.spend import spend_of
from custrata.web.trail import record

#: Levels that a form may have.
_MOST = 20
#: What a row of the form says.
_COLUMNS = ("level", "enter", "keep")
_OPTIONS = ("hold", "grace", "fall_by", "fall_at", "brake")
#: What options may be chosen from; the others are typed.
CHOICES = {"fall_by": ("earned", "step"), "fall_at": ("once", "review", "never")}


@page("levels/ladders/<str:name>/", can=Can.LOOK, methods=("GET", "POST"))
def ladder(request: Request, name: str) -> HttpResponse:
    """The form with what it would do; asked by the form itself, the latter alone. A button that moves or adds a level
    sends the form here: nothing is saved by that."""
    base = versions.in_force()
    scheme = Scheme.parse(base.text)
    if name not in scheme.levels:
        raise CustrataError(Problem("E-WEB-081", name, {"name": name}))
    part = bool(request.htmx) and not request.htmx.boosted
    now = _as_it_is(scheme, name, request.sight.lang)
    given = request.POST if request.method == "POST" else request.GET
    told = request.method == "POST" or "level" in given
    wanted = _wanted(given, now) if told else now
    values: dict[str, Any] = {"problems": [], "rows": None, "name": name, "moved": _moved(given, len(wanted.rungs))}
    try:
        text = with_ladder(base.text, name, _named(wanted, scheme, request.sight.lang)) if told else base.text
        if has_run():
            result = request.result()
            values["rows"] = earned_by(result, Scheme.parse(text), name, request.sight.lang)
            values["currency"] = result.scheme.currency
            values["spend"] = spend_of(result, result.scheme.level_spend(), request.sight.lang)
    except CustrataError as error:
        values["problems"] = _told(request, error)
    status = 400 if values["problems"] else 200
    if part:
        return show(request, "parts/ladder_effect.html.j2", values, status=status)
    return _form(request, scheme, name, wanted, values, status)


@page("levels/new/", can=Can.SCHEME, methods=("POST",), name="ladder_new")
def begun(request: Request) -> HttpResponse:
    """A draft of the scheme with a first ladder, to be published and changed."""
    name, base = request.POST.get("name", "").strip(), versions.in_force()
    made = versions.save(with_new_ladder(base.text, name, request.result()), request.sight.name, name, base)
    record(request.sight.name, "draft scheme", f"version {made.pk}", ladder=name)
    return HttpResponseRedirect(address("scheme_version", id=made.pk))


@page("levels/ladders/<str:name>/save/", can=Can.SCHEME, methods=("POST",), name="ladder_save")
def save(request: Request, name: str) -> HttpResponse:
    """A new version of the scheme with this ladder; who may publish makes it the one in force. What makes no sense
    comes back in the form."""
    base = versions.in_force()
    scheme, lang = Scheme.parse(base.text), request.sight.lang
    if name not in scheme.levels:
        raise CustrataError(Problem("E-WEB-081", name, {"name": name}))
    wanted = _wanted(request.POST, _as_it_is(scheme, name, lang))
    try:
        text = with_ladder(base.text, name, _named(wanted, scheme, lang))
        Scheme.parse(text)
    except CustrataError as error:
        return _form(request, scheme, name, wanted, {"problems": _told(request, error)}, 400)
    made = versions.save(text, request.sight.name, request.POST.get("reason", ""), base)
    record(request.sight.name, "draft scheme", f"version {made.pk}", ladder=name)
    return HttpResponseRedirect(address("scheme_version", id=made.pk))


def _form(
    request: Request, scheme: Scheme, name: str, wanted: Wanted, effect: dict[str, Any], status: int
) -> HttpResponse:  # fmt: skip
    values = {
        "problems": [], "rows": None, "name": name, "moved": None, "wanted": wanted, "choices": CHOICES,
        "title": ladder_title(scheme, name, request.sight.lang), "tab": "levels",
        "known": _words(scheme, request.sight.lang), **effect,
    }  # fmt: skip
    return show(request, "ladder.html.j2", values, status=status)


def _words(scheme: Scheme, lang: Lang) -> list[tuple[str, list[tuple[str, str]]]]:
    """What conditions may name: (kind, [(what it is called, how that is typed)])."""
    labels, how = names_called(scheme, lang), typed(scheme, lang)
    # A name that both have means the segment.
    told = [n for n in attributes_of(scheme) if n not in scheme.metrics and n not in scheme.segments]
    kinds = (("metrics", scheme.metrics), ("segments", scheme.segments), ("attributes", told))
    return [(kind, [(labels[n], how.get(n, n)) for n in names]) for kind, names in kinds if names]


def _told(request: Request, error: CustrataError) -> list[dict[str, Any]]:
    return problems_told(error, request.sight.lang)


def _wanted(given: Any, now: Wanted) -> Wanted:
    """The levels of a form from the highest down: rows that are to go, and those without a name, are left out; the new
    level stands where the form says, and a button may have moved one."""
    columns = [given.getlist(key)[:_MOST] for key in _COLUMNS]
    gone = {g for g in given.getlist("gone") if g.isdecimal()}
    rows = list(zip(*columns, strict=False))
    new = tuple(given.get(f"new_{key}", "") for key in _COLUMNS)
    do, at = _pressed(given)
    if do == "up" and 0 < at < len(rows):
        rows[at - 1 : at + 1], gone = rows[at - 1 : at + 1][::-1], _swapped(gone, at - 1, at)
    elif do == "down" and 0 <= at < len(rows) - 1:
        rows[at : at + 2], gone = rows[at : at + 2][::-1], _swapped(gone, at, at + 1)
    rows = [row for i, row in enumerate(rows) if str(i) not in gone or not row[0].strip()]
    if new[0].strip():
        # In front of the level of that name, since others may have gone or moved.
        below = given.get("new_above", "")
        place = next((i for i, row in enumerate(rows) if row[0].strip() == below), len(rows))
        rows.insert(place, new)
    rungs = [Rung(*(cell.strip() for cell in row)) for row in rows if row[0].strip()]
    options = {key: given.get(key, "").strip()[:40] for key in _OPTIONS}
    options = {k: v if k not in CHOICES or v in CHOICES[k] else "" for k, v in options.items()}
    options["brake"] = options["brake"].rstrip("%％ ")
    # What is as it was is not written, also where it is so by default.
    options = {k: "" if v == getattr(now, k) else v for k, v in options.items()}
    if options["brake"]:
        options["brake"] += "%"
    return Wanted(rungs, **options)


def _named(wanted: Wanted, scheme: Scheme, lang: Lang) -> Wanted:
    """The same with the names of the scheme in its conditions."""
    rungs = [
        Rung(r.name, with_names(r.enter, scheme, lang), with_names(r.keep, scheme, lang)) for r in wanted.rungs
    ]
    return replace(wanted, rungs=rungs)


def _pressed(given: Any) -> tuple[str, int]:
    """The button of a row that sent the form: what it does, and its row from 0."""
    do, _, row = given.get("do", "").partition(":")
    return do, int(row) if row.isdecimal() and len(row) < 4 else -1


def _swapped(places: set[str], a: int, b: int) -> set[str]:
    other = {str(a): str(b), str(b): str(a)}
    return {other.get(p, p) for p in places}


def _moved(given: Any, rungs: int) -> tuple[str, int] | None:
    """The button that whoever uses no mouse goes on with: the same of the level that was moved, or the other one where
    it has come to an end."""
    do, row = _pressed(given)
    if do not in ("up", "down") or row < 0:
        return None
    at = min(max(row + (-1 if do == "up" else 1), 0), rungs - 1)
    return ("down" if at == 0 else "up" if at == rungs - 1 else do), at


def _as_it_is(scheme: Scheme, name: str, lang: Lang) -> Wanted:
    """A ladder of the scheme as a form has it, its conditions under the names that people read elsewhere."""
    found = scheme.levels[name]
    rungs = [
        Rung(r.name, with_labels(r.enter, scheme, lang), with_labels(r.keep, scheme, lang))
        for r in rungs_of(found, lang)
    ]
    down = found.down
    percent = f"{found.brakes.fall * 100:f}"
    percent = percent.rstrip("0").rstrip(".") if "." in percent else percent
    hold, grace = (_span(span, lang) if span.n else "" for span in (down.hold, down.after))
    return Wanted(rungs, hold, grace, down.by, down.at, percent)


def _span(span: Span, lang: Lang) -> str:
    """A length of time as a scheme may write it in this language."""
    return f"{span.n}{'天' if span.unit == 'days' else '个月'}" if lang == "zh" else str(span)
