"""Which ids that files tell as text are kept as whole numbers: they take a quarter of the room and group twice as fast.

An id that is written as a number is the same one either way (`core.facts.ids`), so this is no more than a way to keep
it. What the first rows promise the load itself checks; where a later row breaks the promise, all are read as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from custrata.core.facts.plain import plain_whole
from custrata.core.scheme.sources import Orders, Source
from custrata.usecases.ports import FactStore

#: Rows that are looked at before a column of a new table is taken for one of numbers.
_FIRST = 1000


def whole_ids(
    config: Source, raw: ir.Table, names: Mapping[str, str], kept: ir.Table | None, store: FactStore
) -> list[str]:
    """Of the canonical columns of a source of orders those whose ids are to be whole numbers. Numbers that are kept
    stay numbers and texts texts; where nothing is kept, the first rows of `raw` tell."""
    if not isinstance(config, Orders):
        return []
    asked = ["customer_id", "product_id"] if config.returns.prefix else ["customer_id", "order_id", "product_id"]
    texts = [c for c in asked if c in names and raw[names[c]].type().is_string()]
    known = {} if kept is None else dict(kept.schema().items())
    return [c for c in texts if c in known and known[c].is_integer()] + _promising(
        {c: raw[names[c]] for c in texts if c not in known}, raw, store
    )


def _promising(columns: Mapping[str, Any], raw: ir.Table, store: FactStore) -> list[str]:
    if not columns:
        return []
    first = raw.select(**columns).limit(_FIRST)
    asked = {f"all_{c}": first[c].count() for c in columns} | {c: plain_whole(first[c]).count() for c in columns}
    found = store.rows(first.aggregate(**asked))[0]
    return [c for c in columns if found[c] and found[c] == found[f"all_{c}"]]
