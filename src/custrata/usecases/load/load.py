"""Brings the kept facts of a workspace up to date: only what is new or changed is read, all in one transaction."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.headers import usable
from custrata.core.metrics.plan import header_columns
from custrata.core.scheme.model import Scheme
from custrata.sources.files.spec import idle
from custrata.usecases.identity_parents import Ids, ids_of
from custrata.usecases.load.concerned import either, lost_units, numbers_in, size, together
from custrata.usecases.load.databases import plan_databases, replaced, told_apart
from custrata.usecases.load.derived import HEADERS, LINKS, derive_all, derive_some, numbers_of
from custrata.usecases.load.kept import (
    LINK_FAULTS,
    State,
    read_state,
    refresh_link_faults,
    write_state,
)
from custrata.usecases.load.rows import FAULTS, ROWS, UNIT, Plan, kept_rows, plan_source
from custrata.usecases.load.take import take_in
from custrata.usecases.load.touched import Watch
from custrata.usecases.load.units import Unit, changes, present_files
from custrata.usecases.load.workplace import Workplace
from custrata.usecases.ports import FactStore, Progress, silent
from custrata.usecases.rows import count_units

#: Raised when kept rows are cleaned or laid out in another way: what was kept before is then read anew.
_FORM = 4
#: From this share of all orders on it is cheaper to work out all of them.
_MOST_TOUCHED = 0.2
#: Sources whose rows carry or name order numbers.
_NUMBERED = ("orders", "returns")


@dataclass(frozen=True)
class SourceLoad:
    """What a load did to one source: files by what became of them, rows read now and taken away, and of those read now
    how many wait in quarantine, and by header how many cells are taken for empty in rows that are used."""

    source: str
    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    same: int
    read: int
    removed: int
    quarantined: int = 0
    emptied: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class LoadResult:
    """`orders` is how many order numbers were worked out anew (null: all of them); `notes` should be shown and stop
    nothing."""

    sources: tuple[SourceLoad, ...]
    orders: int | None
    state: State
    notes: tuple[Problem, ...] = ()

    @property
    def changed(self) -> bool:
        return any(s.new or s.changed or s.gone for s in self.sources)


def bring_up_to_date(
    scheme: Scheme, store: FactStore, at: Workplace, now_ns: int, *, anew: bool = False, progress: Progress = silent
) -> LoadResult:  # fmt: skip
    """Loads what is new or changed in the files of a scheme. A kill at any moment leaves the facts as they were. (Of a
    first load it may leave rows that nothing vouches for; the next one begins without them.)

    `anew` forgets what was loaded before. Raises `CustrataError` with what is wrong in all sources together.
    """
    if not scheme.sources.orders.told:
        raise CustrataError(Problem("E-DATA-001", scheme.path.name if scheme.path else "scheme", {}))
    state, settings = read_state(store), _settings(scheme)
    first = not state.settings
    with store.transaction():
        if anew or state.settings != settings:
            for name in store.kept_names():
                store.forget(name)
            state = State()
        progress("open")
        plans = _plans(scheme, state, at)
        left = [name for name in state.names if name not in plans]
        quiet = not any(plan.changes or plan.read for plan in plans.values())
        enough = set(state.headers) >= set(_headers_wanted(scheme))
        if state.settings and not left and quiet and enough and _same_people(scheme, store, state, at):
            found = _untouched(store, state, plans)
        else:
            found = _apply(scheme, store, state, settings, plans, left, at, now_ns, progress, first=first)
    # One connection's note stands at every source that is read over it.
    notes = {(n.code, n.place): n for plan in plans.values() for n in _notes(plan)}
    return replace(found, notes=tuple(notes.values()))


def _notes(plan: Plan) -> list[Problem]:
    found = plan.changes
    names = [*(f.name for f in found.new), *(u.name for u in found.same)]
    forms = idle(plan.config.by_file, names, f"sources.{plan.source}.by_file")
    return [*(plan.opened.notes if plan.opened else ()), *forms]


def _plans(scheme: Scheme, state: State, at: Workplace) -> dict[str, Plan]:
    found: dict[str, Plan] = {}
    problems: list[Problem] = []
    configs = scheme.sources.named()
    tables = {name: config for name, config in configs.items() if config.database is not None}
    if tables:
        try:
            units = {name: state.of(name) for name in tables}
            found |= plan_databases(tables, units, at.base, at.scratch)
        except CustrataError as error:
            problems.extend(error.problems)
    for name, config in configs.items():
        if not config.file:
            continue
        try:
            present = present_files(config.file, at.base, config.sheet)
            changed = changes(state.of(name), present, at.mends_of(name))
            found[name] = plan_source(name, config, changed, present, state.names.get(name), at)
        except CustrataError as error:
            problems.extend(error.problems)
    if problems:
        raise CustrataError(*problems)
    return {name: found[name] for name in configs if name in found}


def _untouched(store: FactStore, state: State, plans: Mapping[str, Plan]) -> LoadResult:
    """Nothing to read; times of files that were only touched are remembered."""
    units = {u.id: u for plan in plans.values() for u in plan.changes.same}
    if any(units[u.id] != u for u in state.units):
        state.units = [units[u.id] for u in state.units]
        write_state(store, state)
    return LoadResult(tuple(_told(plan, []) for plan in plans.values()), 0, state)


def _apply(
    scheme: Scheme, store: FactStore, state: State, settings: str, plans: Mapping[str, Plan], left: list[str],
    at: Workplace, now_ns: int, progress: Progress, *, first: bool,
) -> LoadResult:  # fmt: skip
    """`first` is whether there were no facts that could be lost."""
    first_new = max((u.id for u in state.units), default=0) + 1
    gone = [u for plan in plans.values() for u in plan.changes.gone] + [u for n in left for u in state.of(n)]
    lost = store.from_rows("gone", [(u.id,) for u in gone], {UNIT: "int64"})
    touched = [] if not gone else [numbers_in(store, name, lost) for name in _NUMBERED]
    watch = Watch(store, [*plans, *left])
    if left or not state.lineage or _rows(gone) > _MOST_TOUCHED * _rows(state.units):
        watch.everybody()
    for name in dict.fromkeys(u.source for u in gone if ROWS(u.source) in store.kept_names()):
        watch.leaving(name, store.kept(ROWS(name)).semi_join(lost, UNIT))
    plans = {name: _make_room(plan, store, touched, watch) for name, plan in plans.items()}
    for table in (*(ROWS(n) for n in (*plans, *left)), FAULTS, LINK_FAULTS):
        if gone:
            store.remove(table, lost)
    for name in left:
        store.forget(ROWS(name))
    units: list[Unit] = []
    told = []
    next_id = first_new
    for name, plan in plans.items():
        progress("read", source=name)
        read = take_in(plan, store, next_id, now_ns)
        next_id += len(read)
        units += [*plan.changes.same, *read]
        told.append(_told(plan, read))
        watch.came(name, first_new)
    if first:
        store.commit()
    ids = _ids(scheme, store, at)
    known = (state.identity, state.headers)
    names = {name: dict(plan.names) for name, plan in plans.items()}
    lineage, loads = state.lineage or secrets.token_hex(8), state.loads + 1
    state = State(settings, names, _identity(ids), _headers_wanted(scheme), units, lineage, loads)
    progress("headers")
    orders = scheme.sources.orders
    fresh = HEADERS not in store.kept_names() or known != (state.identity, state.headers)
    numbers = (
        None if fresh else together(store, [*touched, *(numbers_in(store, n, None, first_new) for n in _NUMBERED)])
    )
    n = 0 if numbers is None else size(store, numbers)
    if numbers is None or n > _MOST_TOUCHED * size(store, store.kept(HEADERS)):
        watch.everybody()
        sales_only = not any(u.counts.returns for u in state.of("orders"))
        derive_all(store, orders, ids, state.headers, sales_only)
        refresh_link_faults(scheme, state, ids, store, None, at)
        count = None
    else:
        before = lost_units(store, numbers)
        watch.before(numbers)
        derive_some(store, orders, ids, state.headers, numbers, lost, first_new)
        watch.after(numbers)
        changed = either(store, before, lost_units(store, numbers))
        refresh_link_faults(scheme, state, ids, store, changed, at)
        count = n
    watch.note(loads)
    write_state(store, state)
    return LoadResult(tuple(told), count, state)


def _ids(scheme: Scheme, store: FactStore, at: Workplace) -> Ids:
    """The ids under which the kept rows count."""
    rows = kept_rows(store, "customers") if ROWS("customers") in store.kept_names() else None
    return ids_of(store, None if rows is None else usable(rows), at.merged, scheme.identity)


def _headers_wanted(scheme: Scheme) -> tuple[str, ...]:
    """What metrics read of orders, and what is shown of them: every further column widens the grouping of all."""
    return tuple(sorted(header_columns({**scheme.metrics, **scheme.own_metrics()}) | {"gross", "refunded"}))


def _same_people(scheme: Scheme, store: FactStore, state: State, at: Workplace) -> bool:
    return state.identity == _identity(_ids(scheme, store, at))


def _identity(ids: Ids) -> str:
    return hashlib.sha256(json.dumps(sorted(ids.mapping.items())).encode()).hexdigest() if ids.mapping else ""


def _make_room(plan: Plan, store: FactStore, touched: list[ir.Table | None], watch: Watch) -> Plan:
    """Takes away the rows of a database table that hold no more; the plan with what is left in its units."""
    if plan.read is None:
        return plan
    told_apart(store, plan.read)
    if plan.read.start is None or ROWS(plan.source) not in store.kept_names():
        return plan
    stale = store.materialise("stale", replaced(store, plan.source, plan.read))
    if plan.source in _NUMBERED:
        touched.append(store.materialise("numbers_stale", numbers_of(stale)))
    watch.leaving(plan.source, stale)
    places = stale.select(UNIT, "_row")
    store.remove(ROWS(plan.source), places)
    store.remove(FAULTS, stale.select(UNIT, row="_row"))
    if LINKS in store.kept_names() and "_row" in store.kept(LINKS).columns:
        store.remove(LINKS, places)
    counts = count_units(plan.source, kept_rows(store, plan.source), plan.config, store)
    units = tuple(replace(u, counts=counts[u.id]) for u in plan.changes.same if u.id in counts)
    return replace(plan, changes=replace(plan.changes, same=units))


def _rows(units: Sequence[Unit]) -> int:
    return sum(u.counts.read for u in units)


def _told(plan: Plan, read: list[Unit]) -> SourceLoad:
    gone = {u.name: u for u in plan.changes.gone}
    new = [u.name for u in read]
    emptied: dict[str, int] = {}
    for column, n in ((c, n) for u in read for c, n in u.counts.emptied.items()):
        header = plan.names.get(column, column)
        emptied[header] = emptied.get(header, 0) + n
    return SourceLoad(
        plan.source, tuple(n for n in new if n not in gone), tuple(n for n in new if n in gone),
        tuple(n for n in gone if n not in new), len(plan.changes.same),
        sum(u.counts.read for u in read), sum(u.counts.read for u in gone.values()),
        sum(u.counts.quarantined for u in read), emptied,
    )  # fmt: skip


def _settings(scheme: Scheme) -> str:
    """What cleaned rows depend on besides the files. Which files there are is none of it."""
    rows = scheme.sources.rules()
    contacts = rows.get("interactions", {}).values()
    # What words mean is looked up when an evaluation reads the lines or the interactions.
    rows["orders"].pop("kinds", None)
    for config in contacts:
        for option in ("kind", "kinds", "closed"):
            config.pop(option, None)
    told = json.dumps([_FORM, scheme.timezone, rows], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()
