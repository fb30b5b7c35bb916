"""A result that somebody has already: runs never change, so an answer of one is known by a tag, and not made again."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpResponse
from django.utils.http import parse_etags

from custrata import __version__
from custrata.web.access import Can
from custrata.web.profiles import latest_correction
from custrata.web.site import site


def tag(request: Any) -> str:
    """The tag of what this reader is answered: the run, the question, what is shown to him, and the corrections made
    so far. Raises what `Workspace.run` raises."""
    run = site().workspace.run(request.GET.get("run") or None).id
    seen = (request.sight.lang, request.sight.scope, str(request.sight.may(Can.PERSONAL)), str(latest_correction()))
    said = "\0".join((__version__, run, request.get_full_path(), *seen))
    return f'"{hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:32]}"'


def has_it(request: Any, found: str) -> HttpResponse | None:
    """The answer to who has it; null for who has not."""
    held = parse_etags(request.headers.get("If-None-Match", ""))
    if not any(h == "*" or h.removeprefix("W/") == found for h in held):
        return None
    return HttpResponse(status=304)
