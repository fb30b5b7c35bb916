"""Levels given by hand: a pin or a floor for one customer, with a reason and an author, for good or until a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.levels.ladder import Ladder
from custrata.core.scheme.model import Scheme
from custrata.core.store import AuditEntry, Override, OverrideKind
from custrata.usecases.levels.kept import store_of
from custrata.usecases.look import Result
from custrata.usecases.ports import Clock
from custrata.usecases.store import OpenStore
from custrata.usecases.workspace import Workspace


@dataclass(frozen=True)
class Given:
    """What somebody wants for a customer; `ladder` may be left out where there is only one."""

    customer_id: str
    level: str
    kind: OverrideKind = "pin"
    ladder: str | None = None
    starts: date | None = None
    until: date | None = None
    reason: str = ""


def give(
    workspace: Workspace, open_store: OpenStore, clock: Clock, result: Result, given: Given, *, who: str
) -> Override:
    """Records a level given by hand; it counts from the next plan on. One that the customer had on that ladder ends.
    `result` is the current run, whose customers can be given levels.

    Errors: E-HAND-001 no reason; E-HAND-002 no such ladder, or several and none named; E-HAND-003 no such level;
    E-HAND-004 it would end before it starts; E-RUN-004 no such customer in the current run.
    """
    now = clock().astimezone(UTC)
    scheme = workspace.scheme()
    name = ladder_named(scheme, given.ladder)
    level = _level(scheme.levels[name], given.level)
    # Facts may end before today: what is given without a first day holds for the levels that are shown now.
    starts = given.starts or min(now.date(), result.as_of)
    if not given.reason.strip():
        raise CustrataError(Problem("E-HAND-001", given.customer_id, {}))
    if given.until is not None and given.until < starts:
        raise CustrataError(Problem("E-HAND-004", given.customer_id, {"starts": starts, "until": given.until}))
    customer = result.surviving(given.customer_id)
    with workspace.writing(now), store_of(workspace, open_store) as store, store.transaction():
        for old in store.overrides(name, customer):
            if old.ended_at is None:
                store.end_override(old.id, now, who)
        made = store.add_override(
            Override(0, name, customer, given.kind, level, given.reason.strip(), who, now, starts, given.until)
        )
        detail = {"ladder": name, "kind": given.kind, "level": level, "until": str(given.until or ""),
                  "reason": made.reason}  # fmt: skip
        store.record(AuditEntry(now, who, "override", customer, detail))
    return made


def take_back(workspace: Workspace, open_store: OpenStore, clock: Clock, override: int, *, who: str) -> Override:
    """Ends an override: from the next plan on the rules decide again. Raises E-HAND-005 where none of that number is in
    force."""
    now = clock().astimezone(UTC)
    with workspace.writing(now), store_of(workspace, open_store) as store, store.transaction():
        found = next((o for o in store.overrides() if o.id == override and o.ended_at is None), None)
        if found is None:
            raise CustrataError(Problem("E-HAND-005", str(override), {"id": override}))
        store.end_override(override, now, who)
        store.record(AuditEntry(now, who, "end override", found.customer_id, {"id": override, "ladder": found.ladder}))
    return found


def in_force(
    workspace: Workspace, open_store: OpenStore, clock: Clock, expiring: int | None = None
) -> Sequence[Override]:
    """Overrides that hold today, a date of the scheme's time zone, or will; with `expiring` those that end within so
    many days, the soonest first."""
    today = clock().astimezone(ZoneInfo(workspace.scheme().timezone)).date()
    with store_of(workspace, open_store) as store:
        alive = [o for o in store.overrides() if o.ended_at is None and (o.until is None or o.until >= today)]
    if expiring is None:
        return alive
    soon = [o for o in alive if o.until is not None and o.until <= today + timedelta(days=expiring)]
    return sorted(soon, key=lambda o: (o.until or date.max, o.id))


def ladder_named(scheme: Scheme, name: str | None) -> str:
    """The ladder of that name, or the only one. Raises E-HAND-002."""
    known = list(scheme.levels)
    if name is None and len(known) == 1:
        return known[0]
    if name not in known:
        values = {"name": name or "–", "known": ", ".join(known) or "–", "suggestion": did_you_mean(name or "", known)}
        raise CustrataError(Problem("E-HAND-002", "--ladder", values))
    assert name is not None
    return name


def _level(ladder: Ladder, wanted: str) -> str:
    """A level by its key or its name in either language."""
    for c in ladder.classes():
        if wanted.strip().casefold() in {w.casefold() for w in (c.key, c.zh, c.en)}:
            return c.key
    names = list(ladder.levels)
    values = {"level": wanted, "known": ", ".join(names), "suggestion": did_you_mean(wanted, names)}
    raise CustrataError(Problem("E-HAND-003", wanted, values))
