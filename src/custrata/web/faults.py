"""What a reader sees when something cannot be: the coded error with its mend, as a page, a part of one, or JSON."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, JsonResponse

from custrata.core.errors import CustrataError, Problem
from custrata.locale import Lang
from custrata.web.show import show

_log = logging.getLogger("custrata.web")
PROBLEM = "application/problem+json"
#: The beginning of a code → the status it is answered with; anything else is a request that cannot be met.
_STATUS = {"E-RUN-001": 404, "E-RUN-002": 404, "E-RUN-003": 404, "E-RUN-004": 404, "E-WEB-001": 403,
           "E-WEB-002": 404, "E-WEB-023": 404, "E-RUN-005": 409, "E-WEB-034": 409, "E-WEB-111": 409, "E-WEB-037": 404,
           "E-WEB-040": 403, "E-WEB-048": 404, "E-WEB-131": 404, "E-WEB-049": 409, "E-WEB-116": 413,
           "E-WEB-064": 409, "E-WEB-065": 413, "E-WEB-066": 415, "E-WEB-070": 409, "E-WEB-071": 409, "E-WEB-072": 422,
           "E-WEB-073": 422, "E-WEB-074": 422, "E-WEB-075": 422, "E-WEB-076": 422, "E-WEB-077": 403,
           "E-WEB-078": 409, "E-WEB-079": 422, "E-PLAN": 409, "E-STORE": 503, "E-ENGINE": 500}  # fmt: skip


def status_of(error: CustrataError) -> int:
    """The HTTP status of an error: of its most special code that has one, else 400."""
    code = error.problems[0].code
    return next((status for start, status in _STATUS.items() if code.startswith(start)), 400)


def problems(request: Any, found: Sequence[Problem], status: int = 400) -> HttpResponse:
    """The errors, in the form that was asked for."""
    lang: Lang = getattr(request, "lang", "zh")
    program = wants_json(request)
    # A session is somebody before a page, also where a page asks the interface.
    told = [p.as_json(lang, web=not program or str(getattr(request, "asker", "")).startswith("user")) for p in found]
    if program:
        body = {"type": "about:blank", "title": told[0]["message"], "status": status, "errors": told}
        return JsonResponse(body, status=status, content_type=PROBLEM,
                            json_dumps_params={"ensure_ascii": False})  # fmt: skip
    part = bool(getattr(request, "htmx", None)) and not request.htmx.boosted
    name = "parts/problems.html.j2" if part else "problems.html.j2"
    return show(request, name, {"problems": told, "status": status}, status=status)


def wants_json(request: Any) -> bool:
    """Whether a program asks."""
    return bool(request.path.startswith("/api/"))


def log_in_first(request: Any) -> HttpResponse:
    """To the log-in page and back; a part of a page sends the whole page there."""
    if wants_json(request):
        return problems(request, [Problem("E-WEB-010", "", {})], status=401)
    whole = getattr(request.htmx, "current_url_abs_path", None) if request.htmx else request.get_full_path()
    target = f"/login/?next={quote(whole or '/', safe='')}"
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponse(status=302, headers={"Location": target})


def csrf_failed(request: Any, reason: str = "") -> HttpResponse:
    """A form that is older than the session, or not ours."""
    return problems(request, [Problem("E-WEB-008", "", {})], status=403)


def locked_out(request: Any, credentials: Any = None, *rest: Any, **more: Any) -> HttpResponse:
    """Too many wrong passwords."""
    return problems(request, [Problem("E-WEB-009", "", {"minutes": 15})], status=429)


def bad_request(request: Any, exception: Any = None) -> HttpResponse:
    return problems(request, [Problem("E-WEB-011", "", {})], status=400)


def forbidden(request: Any, exception: Any = None) -> HttpResponse:
    return problems(request, [Problem("E-WEB-001", "", {})], status=403)


def not_found(request: Any, exception: Any = None) -> HttpResponse:
    return problems(request, [Problem("E-WEB-002", request.path, {})], status=404)


def logged(request: Any, error: BaseException) -> None:
    """A fault of ours into the log of the server, with where it happened and nothing of what was asked."""
    _log.error("%s %s", request.method, request.path, exc_info=error)


def broken(request: Any) -> HttpResponse:
    """A fault of ours: its trace is in the log of the server and nowhere else."""
    return problems(request, [Problem("E-WEB-012", "", {})], status=500)
