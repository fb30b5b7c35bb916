"""`custrata plan --what-if`: the levels that another scheme would give, customer by customer, beside this one's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis

from custrata.core.errors import CustrataError, Problem
from custrata.core.metrics.plan import header_columns
from custrata.core.scheme.model import Scheme
from custrata.usecases.evaluate import classify, within_calendar
from custrata.usecases.levels.kept import store_of
from custrata.usecases.levels.plan import ground_of, require_levels
from custrata.usecases.levels.reckon import reckoned, spending
from custrata.usecases.load.loaded import loaded
from custrata.usecases.ports import Clock, Progress, StoreFactory, silent
from custrata.usecases.store import OpenStore
from custrata.usecases.workspace import Workspace


@dataclass(frozen=True)
class Difference:
    """Customers to whom this scheme gives one level and the other one another (null: none), and what they spend."""

    ladder: str
    ours: str | None
    theirs: str | None
    customers: int
    spend: Decimal


@dataclass(frozen=True)
class Differing:
    """One customer whom the two schemes place differently."""

    ladder: str
    customer_id: str
    now: str | None
    ours: str | None
    theirs: str | None
    spend: Decimal


@dataclass(frozen=True)
class WhatIf:
    """Two schemes over the same facts: everybody by the two levels (equal ones included), and those who spend most of
    those placed differently."""

    as_of: date
    other: Scheme
    table: tuple[Difference, ...]
    biggest: tuple[Differing, ...]

    @property
    def differing(self) -> int:
        return sum(d.customers for d in self.table if d.ours != d.theirs)


def what_if(
    workspace: Workspace, store_for: StoreFactory, open_store: OpenStore, clock: Clock, other: Path, *,
    as_of: date | None = None, shown: int = 20, progress: Progress = silent,
) -> WhatIf:  # fmt: skip
    """Plans the scheme of the workspace and another one for the same day, from the same levels and overrides. Nothing
    is written.

    The other scheme says how to classify; the facts stay those of the workspace. Ladders are compared by name. Errors:
    those of `plan` and of reading a scheme; E-PLAN-020 the two have no ladder in common.
    """
    theirs = Scheme.load(other)
    with loaded(workspace, store_for, clock(), progress=progress) as ready, store_of(workspace, open_store) as store:
        require_levels(ready.scheme, workspace)
        common = [name for name in ready.scheme.levels if name in theirs.levels]
        if not common:
            values = {"ours": ", ".join(ready.scheme.levels), "theirs": ", ".join(theirs.levels) or "–"}
            raise CustrataError(Problem("E-PLAN-020", other.name, values))
        more = header_columns({**theirs.metrics, **theirs.own_metrics()})
        kept = ready.facts(progress, more)
        facts = kept.facts(within_calendar(as_of), ready.today)
        overrides = store.overrides()
        ground = ground_of(workspace, store, facts.as_of, kept.ids.mapping)
        evaluated = [classify(scheme, facts, ready.store, progress=progress) for scheme in (ready.scheme, theirs)]
        found = [reckoned(e, ready.store, ground, overrides, ready.today) for e in evaluated]
        table: list[Difference] = []
        biggest: list[Differing] = []
        for name in common:
            both = _beside(found[0][name], found[1][name], spending(evaluated[0]))
            table += _table(ready.store, name, both)
            biggest += _biggest(ready.store, name, both, shown)
    biggest.sort(key=lambda d: (-d.spend, d.customer_id))
    return WhatIf(facts.as_of, theirs, tuple(table), tuple(biggest[:shown]))


def _beside(ours: Any, theirs: Any, spend: Any) -> Any:
    other = theirs.select(_who="customer_id", theirs="level")
    both = ours.left_join(other, ours.customer_id == other["_who"]).drop("_who")
    both = both.left_join(spend, both.customer_id == spend["_who"])
    return both.select("customer_id", now=both.before, was=both.cause, ours=both.level, theirs=both.theirs,
                       spend=both.spend)  # fmt: skip


def _table(engine: Any, ladder: str, both: Any) -> Sequence[Difference]:
    by = both.group_by("ours", "theirs").aggregate(customers=both.count(), spend=both.spend.sum())
    rows = engine.rows(by.filter(by.ours.notnull() | by.theirs.notnull()).order_by(["ours", "theirs"]))
    return [Difference(ladder, **{**r, "spend": Decimal(str(r["spend"] or 0))}) for r in rows]


def _biggest(engine: Any, ladder: str, both: Any, shown: int) -> Sequence[Differing]:
    apart = both.filter(~both.ours.identical_to(both.theirs)).drop("was")
    rows = engine.rows(apart.order_by([ibis.desc("spend"), "customer_id"]).limit(shown))
    return [Differing(ladder, **{**r, "spend": Decimal(str(r["spend"] or 0))}) for r in rows]
