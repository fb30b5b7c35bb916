"""What the first rows of a table promise of all: which ids are whole numbers, and how plainly texts are written.

Ids that files tell as text are kept as whole numbers where they can be: they take a quarter of the room and group twice
as fast. An id that is written as a number is the same one either way (`core.facts.ids`), so this is no more than a way
to keep it. The load itself checks every promise; where a later row breaks one, rows are read again with more care.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.cells import odd_texts, text_columns
from custrata.core.facts.columns import columns_for
from custrata.core.facts.exact import Form, chosen, forms, misfits, name_of
from custrata.core.scheme.sources import Orders, Source
from custrata.usecases.ports import FactStore

#: Rows that are looked at.
_FIRST = 1000


@dataclass(frozen=True)
class Promise:
    """`whole` are the canonical columns of ids that are to be whole numbers; `plain` is whether all texts are plainly
    written; `forms` are the headers of columns that may be read with their type, and how they are written.
    """

    whole: tuple[str, ...]
    plain: bool
    forms: Mapping[str, Form] = field(default_factory=dict)


def first_rows(
    source: str, config: Source, raw: ir.Table, names: Mapping[str, str], kept: ir.Table | None, store: FactStore,
    *, typed: bool = False,
) -> Promise:  # fmt: skip
    """What the first of the `raw` rows promise. Ids of orders that are kept as numbers stay numbers, and texts texts,
    whatever these rows say. Forms are looked for where rows can be read `typed`."""
    texts = text_columns(raw, names)
    if not texts:
        return Promise((), plain=True)
    ids = [c for c in _countable(config, kept) if c in texts]
    known = set() if kept is None else set(kept.columns)
    first = raw.select(**{c: raw[names[c]] for c in texts}).limit(_FIRST)
    here, types = {c: c for c in texts}, {c.name: c for c in columns_for(source)}
    usual, whole = (odd_texts(first, config, here, types, numbers) for numbers in ([], ids))
    asked = {f"any_{c}": first[c].count() for c in ids}
    asked |= {f"odd_{c}": first[c].count(where=odd) for c, odd in usual.items()}
    asked |= {f"not_whole_{c}": first[c].count(where=whole[c]) for c in ids}
    kinds = {c: types[c].type if c in types else "text" for c in texts} if typed else {}
    offered = {c: forms(kind, config, whole=c in ids) for c, kind in kinds.items()}
    asked |= {name_of(c, i): misfits(first[c], form) for c, ways in offered.items() for i, form in enumerate(ways)}
    found = store.rows(first.aggregate(**asked))[0]
    numbers = [c for c in ids if c in known or (found[f"any_{c}"] and not found[f"not_whole_{c}"])]
    odd = [found[f"not_whole_{c}" if c in numbers else f"odd_{c}"] for c in texts]
    offered = {c: ways for c, ways in offered.items() if c in numbers or c not in ids}
    # A header that tells two things may be a number to one of them and a text to the other.
    once = [c for c, header in names.items() if list(names.values()).count(header) == 1]
    fitting = {names[c]: form for c, form in chosen(found, offered).items() if c in once}
    return Promise(tuple(numbers), plain=not any(odd), forms=fitting)


def with_ids_as_texts(
    source: str, config: Source, raw: ir.Table, names: Mapping[str, str], kept: ir.Table | None
) -> ir.Table:  # fmt: skip
    """The rows of a sheet, of which whole numbers come as such, with those ids as texts that are kept so."""
    types, countable = {c.name: c for c in columns_for(source)}, _countable(config, kept)
    ids = [header for c, header in names.items() if c in types and types[c].type == "id" and c not in countable]
    told = [header for header in ids if not raw[header].type().is_string()]
    return raw.mutate(**{header: raw[header].cast(dt.string) for header in told}) if told else raw


def whole_already(config: Source, raw: ir.Table, names: Mapping[str, str], kept: ir.Table | None) -> tuple[str, ...]:
    """The canonical columns of ids that are whole numbers in these rows."""
    return tuple(c for c in _countable(config, kept) if c in names and raw[names[c]].type().is_integer())


def _countable(config: Source, kept: ir.Table | None) -> list[str]:
    """The ids that may be whole numbers; a number with a prefix is none, nor one of those that are kept as texts."""
    if not isinstance(config, Orders):
        return []
    ids = ("customer_id", "product_id") if config.returns.prefix else ("customer_id", "order_id", "product_id")
    return [c for c in ids if kept is None or c not in kept.columns or kept[c].type().is_integer()]
