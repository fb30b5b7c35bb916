"""What the rows of an interactions source mean: of which kind each is, and whether it is settled on the as-of date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.columns import DECIMAL, INTERACTION_WORDS
from custrata.core.facts.ids import like
from custrata.core.scheme.sources import Interactions

#: Columns that every table of interactions has, with their types (the customer's id keeps its own).
TYPES: dict[str, dt.DataType] = {
    "id": dt.string, "kind": dt.string, "day": dt.date, "closed_at": dt.date, "open": dt.boolean, "status": dt.string,
    "value": DECIMAL, "product_id": dt.string,
}  # fmt: skip
#: What is told of an interaction where it is shown.
SHOWN = ("id", "kind", "day", "closed_at", "open", "status", "value", "product_id")


def interactions(rows: ir.Table, config: Interactions, as_of: date) -> ir.Table:
    """Usable rows up to the as-of date as interactions: `customer_id`, the columns of `TYPES`, and what else the source
    maps, as text.

    `kind` is what the words of the source mean, `config.kind` where a row has no word. `open` holds as of the as-of
    date: a row without a day of closing is open unless its status means settled, and one closed later is open still;
    null where the source tells nothing of closing. A day of closing after the as-of date is not known yet: null.
    """
    told = set(rows.columns)
    columns: dict[str, Any] = {c: like(rows[c], dt.string) for c in ("id", "product_id") if c in told}
    columns |= {c: rows[c] for c in ("status", "value") if c in told}
    columns |= {"day": rows.happened_at, "kind": _kind(rows, config)}
    if tells_closing(told, config):
        columns |= _closing(rows, config, as_of)
    missing = {c: ibis.null(kind) for c, kind in TYPES.items() if c not in columns}
    known = {"customer_id", "happened_at", *TYPES}
    further = {c: rows[c] for c in rows.columns if c not in known and not c.startswith("_")}
    table = rows.select("customer_id", **{c: {**columns, **missing}[c] for c in TYPES}, **further)
    return table.cast({c: kind for c, kind in TYPES.items() if table[c].type() != kind})


def tells_closing(columns: set[str], config: Interactions) -> bool:
    """Whether a source says which interactions are settled: by a day, or by a status of which the scheme says so."""
    return "closed_at" in columns or ("status" in columns and bool(config.closed))


def together(parts: Sequence[ir.Table]) -> ir.Table:
    """Interactions of several sources in one table; what one of them does not tell is null."""
    types: dict[str, dt.DataType] = reduce(lambda a, b: {**b, **a}, (dict(p.schema().items()) for p in parts))
    if len({p.customer_id.type() for p in parts}) > 1:
        types["customer_id"] = dt.string
    found = []
    for p in parts:
        cells = {c: p[c].cast(kind) if c in p.columns else ibis.null(kind) for c, kind in types.items()}
        found.append(p.select(**cells))
    return reduce(lambda a, b: a.union(b), found)


def _kind(rows: ir.Table, config: Interactions) -> Any:
    fixed = ibis.null(dt.string) if config.kind is None else ibis.literal(config.kind)
    if "kind" not in rows.columns:
        return fixed
    words = {word: kind for kind, found in INTERACTION_WORDS.items() for word in found} | config.kind_words()
    by_kind: dict[str, list[str]] = {}
    for word, kind in words.items():
        by_kind.setdefault(kind, []).append(word)
    folded = rows.kind.lower()
    named = ibis.cases(*((folded.isin(found), kind) for kind, found in by_kind.items()), else_=rows.kind)
    return ibis.coalesce(named, fixed)


def _closing(rows: ir.Table, config: Interactions, as_of: date) -> dict[str, Any]:
    settled: Any = ibis.literal(False)
    if config.closed and "status" in rows.columns:
        settled = rows.status.isin(list(config.closed)).fill_null(False)
    if "closed_at" not in rows.columns:
        return {"open": ~settled}
    later = rows.closed_at > as_of
    return {
        "closed_at": ibis.ifelse(later, ibis.null(dt.date), rows.closed_at),
        "open": ibis.ifelse(rows.closed_at.notnull(), later, ~settled),
    }
