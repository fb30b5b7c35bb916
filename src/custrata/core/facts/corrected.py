"""What people corrected in profiles, laid over what the customers source tells."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.ids import like
from custrata.core.store import ProfileChange

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
#: Columns of a customers source that are no part of a profile.
_NO_PROFILE = ("customer_id", "updated_at")


def in_force(changes: Iterable[ProfileChange], merged: Mapping[str, str]) -> list[ProfileChange]:
    """The corrections that hold, under the ids that survive (`merged`: every merged id → the surviving one): of each
    customer and column the latest that was not taken back. `changes` come oldest first. What is taken back under a
    surviving id is all that was said of the customer; under a merged one what was said under that one.

    >>> from datetime import datetime
    >>> def said(id, who, new, **more): return ProfileChange(id, who, "region", None, new, "li", datetime.now(), **more)
    >>> changes = [said(1, "a", "N"), said(2, "b", "S"), said(3, "c", "W")]
    >>> [(c.customer_id, c.new) for c in in_force(changes, {"b": "a"})]
    [('a', 'S'), ('c', 'W')]
    >>> [(c.customer_id, c.new) for c in in_force([*changes, said(4, "b", None, withdrawn=True)], {"b": "a"})]
    [('a', 'N'), ('c', 'W')]
    """
    said: dict[tuple[str, str], dict[str, ProfileChange]] = {}
    for change in changes:
        own = merged.get(change.customer_id, change.customer_id)
        holding = said.setdefault((own, change.column), {})
        if change.withdrawn and change.customer_id == own:
            holding.clear()
        else:
            holding.pop(change.customer_id, None)
        if not change.withdrawn:
            holding[change.customer_id] = replace(change, customer_id=own)
    return [list(holding.values())[-1] for holding in said.values() if holding]


def same_value(one: str | None, other: str | None) -> bool:
    """Whether two texts of a cell say the same: a column of numbers tells 7.5 of what somebody typed as 7.50. A number
    with leading zeros is a code.

    >>> same_value("7.5", "7.50"), same_value("007", "7"), same_value(None, "0")
    (True, False, False)
    """
    if one is None or other is None or one == other:
        return one == other
    return bool(_NUMBER.fullmatch(one) and _NUMBER.fullmatch(other)) and Decimal(one) == Decimal(other)


def corrected_columns(
    columns: Sequence[str], corrections: Iterable[ProfileChange], fixed: Collection[str]
) -> list[str]:  # fmt: skip
    """Of the columns of a customers source those that are corrected, in its order; `fixed` ones are never."""
    wanted = {c.column for c in corrections} - {*_NO_PROFILE, *fixed}
    return [c for c in columns if c in wanted and not c.startswith("_")]


def correction_rows(
    corrections: Iterable[ProfileChange], columns: Sequence[str]
) -> tuple[list[tuple[str | int | None, ...]], dict[str, Any]]:  # fmt: skip
    """One row a customer for `with_corrections`, and the types of its columns: `_who`, and of each corrected column its
    value as text and whether there is one."""
    by_customer: dict[str, dict[str, str | None]] = {}
    for each in corrections:
        if each.column in columns:
            by_customer.setdefault(each.customer_id, {})[each.column] = each.new
    rows = [
        (who, *(cell for c in columns for cell in (told.get(c), int(c in told)))) for who, told in by_customer.items()
    ]
    types: dict[str, Any] = {"_who": "string"}
    for i in range(len(columns)):
        types |= {f"v{i}": "string", f"s{i}": "int64"}
    return rows, types


def with_corrections(people: ir.Table, own: ir.Table, columns: Sequence[str]) -> ir.Table:
    """The customers source with its `columns` corrected, row by row, and the same columns and types; `own` has the rows
    of `correction_rows`. A value that does not fit its column's type is null."""
    joined: Any = people.left_join(own, like(people.customer_id, dt.string) == own["_who"])
    values = {
        c: ibis.ifelse(joined[f"s{i}"] == 1, joined[f"v{i}"].try_cast(people[c].type()), joined[c])
        for i, c in enumerate(columns)
    }
    return joined.select(**{c: values.get(c, joined[c]) for c in people.columns})


def with_profiles(people: ir.Table, ids: ir.Table) -> ir.Table:
    """The customers source with an empty profile for those whose `_who` it does not have."""
    known = people.select(_known=like(people.customer_id, dt.string))
    new = ids.anti_join(known, ids["_who"] == known["_known"])
    empty = {c: ibis.null(kind) for c, kind in people.schema().items() if c != "customer_id"}
    who = like(new["_who"], people.customer_id.type())
    return people.union(new.select(**{c: empty.get(c, who) for c in people.columns}))
