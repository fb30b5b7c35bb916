"""Everybody's level on a day: the ladders of a scheme over an evaluation, and what they stood at before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.conditions.tree import column_of
from custrata.core.levels.ladder import Ladder
from custrata.core.levels.moves import OVERRIDES, STANDING, Before, planned, with_scheme_changes
from custrata.core.levels.settled import among, changed, unsettled
from custrata.core.metrics.membership import joining_days
from custrata.core.metrics.plan import JOINED
from custrata.core.store import Override
from custrata.usecases.evaluate import Evaluation
from custrata.usecases.levels.standings import read_standings, write_changes, write_standings
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


@dataclass(frozen=True)
class Reckoned:
    """What was found on a ladder: `asked`, standing and move (columns of `STANDING` and `MOVE`) of those who were asked
    for, computed. Where only those were of whom anything could have changed, `before` are their standings before and
    `held` those of all on the ladder: everybody else stands as he stood."""

    asked: ir.Table
    before: ir.Table | None = None
    held: ir.Table | None = None

    def standing(self) -> ir.Table:
        """Where everybody stands who is on a level; columns of `STANDING`."""
        asked = self.asked.filter(self.asked.level.notnull()).select(*STANDING)
        return asked if self.held is None else asked.union(self._settled().select(*STANDING))

    def everybody(self) -> ir.Table:
        """Standing and move of everybody."""
        if self.held is None:
            return self.asked
        t: Any = self._settled()
        t = t.mutate(before=t.level, before_since=t.since, cause=ibis.null(dt.string))
        return self.asked.union(t.select(*self.asked.columns))

    def changes(self) -> ir.Table | None:
        """The standings that are others than those before; null where they are not told from the others."""
        return None if self.before is None else changed(self.asked, self.before)

    def _settled(self) -> ir.Table:
        assert self.held is not None
        return self.held.anti_join(self.asked, "customer_id")


def reckoned(
    evaluation: Evaluation, engine: Engine, ground: Ground, overrides: Sequence[Override], today: date,
    old: Evaluation | None = None,
) -> dict[str, Reckoned]:  # fmt: skip
    """For each ladder everybody's standing and move. `old` is an evaluation of the scheme of before, where the scheme
    has changed since."""
    found = {}
    for name, ladder in evaluation.scheme.levels.items():
        before, given = _before(engine, ground, name), _given(overrides, name, evaluation.as_of, today)
        former = old.scheme.levels.get(name) if old is not None else None
        people, held = ladder.judged(_people(evaluation, ladder)), before.standing
        fewer = before.standing is not None and before.shown is None and former is None
        if fewer:
            people, before = _unsettled(evaluation, engine, name, people, before, given)
        t = planned(_with_days(people, evaluation, ladder), ladder, before, given, evaluation.as_of)
        if old is not None and former is not None:
            then = _with_days(former.judged(_people(old, former)), old, former)
            t = with_scheme_changes(t, planned(then, former, before, given, old.as_of))
        asked = engine.materialise(f"levels_{name}", t, words=True)
        found[name] = Reckoned(asked, before.standing, held) if fewer else Reckoned(asked)
    return found


def _unsettled(
    evaluation: Evaluation, engine: Engine, name: str, judged: ir.Table, before: Before, given: ir.Table | None
) -> tuple[ir.Table, Before]:  # fmt: skip
    """Those who have to be asked for, and their standings before."""
    asked = unsettled(judged, evaluation.scheme.levels[name], before, given, evaluation.as_of)
    few: Any = engine.materialise(f"unsettled_{name}", asked)
    assert before.standing is not None
    held = engine.materialise(f"held_{name}", among(before.standing, few))
    return few.filter(few.here).drop("here"), replace(before, standing=held)


def write_reckoned(
    folder: Path, engine: Engine, found: Mapping[str, Reckoned], ground: Ground, same_rules: bool
) -> None:  # fmt: skip
    """Writes where everybody stands, of all ladders, in the order of ladders and ids; where the rules are those of
    before and few have changed, only these."""
    if same_rules and ground.base is not None:
        changes = [(name, r.changes()) for name, r in found.items()]
        told = [t.mutate(ladder=ibis.literal(name)) for name, t in changes if t is not None]
        if len(told) == len(found):
            since = (ibis.union(*told) if len(told) > 1 else told[0]).select("ladder", *STANDING)
            if write_changes(folder, engine, ground.base[0], since):
                return
    write_standings(folder, engine, standings(found))


def standings(found: Mapping[str, Reckoned]) -> ir.Table:
    """Where everybody stands, of all ladders, in the order of ladders and ids: `ladder` and the columns of
    `STANDING`."""
    here = {name: r.standing() for name, r in found.items()}
    if len(here) == 1:
        # In order before the one name is written beside every id.
        here = {name: t.order_by("customer_id") for name, t in here.items()}
    parts = [t.mutate(ladder=ibis.literal(name)).select("ladder", *STANDING) for name, t in here.items()]
    return parts[0] if len(parts) == 1 else ibis.union(*parts).order_by(["ladder", "customer_id"])


def moves(evaluation: Evaluation, found: Mapping[str, Reckoned]) -> ir.Table:
    """Those whose level is another than before, of all ladders; columns as in `MOVED`."""
    parts = []
    for name, r in found.items():
        moved = r.asked.filter(r.asked.cause.notnull())
        told = _told(evaluation, evaluation.scheme.levels[name], moved)
        both = moved.left_join(told, moved.customer_id == told["_who"])
        parts.append(both.mutate(ladder=ibis.literal(name)).select(*MOVED))
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def spending(evaluation: Evaluation) -> ir.Table:
    """`_who` and what he spends, by the spend that its ladders ask for."""
    t = evaluation.numbers
    return t.select(_who=t.customer_id.cast(dt.string), spend=t[evaluation.scheme.level_spend()])


def _people(evaluation: Evaluation, ladder: Ladder) -> ir.Table:
    """What the ladder's conditions read of everybody."""
    t = evaluation.numbers
    who = t.customer_id.cast(dt.string)
    read = {n.removeprefix("@"): column_of(t, n.removeprefix("@")) for n in ladder.inputs()}
    columns = {n if n in t.columns else f"@{n}": column for n, column in read.items()}
    return t.select(customer_id=who, **columns)


def _with_days(people: Any, evaluation: Evaluation, ladder: Ladder) -> ir.Table:
    """With the days of each one's latest refund and of his joining, where the ladder asks for them."""
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
        t = read_standings(folder, engine)
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
