"""Who asks: a program with a token, or a browser with a session; and how often they may."""

from __future__ import annotations

from typing import Any

from ninja.security import HttpBearer
from ninja.security.session import SessionAuth
from ninja.throttling import SimpleRateThrottle

from custrata.web.middleware import sight_of
from custrata.web.people import owner_of


class Token(HttpBearer):
    """`Authorization: Bearer cst_…`; what the token may be used for goes with the request."""

    openapi_name = "token"

    def authenticate(self, request: Any, token: str) -> Any:
        found = owner_of(token)
        if found is None:
            return None
        user, allowed = found
        request.sight = sight_of(user, allowed)
        if request.sight is None:
            return None
        request.lang = request.sight.lang
        return user


class Session(SessionAuth):
    """The session of a browser; a change has to carry its CSRF token."""

    openapi_name = "session"

    def authenticate(self, request: Any, key: str | None) -> Any:
        return request.user if getattr(request, "sight", None) is not None else None


class Rate(SimpleRateThrottle):
    """So many requests a user, whatever tokens they have; counted in this process."""

    scope = "api"

    def get_cache_key(self, request: Any) -> str:
        return f"rate-{request.sight.name if getattr(request, 'sight', None) else request.META.get('REMOTE_ADDR')}"
