"""Where one customer stands: his level and since when, why, what he lacks to the next, what keeps it, how it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from custrata.core.levels.ladder import Ladder
from custrata.core.levels.progress import Aim, Asked, next_level, progress, progress_columns
from custrata.core.store import Override
from custrata.locale import Lang
from custrata.usecases.customers.veil import Hidden, hidden_columns, shown_as
from custrata.usecases.levels.history import History, Moved
from custrata.usecases.levels.reasons import Reasons
from custrata.usecases.levels.standings import read_standing
from custrata.usecases.look import Result
from custrata.usecases.store import Store
from custrata.usecases.workspace import Workspace


@dataclass(frozen=True)
class LadderStanding:
    """One customer on one ladder. `level` counts since `since`; the rules alone give `rule_level`; it is promised until
    `promised` (null: no more) and, if `failing` since that day, kept until `grace_ends` at least, and from then on to
    the next review; `override` is what was given by hand and holds or will hold. `next` is the level above and `asked`
    what it and this one take. Where customers never fall, nothing is failing. `history` tells each move with what
    decided it."""

    ladder: str
    level: str | None
    since: date | None
    rule_level: str | None
    promised: date | None
    failing: date | None
    grace_ends: date | None
    override: Override | None
    next: str | None
    asked: Mapping[Aim, Sequence[Asked]]
    benefits: Mapping[str, Any]
    history: Sequence[Moved]


def standing(workspace: Workspace, store: Store, result: Result, customer_id: str, lang: Lang) -> list[LadderStanding]:
    """Where a customer stands on every ladder, as of the current run. Raises E-RUN-004 where there is no such one."""
    customer = result.same_as.get(str(customer_id), str(customer_id))
    history = History(workspace, store, result.engine)
    held = _held(workspace, history, result, customer)
    if not held:
        result.surviving(customer)
    given = store.overrides(customer_id=customer)
    reasons = Reasons(workspace, result, history.runs, given, lang)
    moves = history.of(customer)
    found = []
    for name, ladder in result.scheme.levels.items():
        row = held.get(name, {})
        level = row.get("level") if row.get("level") in ladder.levels else None
        promised, failing, grace_ends = _protected(row, ladder, result.as_of)
        own = [o for o in given if o.ladder == name and o.ended_at is None]
        found.append(LadderStanding(
            name, row.get("level"), row.get("since"), row.get("rule_level"), promised, failing, grace_ends,
            next((o for o in reversed(own) if o.until is None or o.until >= result.as_of), None),
            next_level(ladder, level) if level else None,
            _asked(result, customer, ladder, level, lang) if level else {},
            ladder.levels[level].benefits if level else {}, [reasons.told(m) for m in moves if m.ladder == name],
        ))  # fmt: skip
    return found


def _held(workspace: Workspace, history: History, result: Result, customer: str) -> dict[str, Mapping[str, Any]]:
    """What the last applied plan says of the customer, by ladder."""
    if not history.runs:
        return {}
    folder = workspace.run_folder(history.runs[-1].id)
    return {r["ladder"]: r for r in read_standing(folder, result.engine, customer)}


def _protected(row: Mapping[str, Any], ladder: Ladder, day: date) -> tuple[date | None, date | None, date | None]:
    """Until when a level is promised, since when it fails, and until when it is kept at least."""
    policy, until = ladder.policy(), row.get("promised")
    failing = row.get("failing") if policy.falls else None
    ends = None if failing is None else max(policy.grace.end(failing), until or date.min)
    return until if until is not None and until > day else None, failing, ends


def _asked(result: Result, customer: str, ladder: Ladder, level: str, lang: Lang) -> Mapping[Aim, Sequence[Asked]]:
    t = ladder.scored(result.exact(customer))
    rows = result.engine.rows(t.select(**progress_columns(ladder, level, t)))
    told = progress(ladder, level, rows[0], lang, _ends(result, customer)) if rows else {}
    hidden = hidden_columns(result)
    return {aim: [_seen(a, hidden, result) for a in each] for aim, each in told.items()} if hidden else told


def _seen(asked: Asked, hidden: Mapping[str, Hidden], result: Result) -> Asked:
    """A comparison for a reader who sees some columns masked: also how far such a value is from a bound tells it."""
    of = [n.removeprefix("@") for n in asked.names if n not in result.scheme.metrics]
    how = next((hidden[n] for n in of if n in hidden), None)
    return asked if how is None else replace(asked, value=shown_as(asked.value, how), gap=None)


def _ends(result: Result, customer: str) -> dict[str, date]:
    """Metric → the last day of the customer's membership year, of metrics that count the one that is not over."""
    joined = result.joining_day(customer)
    windows = {n: m.window for n, m in result.scheme.metrics.items() if m.window.own and m.window.n == 0}
    years = {n: w.whole_year(joined, result.as_of) for n, w in windows.items()}
    return {n: year[1] for n, year in years.items() if year is not None}
