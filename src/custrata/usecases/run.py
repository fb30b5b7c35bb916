"""`custrata run`: reads, evaluates and publishes one immutable run of a workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from custrata.core.errors import Problem
from custrata.core.measure.model import SourceRows
from custrata.core.scheme.model import Scheme
from custrata.usecases.before import params_before
from custrata.usecases.evaluate import classify, within_calendar
from custrata.usecases.joining import joining_unknown
from custrata.usecases.levels.kept import has_store, held, publish, store_of
from custrata.usecases.load.loaded import loaded
from custrata.usecases.ports import Clock, Progress, StoreFactory, silent
from custrata.usecases.profile_changes import close_idle
from custrata.usecases.quarantine import Faults
from custrata.usecases.refresh import Refresh
from custrata.usecases.retention import make_room
from custrata.usecases.staging import stage
from custrata.usecases.store import OpenStore
from custrata.usecases.workspace import PublishedRun, Workspace


@dataclass(frozen=True)
class RunResult:
    """What was published; `quarantine` has the commonest faults first, `emptied` those of cells that are taken for
    empty in rows that are used; `notes` should be shown and stopped nothing."""

    run: PublishedRun
    scheme: Scheme
    as_of: date
    customers: int
    sources: list[SourceRows]
    seconds: float
    quarantine: list[Faults]
    notes: tuple[Problem, ...] = ()
    emptied: Sequence[Faults] = ()


def run(
    workspace: Workspace, store_for: StoreFactory, clock: Clock, *,
    as_of: date | None = None, anew: bool = False, progress: Progress = silent, open_store: OpenStore | None = None,
) -> RunResult:  # fmt: skip
    """Loads what is new in the workspace's sources, evaluates its scheme and makes the result current. `anew` reads
    everything again. Levels stay as they are, for they move by a plan only; `open_store` tells what they are. Runs that
    the scheme does not keep are removed.

    A kill at any moment leaves the old run or the new one, and the facts of before or those of now. Raises
    `CustrataError`.
    """
    started = clock()
    with loaded(workspace, store_for, started, anew=anew, progress=progress, open_store=open_store) as ready:
        scheme, engine, kept = ready.scheme, ready.store, ready.facts(progress)
        facts = kept.facts(within_calendar(as_of), ready.today)
        before = params_before(workspace, scheme)
        evaluation = classify(scheme, facts, engine, progress=progress, refresh=Refresh(kept, scheme), before=before)
        unknown = joining_unknown(evaluation, engine)
        progress("publish")
        folder, published = ready.at.scratch / "run", clock()
        if open_store is not None and _keeps_runs(workspace, scheme, open_store):
            with store_of(workspace, open_store) as store:
                levels = held(workspace, store, engine, list(scheme.levels))
                staged = stage(workspace, evaluation, kept, engine, folder, published, levels=levels)
                publish(workspace, store, staged, evaluation, published)
                entries = {r.id: r for r in store.runs()}
        else:
            staged = stage(workspace, evaluation, kept, engine, folder, published)
            workspace.publish(staged.folder, staged.run_id)
            entries = {}
        make_room(workspace, scheme, entries, published, ready.at.scratch)
        close_idle(workspace, open_store, kept.overlay.used, published)
    seconds = (clock() - started).total_seconds()
    return RunResult(
        workspace.run(staged.run_id), scheme, evaluation.as_of, evaluation.totals.customers, staged.sources, seconds,
        staged.quarantine, (*ready.result.notes, *kept.ids.problems, *unknown, *evaluation.notes),
        staged.emptied,
    )  # fmt: skip


def _keeps_runs(workspace: Workspace, scheme: Scheme, open_store: OpenStore) -> bool:
    """Whether the store says which run is current, and has to hear of every one: where there are levels, and where
    there were some."""
    if scheme.levels or not has_store(workspace):
        return bool(scheme.levels)
    with store_of(workspace, open_store) as store:
        return bool(store.runs(1))
