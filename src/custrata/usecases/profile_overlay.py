"""Corrections of profiles in one evaluation: laid over the customers, and told of in its run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.corrected import (
    corrected_columns,
    correction_rows,
    in_force,
    same_value,
    with_corrections,
    with_profiles,
)
from custrata.core.facts.ids import like
from custrata.core.identity.features import found_fields
from custrata.core.scheme.model import Scheme
from custrata.core.store import ProfileChange
from custrata.usecases.ports import Engine

#: The file of a run that tells which corrections it used, and what the source said.
CORRECTIONS = "corrections.parquet"
_TOLD = ("customer_id", "column", "value", "source", "who", "at", "reason")


@dataclass(frozen=True)
class Used:
    """A correction that a run used; `source` is what the source said by then."""

    change: ProfileChange
    source: str | None

    @property
    def idle(self) -> bool:
        """Whether the source says the same by now."""
        return same_value(self.source, self.change.new)


def fixed_columns(scheme: Scheme, columns: Sequence[str]) -> set[str]:
    """Columns that are settled where they come from: who belongs to which parent decides whose facts are whose."""
    if scheme.identity.roll_up == "none":
        return set()
    parent = found_fields(columns, scheme.identity.named_fields).get("parent_id")
    return {parent[0]} if parent is not None else set()


class Overlay:
    """Lays corrections over the customers of one evaluation, and remembers which it used."""

    def __init__(self, engine: Engine, scheme: Scheme, changes: Sequence[ProfileChange]) -> None:
        self._engine, self._scheme, self._changes = engine, scheme, changes
        self.used: list[Used] = []

    def over(self, people: ir.Table, merged: Mapping[str, str], others: Sequence[ir.Table]) -> ir.Table:
        """The customers corrected. `others` tell of customers besides: of one of whom the source tells nothing there is
        a profile from now on; of one who is nowhere there is none."""
        found = in_force(self._changes, merged)
        columns = corrected_columns(people.columns, found, fixed_columns(self._scheme, people.columns))
        if not columns:
            return people
        rows, types = correction_rows(found, columns)
        own = self._engine.from_rows("corrections", rows, types)
        there = [like(t.customer_id, dt.string).name("_id").as_table() for t in others]
        ids = own.select("_who")
        for t in there:
            new = ids.semi_join(t, ids["_who"] == t["_id"])
            people = with_profiles(people, new)
        source = {r["customer_id"]: r for r in self._told(people, own, columns)}
        self.used = [
            Used(c, source[c.customer_id][c.column]) for c in found if c.column in columns and c.customer_id in source
        ]
        return self._engine.materialise("corrected_customers", with_corrections(people, own, columns))

    def _told(self, people: ir.Table, own: ir.Table, columns: Sequence[str]) -> list[dict[str, Any]]:
        """What the source says in these columns of who is corrected, as text."""
        t = people.mutate(customer_id=like(people.customer_id, dt.string))
        some = t.semi_join(own, t.customer_id == own["_who"])
        return self._engine.rows(some.select("customer_id", **{c: some[c].cast(dt.string) for c in columns}))

    def read_by_metrics(self) -> list[list[str | None]]:
        """The corrections of what is kept with the numbers of customers: `[customer, column, value]`, sorted."""
        wanted = {*self._scheme.attributes, "joined_at"}
        told = [[u.change.customer_id, u.change.column, u.change.new] for u in self.used if u.change.column in wanted]
        return sorted(told, key=lambda row: [str(cell) for cell in row])

    def table(self) -> ir.Table | None:
        """What a run tells of the corrections it used; null where there are none."""
        if not self.used:
            return None
        rows: list[tuple[str | int | None, ...]] = [
            (u.change.customer_id, u.change.column, u.change.new, u.source, u.change.who,
             u.change.at.astimezone(UTC).isoformat(timespec="seconds"), u.change.reason)
            for u in self.used
        ]  # fmt: skip
        return self._engine.from_rows("corrections_used", rows, dict.fromkeys(_TOLD, "string"))


def told_of(engine: Engine, table: ir.Table | None, customer_id: str) -> list[dict[str, Any]]:
    """The corrections that a run used of one customer, by column."""
    if table is None:
        return []
    return engine.rows(table.filter(table.customer_id == customer_id).order_by([ibis.asc("column")]))
