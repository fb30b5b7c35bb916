"""What the pages about data have in common: they are for who sees all customers, and they ask for long work."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from django.http import HttpResponse

from custrata.core.errors import CustrataError, Problem
from custrata.locale import Lang, catalog
from custrata.web import faults
from custrata.web.access import Can
from custrata.web.jobs import OVER, folder_of
from custrata.web.page import Method, Request, View, page
from custrata.web.site import site

#: The parts of the data pages: name of the page, what it asks for.
TABS = (("data", Can.LOOK), ("import", Can.DATA), ("quality", Can.DATA), ("duplicates", Can.DATA),
        ("runs", Can.LOOK), ("jobs", Can.LOOK))  # fmt: skip


def data_page(
    path: str, *, can: Can = Can.DATA, methods: tuple[Method, ...] = ("GET",), nav: int | None = None,
    name: str | None = None,
) -> Callable[[View], View]:  # fmt: skip
    """A page about the data of everybody. Who sees a part of the customers is refused: rows of files, quarantine and
    duplicates say of others what they say of theirs. E-WEB-040."""

    def register(view: View) -> View:
        @wraps(view)
        def whole(request: Request, **parts: Any) -> HttpResponse:
            if request.sight.scope:
                return faults.problems(request, [Problem("E-WEB-040", "", {})], status=403)
            return view(request, **parts)

        return page(path, can=can, methods=methods, nav=nav, name=name, whole=True)(whole)

    return register


def around(request: Request, tab: str) -> dict[str, Any]:
    """What every page about data shows: its parts that this reader may open, and words that come from elsewhere."""
    tabs = [name for name, can in TABS if request.sight.may(can) and _open(request, name)]
    return {
        "tab": tab, "tabs": tabs, "over": OVER,
        "kind_title": lambda job: kind_title(job, request.sight.lang), "excluded_word": excluded_word,
        "fault_word": fault_word, "file_of": file_of, "stalled": False,
    }  # fmt: skip


def _open(request: Request, name: str) -> bool:
    """Whether a part is open to who sees some customers only: of all of them, only one's own work is."""
    return name == "jobs" or not request.sight.scope


def file_of(job: Any) -> str:
    """The name of the file that work made, as long as it is there."""
    name = str((job.result or {}).get("file") or "")
    folder = folder_of(site().workspace.home, job.pk)
    path = folder / name
    return name if job.state == "done" and name and path.parent == folder and path.is_file() else ""


def kind_title(job: Any, lang: Lang) -> str:
    """What a piece of work is called; one of a kind that is not known by its own name."""
    return kind_word(job.kind, lang)


def kind_word(kind: str, lang: Lang) -> str:
    """What work of a kind is called."""
    return str(catalog("web_data", lang)["kind"].get(kind, kind))


def excluded_word(key: str, lang: Lang) -> str:
    """Why rows were left out."""
    return str(catalog("cli", lang).get(f"x_{key}", key))


def fault_word(code: str, lang: Lang) -> str:
    """What is wrong with a row, by the code of it."""
    entry = catalog("errors", lang).get(code)
    return str(entry["message"]) if entry else code


def read_kept(path: Path) -> dict[str, Any] | None:
    """An answer that work has kept; null where there is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def cannot(zh: str, en: str) -> CustrataError:
    """E-WEB-049: something has changed since the page was drawn."""
    return CustrataError(Problem("E-WEB-049", "", {"zh": zh, "en": en}))


def not_here(what: object) -> CustrataError:
    """E-WEB-002: an address of nothing."""
    return CustrataError(Problem("E-WEB-002", str(what), {}))
