"""Administration: who may come in, as what, and what each of them did."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.customers.asked import condition, limited
from custrata.web import people, refusals, second, shown_once
from custrata.web.access import GRANTS, Can, Role
from custrata.web.mends import problems_told
from custrata.web.models import Token
from custrata.web.page import Request, page
from custrata.web.paging import pages
from custrata.web.password import knows_password
from custrata.web.reading import has_run
from custrata.web.rule_sayings import scope_example
from custrata.web.show import show
from custrata.web.trail import record, search
from custrata.web.trail_words import OF_CUSTOMERS, detail_words, subject_word, verb_word, verbs

#: Days that a token lasts, as can be chosen; 0 is for good.
_LASTS = (30, 90, 365, 0)
_ENTRIES = 100
_LISTED = 100


@page("admin/", can=Can.ADMIN, nav=90)
def admin(request: Request) -> HttpResponse:
    """Everybody who has an account."""
    users = User.objects.select_related("member").filter(member__isnull=False).order_by("username")
    at = pages(request, users.count(), _LISTED)
    return show(request, "admin.html.j2", {"users": at.part(users), "at": at})


@page("admin/users/new/", can=Can.ADMIN, methods=("GET", "POST"))
def new_user(request: Request) -> HttpResponse:
    if request.method == "GET":
        return _form(request, None)
    wanted = _wanted(request, request.POST.get("username", ""))
    try:
        _require_scope(request, wanted.scope)
        people.add(wanted, request.sight.name)
    except CustrataError as error:
        return _form(request, None, error, wanted)
    return HttpResponseRedirect("/admin/")


@page("admin/users/<int:id>/", can=Can.ADMIN, methods=("GET", "POST"))
def user(request: Request, id: int) -> HttpResponse:
    found = User.objects.select_related("member").filter(pk=id, member__isnull=False).first()
    if found is None:
        raise CustrataError(Problem("E-WEB-002", "", {}))
    if request.method == "GET":
        return _form(request, found)
    wanted = _wanted(request, found.get_username())
    try:
        _require_scope(request, wanted.scope)
        people.change(found, wanted, request.sight.name)
    except CustrataError as error:
        return _form(request, found, error, wanted)
    return HttpResponseRedirect("/admin/")


@page("admin/scope/", can=Can.ADMIN, part=True)
def scope(request: Request) -> HttpResponse:
    """How many customers somebody with this scope would see."""
    said = request.GET.get("scope", "")
    if not said.strip() or not has_run():
        return show(request, "parts/scope.html.j2", {"n": None})
    return show(request, "parts/scope.html.j2", {"n": limited(request.result(), said).totals.customers})


@page("admin/trail/", can=Can.ADMIN, whole=True)
def trail(request: Request) -> HttpResponse:
    """Who saw, exported and changed what, the newest first."""
    asked = {key: request.GET.get(key, "").strip() for key in ("who", "verb", "subject", "first", "last")}
    before = request.GET.get("before", "")
    refusals.settle()
    entries = search(**asked, before=int(before) if before.isdecimal() and len(before) < 19 else None, limit=_ENTRIES)
    older = entries[-1].id if len(entries) == _ENTRIES else None
    lang = request.sight.lang
    values = {
        "entries": entries, "asked": asked, "older": older, "verbs": verbs(lang),
        "verb_word": lambda v: verb_word(v, lang), "subject_word": lambda s: subject_word(s, lang),
        "detail_words": lambda d: detail_words(d, lang), "of_customers": OF_CUSTOMERS,
    }  # fmt: skip
    return show(request, "trail.html.j2", values)


@page("tokens/", can=Can.LOOK, methods=("GET", "POST"))
def tokens(request: Request) -> HttpResponse:
    """The reader's own API tokens; an administrator sees everybody's. A new one asks for the password: it works for
    longer than the session that made it, and is shown once, on the page that follows."""
    problems, status, wrong = list[dict[str, Any]](), 200, False
    if request.method == "POST" and not knows_password(request, "password"):
        status, wrong = 400, True
    elif request.method == "POST":
        lasts = request.POST.get("lasts", "")
        days = int(lasts) if lasts in map(str, _LASTS) else _LASTS[1]
        expires = timezone.now() + timedelta(days=days) if days else None
        try:
            _, made = people.give_token(
                request.user, request.POST.get("name", ""), request.POST.getlist("scopes"), expires
            )
            return shown_once.leave(request, HttpResponseRedirect("/tokens/"), made, "/tokens/")
        except CustrataError as error:
            problems, status = problems_told(error, request.sight.lang), 400
    mine = Token.objects.select_related("user").order_by("-id")
    if not request.sight.may(Can.ADMIN):
        mine = mine.filter(user=request.user)
    at = pages(request, mine.count(), _LISTED)
    values = {
        "tokens": at.part(mine), "at": at, "problems": problems,
        "made": "" if request.method == "POST" else shown_once.take(request), "lasts": _LASTS, "now": timezone.now(),
        "wrong": wrong, "said": request.POST if status == 400 else QueryDict(),
        "scopes": [c for c in Can if c in GRANTS[request.sight.role]],
    }  # fmt: skip
    return show(request, "tokens.html.j2", values, status=status)


@page("tokens/<int:id>/revoke/", can=Can.LOOK, methods=("POST",))
def revoke(request: Request, id: int) -> HttpResponse:
    found = Token.objects.filter(pk=id).first()
    if found is None or (found.user_id != request.user.pk and not request.sight.may(Can.ADMIN)):
        raise CustrataError(Problem("E-WEB-002", "", {}))
    people.revoke(found, request.sight.name)
    return HttpResponseRedirect("/tokens/")


@page("admin/users/<int:id>/unlock/", can=Can.ADMIN, methods=("POST",))
def unlock(request: Request, id: int) -> HttpResponse:
    """Lets somebody try again at once who was locked out for wrong passwords."""
    from axes.utils import reset

    found = User.objects.filter(pk=id).first()
    if found is None:
        raise CustrataError(Problem("E-WEB-002", "", {}))
    reset(username=found.get_username())
    record(request.sight.name, "unlock user", found.get_username())
    return HttpResponseRedirect(f"/admin/users/{id}/")


@page("admin/users/<int:id>/second/", can=Can.ADMIN, methods=("POST",), name="second_away")
def second_away(request: Request, id: int) -> HttpResponse:
    """For somebody who lost the telephone: the password alone lets them in again."""
    found = User.objects.filter(pk=id).first()
    if found is None:
        raise CustrataError(Problem("E-WEB-002", "", {}))
    second.take_away(found, request.sight.name)
    return HttpResponseRedirect(f"/admin/users/{id}/")


def _wanted(request: Request, name: str) -> people.Wanted:
    role = request.POST.get("role", "")
    return people.Wanted(
        name, Role(role) if role in set(Role) else Role.VIEWER, request.POST.get("scope", "").strip(),
        "en" if request.POST.get("language") == "en" else "zh", request.POST.get("password", ""),
        "active" in request.POST,
    )  # fmt: skip


def _require_scope(request: Request, scope: str) -> None:
    """A scope that cannot be read would shut its user out, or worse: it has to make sense of the current run."""
    if scope and has_run():
        condition(request.result(), scope, "scope")


def _form(
    request: Request, found: Any, error: CustrataError | None = None, wanted: people.Wanted | None = None
) -> HttpResponse:
    told = problems_told(error, request.sight.lang) if error else []
    if wanted is None and found is not None:
        member = found.member
        wanted = people.Wanted(
            found.get_username(), Role(member.role), member.scope, member.language, "", found.is_active
        )
    values = {
        "user": found, "wanted": wanted or people.Wanted("", Role.VIEWER), "roles": list(Role), "problems": told,
        "grants": GRANTS, "every": list(Can), "second": found is not None and second.is_on(found),
        "example": scope_example(request.result(), request.sight.lang) if has_run() else "",
    }  # fmt: skip
    return show(request, "user.html.j2", values, status=400 if told else 200)
