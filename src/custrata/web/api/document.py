"""The OpenAPI document: what every operation asks for and how it says that something cannot be."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from ninja import NinjaAPI

from custrata.web.api.wording import reading, worded
from custrata.web.faults import PROBLEM

#: What may be answered instead, by what kind of operation it is.
ALWAYS = (400, 401, 403, 404, 409, 422, 429, 503)
WRITES = (*ALWAYS, 413, 415)
_MEANS = {
    304: "The sender has it already.", 400: "It cannot be done as it was asked.", 401: "Nobody is logged in.",
    403: "This user, or this token, may not.", 404: "There is no such thing, or not for this user.",
    409: "Not as things are now; some of it can be tried again.", 413: "The body is too large.",
    415: "The body is not JSON.", 422: "Values do not fit; each is told with its place.",
    429: "Too many requests; Retry-After says how long to wait.", 503: "The store is busy; try again.",
}  # fmt: skip
_TEXT = {"type": "string"}
_FAULT = {
    "type": "object", "required": ["code", "place", "message", "mend"], "title": "Fault",
    "properties": {
        "code": {**_TEXT, "pattern": "^E-[A-Z]+-[0-9]{3}$", "description": "As the command line has it."},
        "place": {**_TEXT, "description": "Where: a value of the request, a row and column, a line of the scheme."},
        "message": {**_TEXT, "description": "What is wrong, in the language of the user."},
        "mend": {**_TEXT, "description": "What to do about it."},
    },
    "example": {"code": "E-RUN-004", "place": "20260105-080000-1a2b", "message": "There is no customer 'C9'.",
                "mend": "See the list of customers."},
}  # fmt: skip
_PROBLEM = {
    "type": "object", "required": ["type", "title", "status", "errors"], "title": "Problem",
    "properties": {
        "type": _TEXT, "title": {**_TEXT, "description": "The message of the first fault."},
        "status": {"type": "integer"},
        "errors": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Fault"}},
    },
}  # fmt: skip


def answers(*statuses: int) -> dict[str, Any]:
    """The answers of an operation besides the good one."""
    return {str(s): {"$ref": f"#/components/responses/{s}"} for s in statuses}


class Api(NinjaAPI):
    """The interface, with what all operations share in its description, in the language of who reads it."""

    def get_openapi_schema(self, *args: Any, **more: Any) -> Any:
        found = super().get_openapi_schema(*args, **more)
        parts = found["components"]
        parts["schemas"] = {**parts["schemas"], "Problem": _PROBLEM, "Fault": _FAULT}
        told = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        parts["responses"] = {
            str(status): {"description": means, **({} if status == 304 else {"content": told})}
            for status, means in _MEANS.items()
        }
        wait = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
        for status in ("429", "503"):
            parts["responses"][status]["headers"] = wait
        for scheme in parts.get("securitySchemes", {}).values():
            if scheme["type"] == "http":
                scheme.pop("name", None)  # which only keys have
        if not found.get("servers"):
            found.pop("servers", None)
        # What operations say of themselves is shared by all requests: the texts are written into a copy.
        return worded(deepcopy(found), reading())
