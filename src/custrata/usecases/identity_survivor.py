"""Whose id stays when customers become one: by the scheme's rule, the same whatever order records came in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.identity.changes import Best
from custrata.core.identity.policy import Identity
from custrata.core.scheme.model import Scheme
from custrata.usecases.ports import Engine
from custrata.usecases.rows import read_source
from custrata.usecases.sources import open_sources

_NEVER = "9999-12-31"


def survivor_rule(
    engine: Engine, customers: ir.Table, ids: Sequence[str], policy: Identity, orders: ir.Table | None
) -> Best:
    """A function that picks the survivor among some of `ids`. `orders` has `customer_id` and `orders`, their number; it
    is needed for `most_orders` only. Who is in no table has neither orders nor a date and comes last.

    Among equals the one who joined first stays, then the smallest id (9 before 10).
    """
    import pyarrow as pa

    wanted = engine.from_arrow("survivors", pa.table({"customer_id": pa.array(list(ids), pa.string())}))
    t = customers.semi_join(wanted, "customer_id")
    others = [c for c in t.columns if c != "customer_id"]
    filled: Any = sum((t[c].notnull().ifelse(1, 0) for c in others), start=0) if others else 0
    joined = t.joined_at.cast(dt.string) if "joined_at" in t.columns else None
    told = t.select("customer_id", filled=filled, **({} if joined is None else {"joined": joined}))
    rows = {r["customer_id"]: r for r in engine.rows(told)}
    bought = {}
    if orders is not None:
        bought = {r["customer_id"]: r["orders"] for r in engine.rows(orders.semi_join(wanted, "customer_id"))}

    def place(customer: str) -> tuple[Any, ...]:
        row = rows.get(customer, {})
        joined = row.get("joined") or _NEVER
        first: dict[str, Any] = {
            "oldest": 0, "most_orders": -bought.get(customer, 0), "most_complete": -row.get("filled", -1),
        }  # fmt: skip
        return (first[policy.survivor], joined, len(customer), customer)

    return lambda group: min(group, key=place)


def order_counts(scheme: Scheme, base: Path, scratch: Path, engine: Engine) -> ir.Table:
    """`customer_id` (text) and `orders`: how many orders of each customer can be used."""
    opened = open_sources(scheme, base, scratch, only=("orders",))["orders"]
    t = read_source("orders", opened, scheme.sources.orders, engine).table
    t = t.filter(~t["_bad"] & t["_excluded"].isnull())
    t = t.mutate(customer_id=t.customer_id.cast(dt.string))
    return engine.materialise("order_counts", t.group_by("customer_id").aggregate(orders=t.order_id.nunique()))
