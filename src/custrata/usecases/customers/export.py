"""A list of customers as it was filtered, sorted and composed, written as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.locale import Lang, text
from custrata.report.customers import About, Column
from custrata.usecases.customers.columns import ID, ListColumn, list_columns, named, usual_columns
from custrata.usecases.customers.query import ListQuery, filtered, usual_sort
from custrata.usecases.customers.table import count, order_of, wide
from custrata.usecases.export import ENDINGS, Exported, export_columns, in_language, write_list
from custrata.usecases.look import Result


def export_list(result: Result, query: ListQuery, path: Path, lang: Lang, what: str = "") -> Exported:
    """Writes everybody whom a query means, in its order and with its columns, the id always first; `what` says in words
    who they are. Personal columns are as this reader sees them, and no text leaves as a formula.

    Errors: those of `filtered`; E-CLI-005 another ending; E-RUN-009 more customers than a sheet holds; E-RUN-006 the
    file cannot be written.
    """
    if path.suffix.lower() not in ENDINGS:
        values = {"ending": path.suffix.lower(), "known": ", ".join(ENDINGS)}
        raise CustrataError(Problem("E-CLI-005", str(path), values))
    known = list_columns(result, lang)
    wanted = [named(known, key) for key in dict.fromkeys([ID, *(query.columns or usual_columns(result, known))])]
    t = filtered(result, query, lang)
    n = count(result, t)
    sort = query.sort or usual_sort(result.scheme)
    by, down = named(known, sort.removeprefix("-")), sort.startswith("-")
    listed = _listed(result, t, wanted, order_of(result, t, by, down), lang)
    order = text("web_customers.sorted_down" if down else "web_customers.sorted_up", lang, column=by.title)
    about = About(
        title=result.scheme.name, currency=result.scheme.currency, as_of=result.as_of, run_id=result.run_id,
        published_at=result.published_at, version=result.version, customers=n, segment=None, classes=(),
        ordered_by=by.title, what=what, order=order,
    )  # fmt: skip
    return write_list(result, listed, _described(result, wanted, lang), about, path, lang)


def _listed(
    result: Result, t: ir.Table, wanted: Sequence[ListColumn], order: Sequence[Any], lang: Lang
) -> ir.Table:  # fmt: skip
    place = ibis.row_number().over(ibis.window(order_by=list(order)))
    placed = t.select(_who=t[ID], _place=place)
    own = wide(result, wanted)
    joined: Any = placed.inner_join(own, placed["_who"] == own["_id"]).order_by("_place")
    cells = {
        called: in_language(result, c.key, joined[c.key], lang)
        for c, called in zip(wanted, _names(wanted), strict=True)
    }
    return joined.select(**cells)


def _names(wanted: Sequence[ListColumn]) -> list[str]:
    """What the columns are called in the file: an attribute as itself, unless a segment is called so."""
    taken = {c.key.casefold() for c in wanted if c.attribute is None}
    return [
        c.attribute if c.attribute is not None and c.attribute.casefold() not in taken else c.key for c in wanted
    ]  # fmt: skip


def _described(result: Result, wanted: Sequence[ListColumn], lang: Lang) -> list[Column]:
    """The columns as the sheet about the list tells of them."""
    told = {c.name: c for c in export_columns(result, None, lang)}
    found = []
    for c in wanted:
        hidden = text("web_customers.masked", lang) if c.hidden else ""
        style = "date" if c.style == "date" else "text"
        found.append(told[c.key] if c.key in told else Column(c.key, c.title, style, hidden))
    return found
