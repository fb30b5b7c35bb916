"""The scheme: its text with checking as one types, its versions, and the way of one into force and back."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang
from custrata.usecases.ladder_preview import preview_ladders
from custrata.usecases.levels.shares import ladder_title
from custrata.usecases.look import Result
from custrata.usecases.preview import preview_scheme
from custrata.usecases.scheme_diff import changes, diff
from custrata.usecases.scheme_words import changes_told, title_of
from custrata.web import versions
from custrata.web.access import Can
from custrata.web.by_hand import by_hand
from custrata.web.jobs import ask
from custrata.web.models import Version
from custrata.web.page import Request, address, page
from custrata.web.paging import pages
from custrata.web.reading import has_run
from custrata.web.show import show
from custrata.web.site import site
from custrata.web.spend import spend_of
from custrata.web.trail import record

_LISTED = 100


@page("scheme/", can=Can.LOOK, nav=60)
def scheme(request: Request) -> HttpResponse:
    """The text in force, or a version that somebody goes on with (`?from=`), to be read or edited."""
    if not versions.there():
        return show(request, "empty.html.j2")
    now = versions.in_force()
    begun = request.GET.get("from", "")
    base = versions.version(_number(begun)) if begun else now
    drafts = versions.drafts_over(now).order_by("-id")
    values = {
        "now": now, "base": base, "text": base.text, "problems": _problems(request, base.text),
        "drafts": list(drafts[:_LISTED]), "stale": _stale(now), "ladders": _ladders(base.text, request.sight.lang),
    }  # fmt: skip
    return show(request, "scheme/text.html.j2", values)


@page("scheme/check/", can=Can.SCHEME, methods=("POST",))
def scheme_check(request: Request) -> HttpResponse:
    """What is wrong with a text, while it is being typed."""
    text = versions.plain_lines(request.POST.get("text", ""))
    return show(request, "scheme/checked.html.j2", {"problems": _problems(request, text)})


@page("scheme/save/", can=Can.SCHEME, methods=("POST",))
def scheme_save(request: Request) -> HttpResponse:
    """Keeps a text as a draft, sound or not."""
    base = versions.version(_number(request.POST.get("base", "")))
    made = versions.save(request.POST.get("text", ""), request.sight.name, request.POST.get("reason", ""), base)
    record(request.sight.name, "draft scheme", f"version {made.pk}", reason=made.reason)
    return HttpResponseRedirect(address("scheme_version", id=made.pk))


@page("scheme/history/", can=Can.LOOK)
def scheme_history(request: Request) -> HttpResponse:
    """All versions, and what parts any two of them (`?a=`, `?b=`)."""
    if not versions.there():
        return show(request, "empty.html.j2")
    now = versions.in_force()
    at = pages(request, Version.objects.count(), _LISTED)
    listed = list(at.part(Version.objects.select_related("base").order_by("-id")))
    chosen = [request.GET.get(side, "") for side in ("a", "b")]
    lines = None
    if all(chosen):
        lines = diff(*(versions.version(_number(c)).text for c in chosen))
    values = {"now": now, "versions": listed, "at": at, "lines": lines, "a": chosen[0], "b": chosen[1]}
    return show(request, "scheme/history.html.j2", values)


@page("scheme/versions/<int:id>/", can=Can.LOOK)
def scheme_version(request: Request, id: int) -> HttpResponse:
    """One version beside the one in force, and what may be done with it."""
    found, now = versions.version(id), versions.in_force()
    against = now if found.pk != now.pk else found.base
    lines = diff(against.text, found.text) if against is not None else []
    values = {
        "version": found, "now": now, "against": against, "lines": lines, "sums": changes(lines),
        "told": changes_told(against.text, found.text, request.sight.lang) if against is not None else [],
        "problems": _problems(request, found.text), "draft": found.published_at is None,
        "passed": found.published_at is None and found.base_id != now.pk, "stale": _stale(now),
        "may_drop": found.published_at is None and _may_drop(request, found),
        "plan_next": found.pk == now.pk and _stale(now) and _plan_next(found.text, request.sight.lang),
        "forms": _changed_ladders(found.text, now.text, request.sight.lang) if found.published_at is None else [],
    }  # fmt: skip
    return show(request, "scheme/version.html.j2", values)


@page("scheme/versions/<int:id>/preview/", can=Can.LOOK, part=True)
def scheme_preview(request: Request, id: int) -> HttpResponse:
    """Who would be in another class: the part of a version's page that takes longest."""
    text = versions.version(id).text
    if not has_run():
        return show(request, "scheme/preview.html.j2", {"preview": None})
    result = request.result()
    try:
        wanted = Scheme.parse(text)
    except CustrataError:
        return show(request, "scheme/preview.html.j2", {"preview": None})
    lang = request.sight.lang
    seen = preview_scheme(result, wanted, lang)
    values = {
        "preview": seen, "currency": result.scheme.currency, "as_of": result.as_of,
        "ladders": preview_ladders(result, wanted, lang, by_hand(result)) if seen.levels and not seen.facts else [],
        "spend": lambda name, metric=None: spend_of(result, metric or _spend_of(result, name), lang),
        "title": lambda name: title_of(wanted if name in wanted.segments else result.scheme, name, lang),
    }  # fmt: skip
    return show(request, "scheme/preview.html.j2", values)


