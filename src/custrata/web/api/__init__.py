"""The REST interface under /api/v1: what pages show and do, for programs.

One operation is one function that says which permission it asks for (`operation`). Who asks is known by a token or by
the session of a browser; what they may not see is not there for them, and masked for those who see it masked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Literal

from django.http import HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from custrata import __version__
from custrata.core.errors import CustrataError, Problem
from custrata.web import faults
from custrata.web.access import Can
from custrata.web.api.once import once
from custrata.web.api.who import Rate, Session, Token

_OPERATIONS: dict[str, Can] = {}
Method = Literal["GET", "POST", "PUT", "DELETE"]

api = NinjaAPI(
    title="Custrata", version=__version__, urls_namespace="api", docs_url=None, openapi_url="/openapi.json",
    description="Customers, their classes and levels, and the work behind them.", auth=[Token(), Session()],
    throttle=[Rate("600/m")],
)  # fmt: skip


def operation(
    method: Method, path: str, *, can: Can, response: Any = None, tags: list[str] | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers an operation under its function's name. One that changes something can be sent twice with the same
    `Idempotency-Key`: the second time it is answered as the first."""

    def register(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def answer(request: Any, *args: Any, **parts: Any) -> Any:
            if not request.sight.may(can):
                return faults.problems(request, [Problem("E-WEB-001", "", {})], status=403)
            if method == "GET":
                return view(request, *args, **parts)
            return once(request, lambda: view(request, *args, **parts))

        _OPERATIONS[view.__name__] = can
        return api.api_operation(
            [method], path, response=response, by_alias=True, operation_id=view.__name__, tags=tags,
            summary=(view.__doc__ or "").strip().split("\n")[0], openapi_extra={"x-permission": can.value},
        )(answer)  # fmt: skip

    return register


@api.exception_handler(CustrataError)
def _coded(request: Any, error: CustrataError) -> HttpResponse:
    return faults.problems(request, error.problems, status=faults.status_of(error))


@api.exception_handler(AuthenticationError)
def _nobody(request: Any, error: AuthenticationError) -> HttpResponse:  # noqa: ARG001
    answer = faults.problems(request, [Problem("E-WEB-010", "", {})], status=401)
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(ValidationError)
def _unfit(request: Any, error: ValidationError) -> HttpResponse:
    """Each value that does not fit, with its place in the request."""
    found = [
        Problem("E-WEB-060", ".".join(str(p) for p in e["loc"]), {"why": e["msg"]}) for e in error.errors
    ]
    return faults.problems(request, found, status=422)


@api.exception_handler(Throttled)
def _too_many(request: Any, error: Throttled) -> HttpResponse:
    wait = int(error.wait or 1) + 1
    answer = faults.problems(request, [Problem("E-WEB-061", "", {"seconds": wait})], status=429)
    answer.headers["Retry-After"] = str(wait)
    return answer


@api.exception_handler(HttpError)
def _refused(request: Any, error: HttpError) -> HttpResponse:
    """What the framework refuses, such as a body that is no JSON."""
    return faults.problems(request, [Problem("E-WEB-011", "", {})], status=error.status_code)


@api.exception_handler(Exception)
def _broken(request: Any, error: Exception) -> HttpResponse:
    faults.logged(request, error)
    return faults.broken(request)


def not_found(request: Any, rest: str = "") -> JsonResponse | HttpResponse:  # noqa: ARG001
    """An address below /api/ that is none."""
    return faults.problems(request, [Problem("E-WEB-002", request.path, {})], status=404)


def operations() -> dict[str, Can]:
    """Every operation and the permission it asks for; every module below `parts` is read first."""
    from custrata.web.api import parts

    for module in iter_modules(parts.__path__):
        import_module(f"{parts.__name__}.{module.name}")
    return dict(_OPERATIONS)


def description() -> dict[str, Any]:
    """The OpenAPI document."""
    operations()
    return dict(api.get_openapi_schema(path_prefix="/api/v1"))
