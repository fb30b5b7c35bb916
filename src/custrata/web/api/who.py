"""Who asks: a program with a token, or a browser with a session; whether they may, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ninja.security import HttpBearer
from ninja.security.session import SessionAuth
from ninja.throttling import SimpleRateThrottle

from custrata.core.errors import CustrataError, Problem
from custrata.web.access import WHOLE, Can
from custrata.web.middleware import sight_of
from custrata.web.people import owner_of


@dataclass(frozen=True)
class Asks:
    """What an operation asks of whoever sends it: a permission, and perhaps that they see all customers. `most` is how
    many bytes a body may have. It is looked at before anything of the request is read."""

    can: Can
    everybody: bool
    most: int

    def admit(self, request: Any) -> None:
        """Errors: E-WEB-001 without the permission; E-WEB-077 for who sees some customers only."""
        if not request.sight.whole and (self.everybody or self.can in WHOLE):
            raise CustrataError(Problem("E-WEB-077", "", {}))
        if not request.sight.may(self.can):
            raise CustrataError(Problem("E-WEB-001", "", {}))
        request.most = self.most


class Token(HttpBearer):
    """`Authorization: Bearer cst_…`; what the token may be used for goes with the request."""

    openapi_name = "token"

    def __init__(self, asks: Asks) -> None:
        super().__init__()
        self._asks = asks

    def authenticate(self, request: Any, token: str) -> Any:
        found = owner_of(token)
        if found is None:
            return None
        request.sight = sight_of(found.user, found.allowed)
        if request.sight is None:
            return None
        request.lang = request.sight.lang
        request.asker = f"token {found.token}"
        self._asks.admit(request)
        return found.user


class Session(SessionAuth):
    """The session of a browser; a change has to carry its CSRF token."""

    openapi_name = "session"

    def __init__(self, asks: Asks) -> None:
        super().__init__()
        self._asks = asks

    def authenticate(self, request: Any, key: str | None) -> Any:
        if getattr(request, "sight", None) is None:
            return None
        request.asker = f"user {request.user.pk}"
        self._asks.admit(request)
        return request.user


class Rate(SimpleRateThrottle):
    """So many requests a user, whatever tokens they have; counted in this process."""

    scope = "api"

    def get_cache_key(self, request: Any) -> str:
        return f"rate-{request.sight.name if getattr(request, 'sight', None) else request.META.get('REMOTE_ADDR')}"
