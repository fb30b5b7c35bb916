"""The REST interface under /api/v1: what pages show and do, for programs.

One operation is one function that says which permission it asks for (`operation`). Who asks is known by a token or by
the session of a browser; what they may not see is not there for them, and masked for those who see it masked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from importlib import import_module
from inspect import signature
from pkgutil import iter_modules
from typing import Any, Literal

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, JsonResponse
from django.utils import translation
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from custrata import __version__
from custrata.core.errors import CustrataError, Problem
from custrata.locale import Lang, text
from custrata.web import faults
from custrata.web.access import Can
from custrata.web.api.body import USUAL, Json, Plain, too_large, whole
from custrata.web.api.document import ALWAYS, WRITES, Api, answers
from custrata.web.api.once import once
from custrata.web.api.unchanged import has_it, tag
from custrata.web.api.who import Asks, Rate, Session, Token
from custrata.web.page import carried

_OPERATIONS: dict[str, Can] = {}
Method = Literal["GET", "POST", "PUT", "DELETE"]
#: What goes by if one waits: how many seconds to say.
_WAIT = {"E-RUN-005": 5, "E-WEB-064": 2, "E-STORE": 5}

api = Api(
    title="Custrata", version=__version__, urls_namespace="api", docs_url=None, openapi_url="/openapi.json",
    description="Customers, their classes and levels, and the work behind them.", throttle=[Rate("600/m")],
    parser=Json(), renderer=Plain(),
)  # fmt: skip


def operation(
    method: Method, path: str, *, can: Can, response: Any = None, tags: list[str] | None = None,
    of_run: bool = False, everybody: bool = False, most: int = USUAL, said: Mapping[str, Any] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:  # fmt: skip
    """Registers an operation under its function's name; `web_api.operations` says in a line what it does. One that
    changes something can be sent twice with the same `Idempotency-Key`: the second time it is answered as the first.

    `of_run`: its answer follows from a published run alone, so it has a tag. `everybody`: only for who sees all
    customers. `most`: bytes of a body. `said`: what more its description says.
    """
    asks, more = Asks(can, everybody, most), dict(said or {})

    def register(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def answer(request: Any, *args: Any, **parts: Any) -> Any:
            if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
                raise CustrataError(Problem("E-WEB-011", "", {}))
            parts = carried(request, parts)
            if method != "GET":
                whole(request)
                return once(request, lambda: view(request, *args, **parts))
            if of_run:
                request.tag = tag(request)
                if (known := has_it(request, request.tag)) is not None:
                    return known
            return view(request, *args, **parts)

        # Annotations mean what they mean where the operation is written.
        answer.__signature__ = signature(view, eval_str=True)  # type: ignore[attr-defined]
        _OPERATIONS[view.__name__] = can
        others = answers(*(ALWAYS if method == "GET" else WRITES), *((304,) if of_run else ()))
        return api.api_operation(
            [method], path, response=response, by_alias=True, operation_id=view.__name__, tags=tags,
            auth=[Token(asks), Session(asks)], summary=text(f"web_api.operations.{view.__name__}", "en"),
            description=" ".join((view.__doc__ or "").split()),
            openapi_extra={"x-permission": can.value, **more, "responses": {**others, **more.get("responses", {})}},
        )(answer)  # fmt: skip

    return register


@api.exception_handler(CustrataError)
def _coded(request: Any, error: CustrataError) -> HttpResponse:
    answer = faults.problems(request, error.problems, status=faults.status_of(error))
    wait = next((s for start, s in _WAIT.items() if error.problems[0].code.startswith(start)), 0)
    if wait:
        answer.headers["Retry-After"] = str(wait)
    return answer


@api.exception_handler(AuthenticationError)
def _nobody(request: Any, error: AuthenticationError) -> HttpResponse:
    answer = faults.problems(request, [Problem("E-WEB-010", "", {})], status=401)
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(ValidationError)
def _unfit(request: Any, error: ValidationError) -> HttpResponse:
    """Each value that does not fit, with its place in the request."""
    found = [Problem("E-WEB-060", ".".join(str(p) for p in e["loc"]), {"why": e["msg"]}) for e in error.errors]
    return faults.problems(request, found, status=422)


@api.exception_handler(Throttled)
def _too_many(request: Any, error: Throttled) -> HttpResponse:
    wait = int(error.wait or 1) + 1
    answer = faults.problems(request, [Problem("E-WEB-061", "", {"seconds": wait})], status=429)
    answer.headers["Retry-After"] = str(wait)
    return answer


@api.exception_handler(HttpError)
def _refused(request: Any, error: HttpError) -> HttpResponse:
    """What the framework refuses, such as a change from a browser without its CSRF token."""
    code = "E-WEB-008" if error.status_code == 403 else "E-WEB-011"
    return faults.problems(request, [Problem(code, "", {})], status=error.status_code)


@api.exception_handler(RequestDataTooBig)
def _large(request: Any, error: RequestDataTooBig) -> HttpResponse:
    return _coded(request, too_large(USUAL))


@api.exception_handler(Exception)
def _broken(request: Any, error: Exception) -> HttpResponse:
    faults.logged(request, error)
    return faults.broken(request)


def not_found(request: Any, rest: str = "") -> JsonResponse | HttpResponse:
    """An address below /api/ that is none."""
    return faults.problems(request, [Problem("E-WEB-002", request.path, {})], status=404)


def operations() -> dict[str, Can]:
    """Every operation and the permission it asks for; every module below `parts` is read first."""
    from custrata.web.api import parts

    for module in iter_modules(parts.__path__):
        import_module(f"{parts.__name__}.{module.name}")
    return dict(_OPERATIONS)


def description(lang: Lang = "en") -> dict[str, Any]:
    """The OpenAPI document in a language."""
    operations()
    with translation.override("zh-hans" if lang == "zh" else "en"):
        return dict(api.get_openapi_schema(path_prefix="/api/v1"))
