"""What a program sends: so many bytes of JSON and no more, numbers as they are written, nothing that is no text."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http.request import RawPostDataException, UnreadablePostError
from ninja.parser import Parser
from ninja.renderers import JSONRenderer

from custrata.core.errors import CustrataError, Problem

#: Bytes of a body, where an operation says nothing else.
USUAL = 1 << 20


class Json(Parser):
    """Bodies of operations. A number with a point is a decimal, so that money loses nothing on the way."""

    def parse_body(self, request: Any) -> Any:
        return parsed(request)


class Plain(JSONRenderer):
    """Answers, with Chinese as people read it."""

    json_dumps_params = {"ensure_ascii": False}


def whole(request: Any) -> bytes:
    """The bytes of the body. Errors: E-WEB-065 more than may be; E-WEB-068 the connection broke off."""
    if not hasattr(request, "_body"):
        most = getattr(request, "most", USUAL)
        if int(request.META.get("CONTENT_LENGTH") or 0) > most:
            raise too_large(most)
        try:
            request._body = request.read(most + 1)  # Django's own bound is one for all requests
        except (UnreadablePostError, OSError):
            raise _no_json("") from None
        if len(request._body) > most:
            raise too_large(most)
    try:
        return bytes(request.body)
    except (RequestDataTooBig, RawPostDataException):
        raise too_large(USUAL) from None


def parsed(request: Any) -> Any:
    """The body as values. Errors: E-WEB-065, E-WEB-066 another content type; E-WEB-068 no JSON."""
    kind = (request.content_type or "").lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise CustrataError(Problem("E-WEB-066", "Content-Type", {"value": kind[:80] or "–"}))
    data = whole(request)
    try:
        return json.loads(data, parse_float=Decimal, parse_constant=_refused)
    except RecursionError:
        raise _no_json("nested too deeply") from None
    except ValueError as error:  # no UTF-8, no JSON, a number of thousands of digits
        raise _no_json(str(error)[:120]) from None


def too_large(most: int) -> CustrataError:
    return CustrataError(Problem("E-WEB-065", "", {"most": most >> 10}))


def _no_json(why: str) -> CustrataError:
    return CustrataError(Problem("E-WEB-068", "", {"why": why or "–"}))


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")
