"""Around every page: who sees it, in which language, and what the browser may do with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone, translation

from custrata.locale import Lang
from custrata.web.access import Can, Role, Sight
from custrata.web.reading import leases
from custrata.web.settings import CONTENT_SECURITY_POLICY

#: The cookie that remembers the language of who has not logged in.
LANGUAGE = "custrata_language"


class Headers:
    """Nothing is run that is not ours, and nothing of a customer is left in a cache."""

    def __init__(self, answer: Callable[[Any], Any]) -> None:
        self._answer = answer

    def __call__(self, request: Any) -> Any:
        response = self._answer(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class Seeing:
    """`request.sight`, and `request.result()`, which is let go when the page is drawn."""

    def __init__(self, answer: Callable[[Any], Any]) -> None:
        self._answer = answer

    def __call__(self, request: Any) -> Any:
        request.sight = _sight(request)
        lang = request.sight.lang if request.sight is not None else preferred(request)
        request.lang = lang
        with translation.override("zh-hans" if lang == "zh" else "en"), leases(request):
            if request.sight is not None:
                with timezone.override(request.sight.timezone):
                    return self._answer(request)
            return self._answer(request)


def _sight(request: Any) -> Sight | None:
    return sight_of(request.user) if request.user.is_authenticated else None


def sight_of(user: Any, allowed: frozenset[Can] | None = None) -> Sight | None:
    """How a user sees the workspace; null for one whom nobody gave a role."""
    member = getattr(user, "member", None)
    if member is None:
        return None
    lang: Lang = "en" if member.language == "en" else "zh"
    return Sight(
        user.get_username(), Role(member.role), lang, member.timezone, member.scope, member.theme, allowed
    )


def preferred(request: Any) -> Lang:
    """The language of who has not logged in: as chosen, else as the browser asks, else that of the workspace."""
    chosen = request.COOKIES.get(LANGUAGE)
    if chosen in ("zh", "en"):
        return "zh" if chosen == "zh" else "en"
    for part in request.META.get("HTTP_ACCEPT_LANGUAGE", "").split(","):
        code = part.split(";")[0].strip().lower()
        if code.startswith("zh"):
            return "zh"
        if code.startswith("en"):
            return "en"
    return "zh"
