"""How a page is made: a function with an address, what it asks of its reader, and its place in the navigation.

    @page("customers/", can=Can.LOOK, nav=20)
    def customers(request: Request) -> HttpResponse: ...

Every page is registered here, so that tests can open each of them as each role. One that names no permission cannot be
made.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, wraps
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Literal, Protocol
from urllib.parse import quote, urlencode

from django.http import HttpResponse, HttpResponseNotAllowed

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.look import Result
from custrata.web import asking, faults
from custrata.web.access import WHOLE, Can, Sight

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
    """It is for who sees all customers, as is everything that asks for one of `WHOLE`."""


_PAGES: dict[str, Page] = {}


def page(
    path: str, *, can: Can | None, methods: tuple[Method, ...] = ("GET",), nav: int | None = None,
    name: str | None = None, part: bool = False,
    whole: bool = False,
) -> Callable[[View], View]:  # fmt: skip
    """Registers a page under its function's name. Errors with a code are shown as such, never a traceback. `whole`:
    who sees some of the customers only is refused, E-WEB-040."""

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
                if not request.sight.whole and (whole or can in WHOLE):
                    return faults.problems(request, [Problem("E-WEB-040", "", {})], status=403)
                if not request.sight.may(can):
                    return faults.problems(request, [Problem("E-WEB-001", "", {})], status=403)
            if asking.asks_first(request):
                return asking.asked(request)
            try:
                return view(request, **carried(request, parts))
            except CustrataError as error:
                return faults.problems(request, error.problems, status=faults.status_of(error))

        if called in _PAGES:
            raise RuntimeError(f"two pages are named {called}")
        _PAGES[called] = Page(called, path, answer, can, methods, nav, part, whole)
        return answer

    return register


def pages() -> dict[str, Page]:
    """All pages by name; every module below `pages` is read first."""
    _read()
    return dict(_PAGES)


@cache
def _read() -> None:
    from custrata.web import pages as package

    for module in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")


#: Stands in a path for a part that its query says.
CARRIED = "~"
#: What a path carries through every browser and proxy: `.` and `..` are resolved by them, slashes merged or refused,
#: percent signs decoded once more.
_PLAIN = re.compile(r"(?!\.{1,2}\Z)[^/\\%\x00-\x1f\x7f]+")


def address(name: str, /, **parts: Any) -> str:
    """The path of a page, the parts of its address filled in; what is no part of it goes into its query. So does a part
    that no path can carry, with `~` in its place.

    >>> from custrata.web import setup; setup()
    >>> address("login"), address("customer", id="客户#1"), address("customer", id="a/classes")
    ('/login/', '/customers/%E5%AE%A2%E6%88%B7%231/', '/customers/~/?id=a%2Fclasses')
    """
    _read()
    path, query = _PAGES[name].path, {}
    for key, value in parts.items():
        said = str(value)
        place = next((p for kind in ("str", "int", "path") if (p := f"<{kind}:{key}>") in path), None)
        if place is None or said == CARRIED or not _PLAIN.fullmatch(said):
            query[key] = said
        if place is not None:
            path = path.replace(place, CARRIED if key in query else quote(said, safe=""))
    return f"/{path}?{urlencode(query)}" if query else f"/{path}"


def carried(request: Any, parts: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of an address, those that its query says taken from there."""
    return {k: request.GET[k] if v == CARRIED and k in request.GET else v for k, v in parts.items()}
