"""How far customers and classes have moved between two published runs, and which cuts have lost their meaning."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.core.measure.drift import Drift, DriftReport, Moves
from custrata.locale import Lang
from custrata.usecases.drift_bins import numbers
from custrata.usecases.drift_classes import classes, crossed, moves, segments_of
from custrata.usecases.drift_cuts import lost_cuts
from custrata.usecases.look import Result
from custrata.usecases.opened import opened
from custrata.usecases.ports import EngineFactory
from custrata.usecases.workspace import PublishedRun, Workspace

#: What is nearest to a month before is compared where nobody says with what.
_PERIOD = timedelta(days=30)


def drift(
    workspace: Workspace, engine_for: EngineFactory, scratch: Path, lang: Lang, *, run: str | None = None,
    against: str | None = None,
) -> DriftReport:  # fmt: skip
    """A published run (default: the current one) beside an earlier one (default: `earlier`).

    Raises `CustrataError`: E-RUN-001, 002, 007, 011 as for any run; E-PREDICT-025 where there is no earlier run,
    E-PREDICT-026 where the runs are one, E-PREDICT-027 where the other run is the later one.
    """
    now = workspace.run(run)
    then = other_run(workspace, now, against)
    with opened(now, engine_for, scratch) as result, beside(result, then, scratch) as before:
        return drift_of(result, before, lang)


def other_run(workspace: Workspace, now: PublishedRun, against: str | None) -> PublishedRun:
    """The earlier run that one is compared with. Errors: as `drift`."""
    then = _given(workspace, now, against) if against is not None else earlier(workspace, now)
    if then is None:
        raise CustrataError(Problem("E-PREDICT-025", now.id, {"day": now.as_of}))
    return then


def earlier(workspace: Workspace, now: PublishedRun) -> PublishedRun | None:
    """The whole run of an earlier day that lies nearest to 30 days before, of equally near ones the later; null where
    there is none."""
    return min(choices(workspace, now), key=lambda run: _far(run, now), default=None)


def choices(workspace: Workspace, now: PublishedRun) -> list[PublishedRun]:
    """The runs that one can be compared with, the newest first: the last of each earlier day that is whole."""
    found: dict[date, PublishedRun] = {}
    for run in workspace.run_ids():
        entry = workspace.run(run)
        if entry.as_of < now.as_of and not entry.thinned:
            found[entry.as_of] = entry
    return [found[day] for day in sorted(found, reverse=True)]


def _far(one: PublishedRun, now: PublishedRun) -> timedelta:
    return abs(now.as_of - one.as_of - _PERIOD)


def _given(workspace: Workspace, now: PublishedRun, against: str) -> PublishedRun:
    other = workspace.run(against)
    if other.id == now.id:
        raise CustrataError(Problem("E-PREDICT-026", now.id, {"run": now.id}))
    if other.as_of > now.as_of:
        values = {"run": other.id, "day": other.as_of, "now": now.id, "now_day": now.as_of}
        raise CustrataError(Problem("E-PREDICT-027", now.id, values))
    return other


@contextmanager
def beside(now: Result, then: PublishedRun, scratch: Path) -> Iterator[Result]:
    """An earlier run, opened with the engine of a result."""
    same: Any = lambda *_: nullcontext(now.engine)  # noqa: E731
    with opened(then, same, scratch) as before:
        yield before


def of_result(now: Result, lang: Lang) -> DriftReport | None:
    """A published result beside the run before it, for its report; null where there is none, where it cannot be read,
    or for who sees some of the customers only."""
    if now.folder is None or now.everybody is not None:
        return None
    workspace = Workspace.at(now.folder.parent.parent.parent)
    try:
        then = earlier(workspace, workspace.run(now.run_id))
        if then is None:
            return None
        with beside(now, then, now.folder) as before:
            return drift_of(now, before, lang)
    except CustrataError:
        return None  # a damaged or foreign run of the past is no reason for no report


def drift_of(now: Result, before: Result, lang: Lang) -> DriftReport:
    """The same of two results, wherever they came from."""
    names = segments_of(now, before)
    own = numbers(now, before, lang)
    found: list[Drift] = [*own, *(classes(now, before, n, lang) for n in names)]
    compared = {d.name for d in own}
    left = [n for n in {**now.scheme.metrics, **before.scheme.metrics} if n not in compared]
    left += [n for r in (now, before) for n in r.classified if n not in names and not crossed(r, n)]
    return DriftReport(
        now.scheme.name, now.run_id, now.as_of, before.run_id, before.as_of, now.totals.customers,
        before.totals.customers, tuple(found), tuple(lost_cuts(now, before, found, lang)),
        tuple(_moves(now, before, names, lang)), tuple(dict.fromkeys(left)), now.version,
    )  # fmt: skip


def _moves(now: Result, before: Result, names: list[str], lang: Lang) -> Iterator[Moves]:
    """Who went where, of every segment of few classes; lifecycles first, for whose stages it is made."""
    kinds = {n: s.kind for n, s in now.scheme.segments.items()}
    for name in sorted((n for n in names if n in kinds), key=lambda n: kinds[n] != "lifecycle"):
        found = moves(now, before, name, lang)
        if found is not None:
            yield found
