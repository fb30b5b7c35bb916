"""`custrata plan --what-if`: the levels that another scheme would give, customer by customer, beside this one's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.conditions.tree import column_of
from custrata.core.errors import CustrataError, Problem
from custrata.core.levels.ladder import Ladder
from custrata.core.metrics.plan import header_columns
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang
from custrata.usecases.before import params_before
from custrata.usecases.evaluate import Evaluation, classify, within_calendar
from custrata.usecases.levels.kept import store_of
from custrata.usecases.levels.plan import ground_of, require_levels
from custrata.usecases.levels.reckon import reckoned, spending
from custrata.usecases.levels.report_files import WHAT_IF_ENDINGS, write_what_if
from custrata.usecases.load.loaded import loaded
from custrata.usecases.ports import Clock, Engine, Progress, StoreFactory, silent
from custrata.usecases.store import OpenStore
from custrata.usecases.workspace import Workspace
from custrata.usecases.written import check_ending


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
    """One customer whom the two schemes place differently. The causes are those of his move under each scheme, null
    where he stays where he is `now`."""

    ladder: str
    customer_id: str
    now: str | None
    ours: str | None
    theirs: str | None
    ours_cause: str | None
    theirs_cause: str | None
    spend: Decimal


@dataclass(frozen=True)
class WhatIf:
    """Two schemes over the same facts: everybody by the two levels (equal ones included), and those who spend most of
    those placed differently. `notes` are those of both evaluations."""

    as_of: date
    other: Scheme
    table: tuple[Difference, ...]
    biggest: tuple[Differing, ...]
    notes: tuple[Problem, ...] = ()

    @property
    def differing(self) -> int:
        return sum(d.customers for d in self.table if d.ours != d.theirs)


@dataclass(frozen=True)
class Beside:
    """Two evaluations of the same facts, and for each ladder that both have everybody's level under each: customer_id,
    `now`, `ours`, `ours_cause`, `theirs`, `theirs_cause` and `spend`. `scratch` is for files that nobody keeps."""

    ours: Evaluation
    theirs: Evaluation
    ladders: dict[str, ir.Table]
    engine: Engine
    scratch: Path

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What both evaluations note, each once: a model that fits nobody moves everybody."""
        ours = self.ours.notes
        return (*ours, *(note for note in self.theirs.notes if note not in ours))

    def apart(self, ladder: str) -> Any:
        """Those whom the two place differently, with the numbers that each scheme's conditions read, as texts in the
        order of its ladder's inputs: `ours_numbers`, `theirs_numbers`."""
        t: Any = self.ladders[ladder]
        t = t.filter(~t.ours.identical_to(t.theirs))
        for side, evaluation in (("ours", self.ours), ("theirs", self.theirs)):
            own = _numbers(evaluation, evaluation.scheme.levels[ladder])
            t = t.left_join(own, t.customer_id == own["_who"]).drop("_who").rename({f"{side}_numbers": "_numbers"})
        return t


def what_if(
    workspace: Workspace, store_for: StoreFactory, open_store: OpenStore, clock: Clock, other: Path, *,
    as_of: date | None = None, shown: int = 20, out: Sequence[Path] = (), lang: Lang = "zh",
    progress: Progress = silent,
) -> WhatIf:  # fmt: skip
    """Plans the scheme of the workspace and another one for the same day, from the same levels and overrides. Nothing
    is written but the files of `out` (.xlsx: everybody who differs; .html: a page to be sent), in a language.

    The other scheme says how to classify; the facts stay those of the workspace. Ladders are compared by name. Errors:
    those of `plan` and of reading a scheme; E-PLAN-020 the two have no ladder in common; E-CLI-003 a file of another
    ending; E-PLAN-009 more customers differ than a sheet holds; E-RUN-006 a file cannot be written.
    """
    for file in out:
        check_ending(file, WHAT_IF_ENDINGS)
    theirs = Scheme.load(other)
    with (
        loaded(workspace, store_for, clock(), progress=progress, open_store=open_store) as ready,
        store_of(workspace, open_store) as store,
    ):
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
        evaluated = [
            classify(scheme, facts, ready.store, progress=progress, before=params_before(workspace, scheme))
            for scheme in (ready.scheme, theirs)
        ]
        found = [reckoned(e, ready.store, ground, overrides, ready.today) for e in evaluated]
        placed = {name: [r[name].everybody() for r in found] for name in common}
        ladders = {name: _beside(both[0], both[1], spending(evaluated[0])) for name, both in placed.items()}
        table: list[Difference] = []
        biggest: list[Differing] = []
        for name, both in ladders.items():
            table += _table(ready.store, name, both)
            biggest += _biggest(ready.store, name, both, shown)
        beside = Beside(evaluated[0], evaluated[1], ladders, ready.store, ready.at.scratch)
        for file in out:
            progress("report", file=str(file))
            write_what_if(beside, file, lang)
    biggest.sort(key=lambda d: (-d.spend, d.customer_id))
    return WhatIf(facts.as_of, theirs, tuple(table), tuple(biggest[:shown]), beside.notes)


def _beside(ours: Any, theirs: Any, spend: Any) -> Any:
    other = theirs.select(_who="customer_id", theirs="level", theirs_cause="cause")
    both = ours.left_join(other, ours.customer_id == other["_who"]).drop("_who")
    both = both.left_join(spend, both.customer_id == spend["_who"])
    return both.select("customer_id", now=both.before, ours=both.level, ours_cause=both.cause, theirs=both.theirs,
                       theirs_cause=both.theirs_cause, spend=both.spend)  # fmt: skip


def _table(engine: Any, ladder: str, both: Any) -> Sequence[Difference]:
    by = both.group_by("ours", "theirs").aggregate(customers=both.count(), spend=both.spend.sum())
    rows = engine.rows(by.filter(by.ours.notnull() | by.theirs.notnull()).order_by(["ours", "theirs"]))
    return [Difference(ladder, **{**r, "spend": Decimal(str(r["spend"] or 0))}) for r in rows]


def _biggest(engine: Any, ladder: str, both: Any, shown: int) -> Sequence[Differing]:
    apart = both.filter(~both.ours.identical_to(both.theirs))
    rows = engine.rows(apart.order_by([ibis.desc("spend", nulls_first=False), "customer_id"]).limit(shown))
    return [Differing(ladder, **{**r, "spend": Decimal(str(r["spend"] or 0))}) for r in rows]


def _numbers(evaluation: Evaluation, ladder: Ladder) -> Any:
    t = evaluation.numbers
    numbers = [column_of(t, n.removeprefix("@")).cast(dt.string) for n in ladder.inputs()]
    none = ibis.null("array<string>")
    return t.select(_who=t.customer_id.cast(dt.string), _numbers=ibis.array(numbers) if numbers else none)
