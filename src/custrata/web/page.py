"""How a page is made: a function with an address, what it asks of its reader, and its place in the navigation.

    @page("customers/", can=Can.LOOK, nav=20)
    def customers(request: Request) -> HttpResponse: ...

Every page is registered here, so that tests can open each of them as each role. One that names no permission cannot be
made.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Literal, Protocol
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseNotAllowed

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.look import Result
from custrata.web import faults
from custrata.web.access import Can, Sight

_log = logging.getLogger("custrata.web")
Method = Literal["GET", "POST"]


class Request(Protocol):
    """A request as pages see it."""

    method: str
    path: str
    GET: Any
    POST: Any
    FILES: Any
    META: Any
    user: Any
    session: Any
    htmx: Any
    sight: Sight
    """Who asks; of a public page perhaps nobody: then there is none."""

    def get_full_path(self) -> str: ...

    def result(self, run: str | None = None) -> Result:
        """A published run as the reader may see it: the current one, or the one of that id."""


View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Page:
    """One address."""

    name: str
    path: str
    view: View
    can: Can | None
    """Null: anybody, also who has not logged in."""
    methods: tuple[Method, ...]
    nav: int | None
    """Place in the navigation; pages without one are reached from others."""
    part: bool
    """It answers a piece of a page, a file or data, not a page of its own."""
    whole: bool = False
    """It is for who sees all customers."""


_PAGES: dict[str, Page] = {}


def page(
    path: str, *, can: Can | None, methods: tuple[Method, ...] = ("GET",), nav: int | None = None,
    name: str | None = None, part: bool = False,
    whole: bool = False,
) -> Callable[[View], View]:  # fmt: skip
    """Registers a page under its function's name. Errors with a code are shown as such, never a traceback."""

    def register(view: View) -> View:
        called = name or view.__name__

        @wraps(view)
        def answer(request: Any, **parts: Any) -> HttpResponse:
            if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
                return HttpResponseNotAllowed(methods)
            if "\0" in request.path:
                return faults.problems(request, [Problem("E-WEB-002", "", {})], status=404)
            if can is not None:
                if getattr(request, "sight", None) is None:
                    return faults.log_in_first(request)
                if not request.sight.may(can):
                    return faults.problems(request, [Problem("E-WEB-001", "", {})], status=403)
            try:
                return view(request, **parts)
            except CustrataError as error:
                return faults.problems(request, error.problems, status=faults.status_of(error))

        if called in _PAGES:
            raise RuntimeError(f"two pages are named {called}")
        _PAGES[called] = Page(called, path, answer, can, methods, nav, part, whole)
        return answer

    return register


def pages() -> dict[str, Page]:
    """All pages by name; every module below `pages` is read first."""
    from custrata.web import pages as package

    for module in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")
    return dict(_PAGES)


def address(name: str, /, **parts: Any) -> str:
    """The path of a page, the parts of its address filled in.

    >>> address("login")
    '/login/'
    """
    path = pages()[name].path
    for key, value in parts.items():
        for kind in ("str", "int", "path"):
            path = path.replace(f"<{kind}:{key}>", quote(str(value), safe=""))
    return f"/{path}"