@page("scheme/versions/<int:id>/publish/", can=Can.PUBLISH, methods=("POST",))
def scheme_publish(request: Request, id: int) -> HttpResponse:
    """Makes a draft the scheme in force, or an older version again, as a new one."""
    found, who = versions.version(id), request.sight.name
    if found.published_at is None:
        made = versions.publish(found, who)
        record(who, "publish scheme", f"version {made.pk}", by=found.who, reason=made.reason)
    else:
        made = versions.back_to(found, who, request.POST.get("reason", ""))
        record(who, "roll back scheme", f"version {made.pk}", to=found.pk, reason=made.reason)
    return HttpResponseRedirect(address("scheme_version", id=made.pk))


@page("scheme/versions/<int:id>/renew/", can=Can.SCHEME, methods=("POST",))
def scheme_renew(request: Request, id: int) -> HttpResponse:
    """Takes a draft that was passed by another version over to the one in force."""
    made = versions.over_now(versions.version(id), request.sight.name)
    record(request.sight.name, "draft scheme", f"version {made.pk}", reason=made.reason)
    return HttpResponseRedirect(address("scheme_version", id=made.pk))


@page("scheme/versions/<int:id>/drop/", can=Can.LOOK, methods=("POST",))
def scheme_drop(request: Request, id: int) -> HttpResponse:
    """Puts a draft away that is to come to nothing, or takes it up again: one's own, or anybody's for who publishes."""
    found, dropped = versions.version(id), request.POST.get("dropped") == "1"
    if not _may_drop(request, found):
        raise CustrataError(Problem("E-WEB-001", f"#{id}", {}))
    if versions.drop(found, dropped):
        record(request.sight.name, "drop draft" if dropped else "take up draft", f"version {id}", by=found.who)
    return HttpResponseRedirect(address("scheme_version", id=id))


@page("scheme/run/", can=Can.DATA, methods=("POST",))
def scheme_run(request: Request) -> HttpResponse:
    """Asks for a run under the scheme in force."""
    if request.POST.get("run") != "1":
        raise CustrataError(Problem("E-WEB-011", "", {}))
    if request.sight.scope.strip():
        raise CustrataError(Problem("E-WEB-040", "", {}))
    return HttpResponseRedirect(address("job", id=ask("run", request.sight.name).pk))


def _spend_of(result: Result, name: str) -> str:
    """The money that is shown beside a segment."""
    return result.scheme.basis("monetary", name if name in result.scheme.segments else None)


def _may_drop(request: Request, found: Any) -> bool:
    own = found.who == request.sight.name and request.sight.may(Can.SCHEME)
    return own or request.sight.may(Can.PUBLISH)


def _number(said: str) -> int:
    if not said.isdecimal() or len(said) > 18:
        raise CustrataError(Problem("E-WEB-037", said[:40], {}))
    return int(said)


def _problems(request: Request, text: str) -> list[dict[str, Any]]:
    """Every problem of a text, with its line."""
    try:
        Scheme.parse(text)
    except CustrataError as error:
        return [{**p.as_json(request.sight.lang, web=True), "line": _line(p.place)} for p in error.problems]
    return []


def _line(place: str) -> int | None:
    match = re.search(r":(\d+)", place)
    return int(match[1]) if match else None


def _ladders(text: str, lang: Lang) -> list[tuple[str, str]]:
    """The ladders that have a form, with what they are called; none while the scheme cannot be read."""
    try:
        found = Scheme.parse(text)
    except CustrataError:
        return []
    return [(name, ladder_title(found, name, lang)) for name in found.levels]


def _plan_next(text: str, lang: Lang) -> bool:
    """Whether the levels of a version are others than those of the published run: then a plan comes next."""
    return bool(_changed_ladders(text, site().workspace.run().record["scheme"]["text"], lang))


def _changed_ladders(text: str, now: str, lang: Lang) -> list[tuple[str, str]]:
    """The ladders that a version changes, which can be gone on with in their forms."""
    try:
        found, ours = Scheme.parse(text).levels, Scheme.parse(now).levels
    except CustrataError:
        return []
    return [(name, title) for name, title in _ladders(text, lang) if ours.get(name) != found[name]]


def _stale(now: Any) -> bool:
    """Whether the published run was made under another scheme than the one in force."""
    return has_run() and site().workspace.run().record["scheme"]["text"].strip() != now.text.strip()
