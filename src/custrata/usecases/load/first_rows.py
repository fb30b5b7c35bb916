"""What the first rows of a table promise of all: which ids are whole numbers, and whether texts are plainly written.

Ids that files tell as text are kept as whole numbers where they can be: they take a quarter of the room and group twice
as fast. An id that is written as a number is the same one either way (`core.facts.ids`), so this is no more than a way
to keep it. The load itself checks every promise; where a later row breaks one, rows are read again with more care.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir

from custrata.core.facts.cells import odd_texts, text_columns
from custrata.core.facts.columns import columns_for
from custrata.core.scheme.sources import Orders, Source
from custrata.usecases.ports import FactStore

#: Rows that are looked at.
_FIRST = 1000


@dataclass(frozen=True)
class Promise:
    """`whole` are the canonical columns of ids that are to be whole numbers; `plain` is whether there are texts, all of
    them plainly written."""

    whole: tuple[str, ...]
    plain: bool


def first_rows(
    source: str, config: Source, raw: ir.Table, names: Mapping[str, str], kept: ir.Table | None, store: FactStore
) -> Promise:  # fmt: skip
    """What the first of the `raw` rows promise. Ids of orders that are kept as numbers stay numbers, and texts texts,
    whatever these rows say."""
    texts = text_columns(raw, names)
    if not texts:
        return Promise((), plain=False)
    known = {} if kept is None else dict(kept.schema().items())
    ids = [c for c in _countable(config) if c in texts and (c not in known or known[c].is_integer())]
    first = raw.select(**{c: raw[names[c]] for c in texts}).limit(_FIRST)
    here, types = {c: c for c in texts}, {c.name: c for c in columns_for(source)}
    usual, whole = (odd_texts(first, config, here, types, numbers) for numbers in ([], ids))
    asked = {f"any_{c}": first[c].count() for c in ids}
    asked |= {f"odd_{c}": first[c].count(where=odd) for c, odd in usual.items()}
    asked |= {f"not_whole_{c}": first[c].count(where=whole[c]) for c in ids}
    found = store.rows(first.aggregate(**asked))[0]
    numbers = [c for c in ids if c in known or (found[f"any_{c}"] and not found[f"not_whole_{c}"])]
    odd = [found[f"not_whole_{c}" if c in numbers else f"odd_{c}"] for c in texts]
    return Promise(tuple(numbers), plain=not any(odd))


def _countable(config: Source) -> tuple[str, ...]:
    """The ids that may be whole numbers; a number with a prefix is none."""
    if not isinstance(config, Orders):
        return ()
    return ("customer_id", "product_id") if config.returns.prefix else ("customer_id", "order_id", "product_id")
