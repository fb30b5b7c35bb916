"""What to do about a fault, for who sits before a page: without commands of the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.locale import Lang, catalog


def problems_told(found: CustrataError | Iterable[Problem], lang: Lang) -> list[dict[str, Any]]:
    """Problems as pages show them."""
    problems = found.problems if isinstance(found, CustrataError) else found
    return [p.as_json(lang, web=True) for p in problems]


def mend_of(said: Mapping[str, Any], lang: Lang) -> str:
    """The mend of what work in another process has told, which speaks as the command line does: a problem, or a finding
    of the audit. What the code says for pages takes its place where it needs no values, for those are not kept.

    >>> mend_of({"code": "E-RUN-001", "mend": "Start one with: custrata run"}, "en")
    'Bring in data on the Data page; a run follows by itself.'
    >>> mend_of({"code": "E-DATA-002", "mend": "Export it again, or name another file."}, "en")
    'Export it again, or name another file.'
    """
    code, mend = str(said.get("code", "")), str(said.get("mend", ""))
    entry = catalog("errors", lang).get(code) or catalog("audit", lang)["check"].get(code, {})
    instead = str(entry.get("mend_web", ""))
    return mend if not instead or "{" in instead or "suggest" in entry else instead
