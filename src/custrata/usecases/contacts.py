"""What is known of customers besides sales: the interactions and assets of one evaluation, from all their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.facts.assets import held
from custrata.core.facts.columns import INTERACTION_WORDS
from custrata.core.facts.ids import like
from custrata.core.facts.interactions import SHOWN, TYPES, interactions, tells_closing, together
from custrata.core.metrics.assets import Assets
from custrata.core.metrics.interactions import OfInteractions
from custrata.core.scheme.sources import Interactions
from custrata.usecases.identity_parents import under_surviving_ids
from custrata.usecases.reading import Reading


@dataclass(frozen=True)
class Contacts:
    """Interactions and assets up to the as-of date, null where there is no source of them; `columns` are those of them
    that some source tells."""

    interactions: ir.Table | None
    assets: ir.Table | None
    columns: Mapping[str, tuple[str, ...]]

    @property
    def tables(self) -> list[ir.Table]:
        return [t for t in (self.interactions, self.assets) if t is not None]

    def under(self, who: dt.DataType) -> Contacts:
        """The same with customers as `who`."""
        found = [
            None if t is None else t.mutate(customer_id=like(t.customer_id, who))
            for t in (self.interactions, self.assets)
        ]
        return Contacts(found[0], found[1], self.columns)

    def customers(self) -> ir.Table | None:
        """`customer_id` of all whom they tell of, once each; null where there is no source."""
        parts = [t.select("customer_id") for t in self.tables]
        return reduce(lambda a, b: a.union(b), parts).distinct() if parts else None

    def shown(self) -> ir.Table | None:
        """Customer and what is shown of each interaction, the customer's id as text."""
        t = self.interactions
        return None if t is None else t.select(*SHOWN, customer_id=like(t.customer_id, dt.string))


def contacts(reading: Reading, day: date) -> Contacts:
    """Reads the sources of interactions and assets up to a day. Raises E-SCHEME-055 where a metric reads a kind that
    there is none of and that the scheme does not name."""
    columns: dict[str, tuple[str, ...]] = {"interactions": (), "assets": ()}
    table: ir.Table | None = None
    parts = []
    for name in reading.named("interactions"):
        config = reading.config(name)
        assert isinstance(config, Interactions)
        rows = reading.of_customers(name, reading.until(day, name))
        parts.append(interactions(_once(reading, name, rows), config, day))
        columns["interactions"] += _told(rows, config)
    if parts:
        table = reading.engine.materialise("interactions", together(parts))
    holdings: ir.Table | None = None
    for name in reading.named("assets"):
        rows = reading.of_customers(name, reading.until(day, name))
        key = [c for c in ("customer_id", "kind", "day") if c in rows.columns]
        rows = reading.distinct(name, rows, key, "value", "E-ROW-013")
        # Before customers are moved: two deposits that one customer has under two ids are two.
        holdings = reading.engine.materialise("assets", under_surviving_ids(held(rows), reading.ids))
        columns["assets"] = tuple(rows.columns)
    found = Contacts(table, holdings, columns)
    _require_kinds(reading, found)
    return found


def _once(reading: Reading, name: str, rows: ir.Table) -> ir.Table:
    """Rows of which those with a number are there once for each."""
    if "id" not in rows.columns:
        return rows
    plain = rows.drop([c for c in rows.columns if c.startswith("_")])
    numbered = reading.distinct(name, plain.filter(plain.id.notnull()), ("id",))
    return plain.filter(plain.id.isnull()).union(numbered.select(*plain.columns))


def _told(rows: ir.Table, config: Interactions) -> tuple[str, ...]:
    """The columns that metrics may read of a source."""
    closing = ("closed_at", "open") if tells_closing(set(rows.columns), config) else ()
    further = (c for c in rows.columns if c not in TYPES or c in ("id", "status", "value", "product_id"))
    return ("day", "kind", *closing, *further)


def _require_kinds(reading: Reading, found: Contacts) -> None:
    """A kind that is misspelt would be nobody's: 0 for everybody, and nobody would know."""
    scheme = reading.scheme
    declared = set(INTERACTION_WORDS)
    for config in scheme.sources.interactions.values():
        declared |= {config.kind or "", *config.kinds}
    wanted = [
        (name, source, kind)
        for name, metric in {**scheme.metrics, **scheme.own_metrics()}.items()
        for source, base, known in (("interactions", OfInteractions, declared), ("assets", Assets, set[str]()))
        if isinstance(metric, base) for kind in metric.of if kind not in known
    ]  # fmt: skip
    problems = []
    for name, source, kind in wanted:
        t = found.interactions if source == "interactions" else found.assets
        if t is None or "kind" not in found.columns[source]:
            # That there is none at all is told of with the other columns that are missing.
            continue
        rows = reading.engine.rows(t.select("kind").distinct().order_by("kind").limit(1_000))
        there = [r["kind"] for r in rows if r["kind"] is not None]
        if kind not in there:
            whose = name.split(".")[0]
            values = {"metric": whose, "kind": kind, "source": source, "known": ", ".join(there[:40]) or "–"}
            near = did_you_mean(kind, [*there, *(declared if source == "interactions" else ())])
            problems.append(Problem("E-SCHEME-055", scheme.places.get(whose, whose), {**values, "suggestion": near}))
    if problems:
        raise CustrataError(*problems)
