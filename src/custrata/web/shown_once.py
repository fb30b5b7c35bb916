"""What is shown once, on the page after the one that made it: a reload of that page neither makes nor shows it again.

It waits in two halves, each of them noise without the other: one in the session, which lies in the database, the other
in a cookie of this browser. So it stands nowhere in full, and in no address.
"""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from typing import Any

from django.conf import settings
from django.http import HttpResponse

_KEPT, _COOKIE = "shown_once", "custrata_once"
_SECONDS = 300


def leave(request: Any, answer: HttpResponse, said: str, path: str) -> HttpResponse:
    """Keeps something for the next page at this path."""
    plain = said.encode()
    pad = secrets.token_bytes(len(plain))
    request.session[_KEPT] = b64encode(_mixed(plain, pad)).decode()
    answer.set_cookie(
        _COOKIE, b64encode(pad).decode(), max_age=_SECONDS, path=path, httponly=True, samesite="Strict",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )  # fmt: skip
    return answer


def take(request: Any) -> str:
    """What was left for this browser, and only once; empty where nothing was."""
    kept, pad = request.session.pop(_KEPT, ""), request.COOKIES.get(_COOKIE, "")
    try:
        mixed, other = b64decode(kept), b64decode(pad)
        return _mixed(mixed, other).decode() if mixed and len(mixed) == len(other) else ""
    except ValueError:
        return ""


def _mixed(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))
