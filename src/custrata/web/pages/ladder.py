"""A ladder as a form, one that is there or a new one: all that the scheme says of it, and what it would make of the
customers before anything is saved."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang
from custrata.locale import text as text_in
from custrata.usecases.condition_labels import attributes_of, names_called, typed
from custrata.usecases.ladder_form import CHOICES, OPTIONS, form_of
from custrata.usecases.ladder_new import templates, with_new_ladder
from custrata.usecases.ladder_preview import preview_ladder
from custrata.usecases.levels.moved import level_words
from custrata.usecases.levels.shares import ladder_title
from custrata.usecases.scheme_diff import changes, diff
from custrata.usecases.scheme_words import changes_told
from custrata.web import versions
from custrata.web.access import Can
from custrata.web.by_hand import by_hand
from custrata.web.ladder_asked import Asked, begun, given, text_of, there
from custrata.web.ladder_fields import beside, fields, moved, perks_of
from custrata.web.mends import problems_told
from custrata.web.page import Request, address, page
from custrata.web.reading import has_run
from custrata.web.show import show
from custrata.web.spend import spend_of
from custrata.web.trail import record

#: Fields of the part that is folded: it is open where one of them is other than usual, or wrong.
_RARE = ("rise_by", "refund", "new_level_of", "new_for", "label", "score", "called")


@page("levels/ladders/<str:name>/", can=Can.LOOK, methods=("GET", "POST"))
def ladder(request: Request, name: str) -> HttpResponse:
    """The form with what it would do; asked by the form itself, the latter alone. A button that moves or adds a level
    sends the form here: nothing is saved by that."""
    return _answer(request, there(request, name))


@page("levels/ladders/<str:name>/save/", can=Can.SCHEME, methods=("POST",), name="ladder_save")
def save(request: Request, name: str) -> HttpResponse:
    """A new version of the scheme with this ladder; who may publish makes it the one in force. What makes no sense
    comes back in the form."""
    return _saved(request, there(request, name))


@page("levels/new/", can=Can.SCHEME, methods=("GET", "POST"), name="ladder_new")
def new(request: Request) -> HttpResponse:
    """The same form of a ladder that is not there yet: begun from a template (`?template=`) with the company's own
    numbers, shown with whom it would place where."""
    return _answer(request, begun(request))


@page("levels/new/save/", can=Can.SCHEME, methods=("POST",), name="ladder_begin")
def begin(request: Request) -> HttpResponse:
    """A draft of the scheme with the new ladder."""
    return _saved(request, begun(request))


def _saved(request: Request, asked: Asked) -> HttpResponse:
    try:
        text = text_of(asked, request.sight.lang)
    except CustrataError as error:
        return _form(request, asked, _effect(request, asked, False, error.problems), 400)
    made = versions.save(text, request.sight.name, request.POST.get("reason", ""), asked.base)
    record(request.sight.name, "draft scheme", f"version {made.pk}", ladder=asked.name)
    return HttpResponseRedirect(address("scheme_version", id=made.pk))


def _answer(request: Request, asked: Asked) -> HttpResponse:
    part = bool(request.htmx) and not request.htmx.boosted
    effect = _effect(request, asked, part)
    status = 400 if effect["refused"] else 200
    if part:
        return show(request, "ladder_effect.html.j2", effect, status=status)
    return _form(request, asked, effect, status)


def _effect(request: Request, asked: Asked, part: bool, problems: Sequence[Problem] = ()) -> dict[str, Any]:
    """What the ladder would make of the customers, what it changes in the text, and what is wrong with it by field: of
    the page that is there, or (not `part`) of the one that is drawn anew."""
    lang, said = request.sight.lang, given(request)
    values: dict[str, Any] = {"seen": None, "lines": [], "words_told": [], "sums": (0, 0), "part": part}
    refused = bool(problems)
    if not refused:
        try:
            text = text_of(asked, lang)
            lines = diff(asked.in_force, text)
            told = changes_told(asked.in_force, text, lang) if lines else []
            values |= {"lines": lines, "sums": changes(lines), "words_told": told}
        except CustrataError as error:
            problems, refused = error.problems, True
    if not refused and has_run():
        try:
            result = request.result()
            seen = preview_ladder(result, Scheme.parse(text), asked.name, lang, by_hand(result))
            values |= {"seen": seen, "currency": result.scheme.currency, "spend": spend_of(result, seen.spend, lang)}
        except CustrataError as error:
            # It makes sense, though the run cannot tell what it would do: it can be saved.
            problems = error.problems
    rows = [n.strip() for n in said.getlist("level")] if part else [r.name for r in asked.wanted.rungs]
    found = beside(problems, asked.name, rows, said.get("new_level", "").strip())
    general = problems_told(found.pop("", []), lang)
    wrong = {key: problems_told((_called(p, key, lang) for p in own), lang) for key, own in found.items()}
    own = fields(len(rows), new=asked.template is not None)
    values |= {"problems": general, "wrong": wrong, "fields": own, "has_run": has_run(), "refused": refused}
    return values


def _form(request: Request, asked: Asked, effect: dict[str, Any], status: int) -> HttpResponse:
    lang, said, scheme = request.sight.lang, given(request), Scheme.parse(asked.text)
    own = names_called(scheme, lang)
    values = {
        **effect, "name": asked.name, "wanted": asked.wanted, "choices": CHOICES, "tab": "levels",
        "moved": moved(said, len(asked.wanted.rungs)), "perks": perks_of(said) or asked.wanted.benefits,
        "template": asked.template, "kinds": _kinds(request, asked) if asked.template else [],
        "title": ladder_title(scheme, asked.name, lang), "known": _words(scheme, lang),
        "numbers": [(n, own[n]) for n, m in scheme.metrics.items() if m.unit not in ("date", "text")],
        "begun_from": asked.base.pk if asked.base.text != asked.in_force else None,
        "typed_name": said.get("name", asked.name), "open": _rare(asked, effect),
    }  # fmt: skip
    return show(request, "ladder.html.j2", values, status=status)


def _called(problem: Problem, field: str, lang: Lang) -> Problem:
    """The problem with the field under the name that it has in the form, in place of its key in the scheme."""
    key = field.partition("-")[0]
    known = {"enter": "web_levels.enter", "keep": "web_levels.keep"}
    label = known.get(key.removeprefix("new_")) or (f"web_ladder.{key}" if key in OPTIONS else None)
    at = {"E-SCHEME-013": "name", "E-SCHEME-037": "key", "E-SCHEME-005": "key"}.get(problem.code)
    if label is None or at is None:
        return problem
    return replace(problem, values={**problem.values, at: text_in(label, lang)})


def _rare(asked: Asked, effect: dict[str, Any]) -> bool:
    """Whether the folded part says something."""
    usual = {"rise_by": "earned", "refund": "at review", "new_level_of": "earned", "new_for": ""}
    wanted = asked.wanted
    told = any(wanted.options.get(k, v) != v for k, v in usual.items()) or wanted.zh or wanted.en or wanted.score
    return bool(told) or any(key.partition("-")[0] in _RARE for key in effect["wrong"])


def _kinds(request: Request, asked: Asked) -> list[dict[str, Any]]:
    """The templates that the company's numbers allow, each with its levels, what they take and how many they would
    hold; null where the run cannot tell that."""
    lang, result, found = request.sight.lang, request.result(), []
    for kind in templates(Scheme.parse(asked.base.text), result):
        scheme = Scheme.parse(with_new_ladder(asked.base.text, asked.name, result, kind))
        rungs = form_of(scheme, asked.name, lang).rungs
        held: dict[str, int] = {}
        with suppress(CustrataError):  # a metric means something else since the run: the form says so
            told = preview_ladder(result, scheme, asked.name, lang)
            held = {c.label: c.will[0] for c in told.preview.classes if c.will is not None}
        words = level_words(scheme.levels[asked.name], lang)
        levels = [(words[r.name], r.enter, held.get(words[r.name])) for r in rungs]
        found.append({"key": kind, "levels": levels})
    return found


def _words(scheme: Scheme, lang: Lang) -> list[tuple[str, list[tuple[str, str]]]]:
    """What conditions may name: (kind, [(what it is called, how that is typed)])."""
    labels, how = names_called(scheme, lang), typed(scheme, lang)
    # A name that both have means the segment.
    told = [n for n in attributes_of(scheme) if n not in scheme.metrics and n not in scheme.segments]
    kinds = (("metrics", scheme.metrics), ("segments", scheme.segments), ("attributes", told))
    return [(kind, [(labels[n], how.get(n, n)) for n in names]) for kind, names in kinds if names]
