"""A ladder as a form: its levels and conditions, how customers fall, and whom it would place where."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from custrata.core.errors import CustrataError, Problem
from custrata.core.levels.ladder import Ladder
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang
from custrata.usecases.ladder_edit import Rung, Wanted, earned_by, rungs_of, with_ladder
from custrata.usecases.levels.shares import ladder_title
from custrata.web import versions
from custrata.web.access import Can
from custrata.web.page import Request, address, page
from custrata.web.reading import has_run
from custrata.web.show import show
from custrata.web.trail import record

#: Levels that a form may have.
_MOST = 20
_OPTIONS = ("hold", "grace", "fall_by", "fall_at", "brake")
#: What options may be chosen from; the others are typed.
CHOICES = {"fall_by": ("earned", "step"), "fall_at": ("once", "review", "never")}


@page("levels/ladders/<str:name>/", can=Can.LOOK)
def ladder(request: Request, name: str) -> HttpResponse:
    """The form with what it would do; asked by the form itself, the latter alone."""
    base = versions.in_force()
    scheme = Scheme.parse(base.text)
    if name not in scheme.levels:
        raise CustrataError(Problem("E-WEB-081", name, {"name": name}))
    part = bool(request.htmx) and not request.htmx.boosted
    now = _as_it_is(scheme.levels[name], request.sight.lang)
    wanted = _wanted(request.GET, now) if "level" in request.GET else now
    values: dict[str, Any] = {"problems": [], "rows": None, "name": name}
    try:
        text = with_ladder(base.text, name, wanted) if "level" in request.GET else base.text
        if has_run():
            result = request.result()
            values["rows"] = earned_by(result, Scheme.parse(text), name, request.sight.lang)
            values["currency"] = result.scheme.currency
    except CustrataError as error:
        values["problems"] = _told(request, error)
    status = 400 if values["problems"] else 200
    if part:
        return show(request, "parts/ladder_effect.html.j2", values, status=status)
    return _form(request, scheme, name, wanted, values, status)


@page("levels/ladders/<str:name>/save/", can=Can.SCHEME, methods=("POST",), name="ladder_save")
def save(request: Request, name: str) -> HttpResponse:
    """A new version of the scheme with this ladder; who may publish makes it the one in force. What makes no sense
    comes back in the form."""
    base = versions.in_force()
    ladder = Scheme.parse(base.text).levels.get(name)
    if ladder is None:
        raise CustrataError(Problem("E-WEB-081", name, {"name": name}))
    wanted = _wanted(request.POST, _as_it_is(ladder, request.sight.lang))
    try:
        text = with_ladder(base.text, name, wanted)
        Scheme.parse(text)
    except CustrataError as error:
        return _form(request, Scheme.parse(base.text), name, wanted, {"problems": _told(request, error)}, 400)
    made = versions.save(text, request.sight.name, request.POST.get("reason", ""), base)
    record(request.sight.name, "draft scheme", f"version {made.pk}", ladder=name)
    return HttpResponseRedirect(address("scheme_version", id=made.pk))


def _form(
    request: Request, scheme: Scheme, name: str, wanted: Wanted, effect: dict[str, Any], status: int
) -> HttpResponse:  # fmt: skip
    values = {
        "problems": [], "rows": None, "name": name, "wanted": wanted, "choices": CHOICES,
        "title": ladder_title(scheme, name, request.sight.lang), "tab": "levels",
        "known": sorted({*scheme.metrics, *scheme.segments, *scheme.attributes}), **effect,
    }  # fmt: skip
    return show(request, "ladder.html.j2", values, status=status)


def _told(request: Request, error: CustrataError) -> list[dict[str, Any]]:
    return [p.as_json(request.sight.lang) for p in error.problems]


def _wanted(given: Any, now: Wanted) -> Wanted:
    """The levels of a form from the highest down: rows that are to go, and those without a name, are left out; a new
    level stands where its row does."""
    columns = [given.getlist(key)[:_MOST] for key in ("level", "enter", "keep")]
    gone = {g for g in given.getlist("gone") if g.isdecimal()}
    rungs = [
        Rung(level.strip(), enter.strip(), keep.strip())
        for i, (level, enter, keep) in enumerate(zip(*columns, strict=False))
        if level.strip() and str(i) not in gone
    ]
    options = {key: given.get(key, "").strip()[:40] for key in _OPTIONS}
    options = {k: v if k not in CHOICES or v in CHOICES[k] else "" for k, v in options.items()}
    options["brake"] = options["brake"].rstrip("%％ ")
    # What is as it was is not written, also where it is so by default.
    options = {k: "" if v == getattr(now, k) else v for k, v in options.items()}
    if options["brake"]:
        options["brake"] += "%"
    return Wanted(rungs, **options)


def _as_it_is(found: Ladder, lang: Lang) -> Wanted:
    down = found.down
    percent = f"{found.brakes.fall * 100:f}"
    percent = percent.rstrip("0").rstrip(".") if "." in percent else percent
    hold, grace = (str(span) if span.n else "" for span in (down.hold, down.after))
    return Wanted(rungs_of(found, lang), hold, grace, down.by, down.at, percent)
