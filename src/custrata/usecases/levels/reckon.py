"""Everybody's level on a day: the ladders of a scheme over an evaluation, and what they stood at before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.conditions.tree import column_of
from custrata.core.levels.ladder import Ladder
from custrata.core.levels.moves import OVERRIDES, STANDING, Before, planned, with_scheme_changes
from custrata.core.metrics.membership import joining_days
from custrata.core.metrics.plan import JOINED
from custrata.core.store import Override
from custrata.usecases.evaluate import Evaluation
from custrata.usecases.levels.kept import STANDINGS, run_table
from custrata.usecases.ports import Engine

#: Columns of a move: the standing's, what was before, the spend by which moves are ranked, and the `numbers` that the
#: ladder's conditions read, as texts in the order of its `inputs`.
MOVED = (
    "ladder", "customer_id", "before", "level", "cause", "since", "before_since", "held_by", "spend", "numbers"
)  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """What levels are reckoned from: the folder and day of the run that was applied last for an earlier day (`base`),
    the folder of the one that is shown now where that is a later one, and which ids were merged."""

    base: tuple[Path, date] | None
    shown: Path | None
    merged: Mapping[str, str]


def reckoned(
    evaluation: Evaluation, engine: Engine, ground: Ground, overrides: Sequence[Override], today: date,
    old: Evaluation | None = None,
) -> dict[str, ir.Table]:  # fmt: skip
    """For each ladder everybody's standing and move (columns of `STANDING` and `MOVE`), computed.
    `old` is an evaluation of the scheme of before, where the scheme has changed since."""
    found = {}
    for name, ladder in evaluation.scheme.levels.items():
        before, given = _before(engine, ground, name), _given(overrides, name, evaluation.as_of, today)
        t = planned(_people(evaluation, ladder), ladder, before, given, evaluation.as_of)
        former = old.scheme.levels.get(name) if old is not None else None
        if old is not None and former is not None:
            t = with_scheme_changes(t, planned(_people(old, former), former, before, given, old.as_of))
        found[name] = engine.materialise(f"levels_{name}", t, words=True)
    return found


def standings(found: Mapping[str, ir.Table]) -> ir.Table:
    """Where everybody stands, of all ladders, in the order of ladders and ids: `ladder` and the columns of
    `STANDING`."""
    here = {name: t.filter(t.level.notnull()) for name, t in found.items()}
    if len(here) == 1:
        # In order before the one name is written beside every id.
        here = {name: t.order_by("customer_id") for name, t in here.items()}
    parts = [t.mutate(ladder=ibis.literal(name)).select("ladder", *STANDING) for name, t in here.items()]
    return parts[0] if len(parts) == 1 else ibis.union(*parts).order_by(["ladder", "customer_id"])


def moves(evaluation: Evaluation, found: Mapping[str, ir.Table]) -> ir.Table:
    """Those whose level is another than before, of all ladders; columns as in `MOVED`."""
    parts = []
    for name, t in found.items():
        moved = t.filter(t.cause.notnull())
        told = _told(evaluation, evaluation.scheme.levels[name], moved)
        both = moved.left_join(told, moved.customer_id == told["_who"])
        parts.append(both.mutate(ladder=ibis.literal(name)).select(*MOVED))
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def spending(evaluation: Evaluation) -> ir.Table:
    """`_who` and what he spends, by the spend that its ladders ask for."""
    t = evaluation.numbers
    return t.select(_who=t.customer_id.cast(dt.string), spend=t[evaluation.scheme.level_spend()])


def _people(evaluation: Evaluation, ladder: Ladder) -> ir.Table:
    """What the ladder's conditions read of everybody, and the days of his latest refund and of his joining."""
    t = evaluation.numbers
    who = t.customer_id.cast(dt.string)
    read = {n.removeprefix("@"): column_of(t, n.removeprefix("@")) for n in ladder.inputs()}
    columns = {n if n in t.columns else f"@{n}": column for n, column in read.items()}
    people: Any = t.select(customer_id=who, **columns)
    people = _with_day(people, _joined(evaluation) if ladder.review == "anniversary of joining" else None, "joined")
    return _with_day(people, _refunded(evaluation) if ladder.refund == "at once" else None, "refunded")


def _with_day(people: Any, days: ir.Table | None, name: str) -> Any:
    if days is None:
        return people.mutate(**{name: ibis.null(dt.date)})
    joined = people.left_join(days, people.customer_id == days["_who"])
    return joined.select(*people.columns, **{name: joined["_day"]})


def _joined(evaluation: Evaluation) -> ir.Table:
    """The day on which each customer joined, as membership years count it."""
    t, facts = evaluation.numbers, evaluation.facts.tables
    if JOINED in t.columns:
        return t.select(_who=t.customer_id.cast(dt.string), _day=t[JOINED])
    joined = joining_days(facts.orders, facts.customers)
    return joined.select(_who=joined.customer_id.cast(dt.string), _day=joined.joined)


def _refunded(evaluation: Evaluation) -> ir.Table:
    """The day of each customer's latest return."""
    lines = evaluation.facts.lines.filter(lambda t: t.is_return)
    by = lines.group_by(_who=lines.customer_id.cast(dt.string))
    return by.aggregate(_day=lines.day.max())


def _told(evaluation: Evaluation, ladder: Ladder, moved: ir.Table) -> ir.Table:
    """What moves are told with."""
    t = evaluation.numbers
    t = t.filter(t.customer_id.cast(dt.string).isin(moved.customer_id))
    numbers = [column_of(t, n.removeprefix("@")).cast(dt.string) for n in ladder.inputs()]
    spend = t[evaluation.scheme.level_spend()]
    return t.select(_who=t.customer_id.cast(dt.string), spend=spend, numbers=ibis.array(numbers))


def _before(engine: Engine, ground: Ground, ladder: str) -> Before:
    def standing(folder: Path) -> ir.Table:
        t = run_table(engine, folder, STANDINGS)
        return t.filter(t.ladder == ladder).select(*STANDING)

    merged = None
    if ground.merged:
        merged = ibis.memtable(list(ground.merged.items()), schema={"customer_id": "string", "survivor": "string"})
    return Before(
        standing(ground.base[0]) if ground.base else None, ground.base[1] if ground.base else None,
        standing(ground.shown) if ground.shown else None, merged,
    )  # fmt: skip


def _given(overrides: Sequence[Override], ladder: str, as_of: date, today: date) -> ir.Table | None:
    """The overrides in force, the latest of each customer."""
    mine = [o for o in sorted(overrides, key=lambda o: o.id) if o.ladder == ladder and o.in_force(as_of, today)]
    latest = {o.customer_id: o for o in mine}
    rows = [(o.customer_id, o.kind, o.level, str(o.id)) for o in latest.values()]
    return ibis.memtable(rows, schema=OVERRIDES) if rows else None
