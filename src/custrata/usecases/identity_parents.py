"""The ids under which facts are evaluated: merged customers under the surviving one, subsidiaries under the top
parent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import Problem
from custrata.core.identity.apply import with_surviving_ids
from custrata.core.identity.features import found_fields
from custrata.core.identity.parents import composed, topmost
from custrata.core.identity.policy import Identity
from custrata.usecases.ports import Engine

#: How many of a circle's customers are named.
_NAMED = 10


@dataclass(frozen=True)
class Ids:
    """`mapping` as `with_surviving_ids` takes it, both ways together; `merged` as `merged_customers` takes it and `top`
    as `without_subsidiaries` does; `problems` are circles (E-ID-017) and unknown parents (E-ID-018), which nobody needs
    to mend before a run: the customers they name stay as they are."""

    mapping: Mapping[str, str]
    merged: Mapping[str, str]
    top: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def evaluated_ids(engine: Engine, customers: ir.Table | None, merged: Mapping[str, str], policy: Identity) -> Ids:
    """Where the scheme rolls up to parents, merges first and then the way up; else the merges alone.

    `customers` has `customer_id` and the column of parents, ids as text. A parent that was merged into another
    counts as that one; a customer who was merged takes the parent of the surviving record, else that of the smallest
    merged id.
    """
    if policy.roll_up == "none" or customers is None:
        return Ids(merged, merged)
    column = found_fields(customers.columns, policy.named_fields).get("parent_id")
    if column is None:
        return Ids(merged, merged)
    t = customers.filter(customers[column[0]].notnull()).select(customer="customer_id", parent=column[0])
    parents: dict[str, str] = {}
    for row in sorted(engine.rows(t), key=lambda r: (r["customer"] in merged, len(r["customer"]), r["customer"])):
        child, parent = merged.get(row["customer"], row["customer"]), row["parent"].strip()
        if parent:
            parents.setdefault(child, merged.get(parent, parent))
    known = {r["customer_id"] for r in engine.rows(customers.select("customer_id"))} if parents else set()
    found = topmost(parents, known)
    problems = [
        Problem("E-ID-017", "sources.customers", {"circle": " → ".join([*ring[:_NAMED], ring[0]])})
        for ring in found.circles
    ]
    problems += [
        Problem("E-ID-018", "sources.customers", {"id": c, "parent": p}) for c, p in (found.unknown or {}).items()
    ]
    return Ids(composed(merged, found.top), merged, found.top, tuple(problems))


def ids_of(engine: Engine, customers: ir.Table | None, merged: Mapping[str, str], policy: Identity) -> Ids:
    """`evaluated_ids` of the cleaned rows of the customers source."""
    if customers is None:
        return evaluated_ids(engine, None, merged, policy)
    texts = {c: customers[c].cast(dt.string) for c in customers.columns}
    return evaluated_ids(engine, customers.select(**texts), merged, policy)


def under_surviving_ids(rows: ir.Table, ids: Ids) -> ir.Table:
    """Rows of orders or returns under the ids that count."""
    if not ids.mapping or "customer_id" not in rows.columns:
        return rows
    return with_surviving_ids(rows, ids.mapping).select(*rows.columns)
