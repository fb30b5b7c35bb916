"""Around every answer of the interface: what the framework refuses by itself is told as problem+json too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from custrata.core.errors import Problem
from custrata.web import faults


class Manners:
    """Methods that an address does not have, and tags of answers that never change."""

    def __init__(self, answer: Callable[[Any], Any]) -> None:
        self._answer = answer

    def __call__(self, request: Any) -> Any:
        response = self._answer(request)
        if not faults.wants_json(request):
            return response
        if response.status_code == 405 and response.headers.get("Content-Type") != faults.PROBLEM:
            allowed = response.headers.get("Allow", "")
            response = faults.problems(
                request, [Problem("E-WEB-067", request.path, {"method": request.method, "allowed": allowed})], 405
            )
            response.headers["Allow"] = allowed
        found = getattr(request, "tag", "")
        if found and response.status_code in (200, 304):
            response.headers["ETag"] = found
        return response
