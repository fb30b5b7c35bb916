"""Coming in and going out, the first administrator, and how pages are for somebody."""

from __future__ import annotations

import hmac
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.transaction import atomic
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from custrata.web import people, second
from custrata.web.access import Can, Role
from custrata.web.faults import locked_out
from custrata.web.middleware import LANGUAGE
from custrata.web.models import Member, Token
from custrata.web.page import Request, page
from custrata.web.password import knows_password
from custrata.web.refusals import refused
from custrata.web.show import show
from custrata.web.site import has_administrator, site
from custrata.web.trail import record
from custrata.web.welcome import welcome_token

_YEAR = 60 * 60 * 24 * 365


@page("login/", can=None, methods=("GET", "POST"), name="login")
def log_in(request: Request) -> HttpResponse:
    """A name and a password; five wrong ones lock the name out for a while."""
    if not has_administrator():
        return HttpResponseRedirect("/welcome/")
    wrong = False
    target = request.POST.get("next") or request.GET.get("next") or "/"
    if request.method == "POST":
        name = request.POST.get("username", "").replace("\x00", "").strip()
        user = authenticate(request, username=name, password=request.POST.get("password", ""))
        if user is not None and second.is_on(user):
            second.halfway(request, user, target)
            return HttpResponseRedirect("/login/code/")
        if user is not None:
            return _in(request, user, target)
        if getattr(request, "axes_locked_out", False):
            refused("locked out", name, request)
            return locked_out(request)
        refused("log in refused", name, request)
        wrong = True
    return show(request, "login.html.j2", {"wrong": wrong, "next": target}, status=401 if wrong else 200)


@page("login/code/", can=None, methods=("GET", "POST"))
def code(request: Request) -> HttpResponse:
    """The second factor of somebody whose password was right, within five minutes."""
    halfway = second.who_is_halfway(request)
    if halfway is None:
        return HttpResponseRedirect("/login/")
    user, target = halfway
    wrong = request.method == "POST"
    if wrong and second.accepts(user, request.POST.get("code", "")):
        del request.session[second.HALFWAY]
        return _in(request, user, target)
    if wrong:
        refused("code refused", user.get_username(), request)
    return show(request, "code.html.j2", {"wrong": wrong}, status=401 if wrong else 200)


def _in(request: Request, user: Any, target: str) -> HttpResponse:
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    record(user.get_username(), "log in", user.get_username())
    return HttpResponseRedirect(target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else "/")


@page("logout/", can=None, methods=("POST",), name="logout")
def log_out(request: Request) -> HttpResponse:
    logout(request)
    return HttpResponseRedirect("/login/")


@page("language/", can=None, methods=("POST",))
def language(request: Request) -> HttpResponse:
    """The language of who has not logged in."""
    back = request.POST.get("next", "/login/")
    answer = HttpResponseRedirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "/login/")
    chosen = "en" if request.POST.get("language") == "en" else "zh"
    secure = settings.SESSION_COOKIE_SECURE
    answer.set_cookie(LANGUAGE, chosen, max_age=_YEAR, samesite="Lax", httponly=True, secure=secure)
    return answer


@page("welcome/", can=None, methods=("GET", "POST"))
def welcome(request: Request) -> HttpResponse:
    """The first visit: whoever holds the token that `custrata serve` printed becomes the administrator."""
    if has_administrator():
        return HttpResponseRedirect("/")
    given = request.POST.get("token") or request.GET.get("token", "")
    holds = hmac.compare_digest(given.encode(), welcome_token(site().workspace.home).encode())
    said: list[str] = []
    name = request.POST.get("username", "").strip()
    if request.method == "POST" and holds:
        said = _refusals(request, User(username=name))
        if not said:
            lang = getattr(request, "lang", "zh")
            user = _made(name, request.POST["password"], Role.ADMINISTRATOR, lang)
            login(request, user, backend="django.contrib.auth.backends.ModelBackend")
            record(name, "first administrator", name)
            return HttpResponseRedirect("/")
    values = {"holds": holds, "token": given, "said": said, "username": name}
    return show(request, "welcome.html.j2", values, status=200 if holds or request.method == "GET" else 403)


@page("account/", can=Can.LOOK, methods=("GET", "POST"))
def account(request: Request) -> HttpResponse:
    """Language, time zone, light or dark, and the password. A new one ends all sessions but this, and the tokens if
    that is ticked."""
    member, said, done = request.user.member, [], ""
    if request.method == "POST" and "password" in request.POST:
        said = _refusals(request, request.user) if knows_password(request, "old") else ["old"]
        if not said:
            request.user.set_password(request.POST["password"])
            with atomic():
                request.user.save()
                record(request.sight.name, "change password", request.sight.name)
                if "tokens" in request.POST:
                    people.end_tokens(request.user, request.sight.name, "password changed")
            update_session_auth_hash(request, request.user)
            done = "password"
    elif request.method == "POST":
        member.language = "en" if request.POST.get("language") == "en" else "zh"
        member.theme = request.POST.get("theme", "") if request.POST.get("theme") in ("light", "dark") else ""
        zone = request.POST.get("timezone", "")
        member.timezone = zone if zone in available_timezones() else member.timezone
        member.save()
        return HttpResponseRedirect("/account/")
    tokens = Token.objects.filter(user=request.user, revoked_at=None).count()
    values = {
        "member": member, "zones": sorted(available_timezones()), "said": said, "done": done, "tokens": tokens,
    }  # fmt: skip
    return show(request, "account.html.j2", values, status=400 if said else 200)


@page("account/second/", can=Can.LOOK, methods=("GET", "POST"))
def second_factor(request: Request) -> HttpResponse:
    """Puts a second factor into force, or takes one's own away, for which the password is asked once more."""
    on, codes, wrong = second.is_on(request.user), None, False
    if request.method == "POST" and on:
        if knows_password(request, "password"):
            second.take_away(request.user, request.sight.name)
            return HttpResponseRedirect("/account/")
        wrong = True
    elif request.method == "POST":
        codes = second.confirm(request.user, request.POST.get("code", ""))
        wrong, on = codes is None, codes is not None
    device = None if on else second.begin(request.user)
    values = {
        "on": on, "codes": codes, "wrong": wrong, "qr": second.picture(device) if device else "",
        "secret": second.secret_text(device) if device else "",
    }  # fmt: skip
    return show(request, "second.html.j2", values, status=400 if wrong else 200)


def _refusals(request: Request, user: Any) -> list[str]:
    """Why a new password or name cannot be, in the reader's language; Django says what is wrong with a password."""
    password, again = request.POST.get("password", ""), request.POST.get("again", "")
    if not user.username:
        return ["name"]
    if password != again:
        return ["again"]
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [str(m) for m in error.messages]
    return []


def _made(name: str, password: str, role: Role, lang: str) -> Any:
    with atomic():
        user = User.objects.create_user(name, password=password)
        Member.objects.create(user=user, role=role.value, language=lang)
    return user
