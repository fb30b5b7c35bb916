"""The store of a workspace, opened; and the levels that its last applied plan gave."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import ibis.expr.types as ir

from custrata.core.store import RunEntry
from custrata.usecases.evaluate import Evaluation
from custrata.usecases.levels.standings import read_standings
from custrata.usecases.ports import Engine
from custrata.usecases.staging import Staged
from custrata.usecases.store import OpenStore, Store
from custrata.usecases.workspace import Workspace, written

#: The file of a run that says who moved.
MOVES = "moves.parquet"

#: The folder, beside the runs, of what is whole and not published yet: plans, and a run for a moment.
PLANS = "plans"
#: Tells that the store lies elsewhere, on a server.
ELSEWHERE = "store.elsewhere"


@contextmanager
def store_of(workspace: Workspace, open_store: OpenStore) -> Iterator[Store]:
    """The store of a workspace. What it says is current is shown to readers where a kill came between the two.
    Raises E-RUN-006 where that cannot be written, and what opening the store does."""
    with written(workspace.path):
        workspace.home.mkdir(parents=True, exist_ok=True)
    store = open_store(workspace.home)
    try:
        with written(workspace.path):
            if not has_store(workspace):
                (workspace.home / ELSEWHERE).touch()
            current = store.current()
            if current is not None and current.id != workspace.current_id:
                show(workspace, current.id)
        yield store
    finally:
        store.close()


def has_store(workspace: Workspace) -> bool:
    """Whether anything was ever kept in a store here, wherever it lies."""
    return (workspace.home / "store.sqlite3").is_file() or (workspace.home / ELSEWHERE).is_file()


def waiting_folder(workspace: Workspace, id: str) -> Path:
    """Where what is to be published lies until the store says that it is."""
    return workspace.home / PLANS / id


def show(workspace: Workspace, run: str) -> None:
    """Makes readers see a run that the store says is current. Whatever ends it, doing it again completes it."""
    waiting = waiting_folder(workspace, run)
    if waiting.is_dir():
        workspace.place(waiting, run)
    if workspace.run_folder(run).is_dir():
        workspace.point_to(run)


def tidy(workspace: Workspace, store: Store) -> None:
    """Removes what waits and can no longer be published: files of plans that are decided, and what a kill left."""
    alive = {p.id for p in store.plans() if p.state in ("open", "approved", "applied")}
    folder = workspace.home / PLANS
    for old in folder.iterdir() if folder.is_dir() else ():
        if old.name not in alive:
            shutil.rmtree(old, ignore_errors=True)


def applied_runs(store: Store) -> list[RunEntry]:
    """Runs that moved levels and hold, the newest first."""
    return [r for r in store.runs() if r.plan is not None and r.state == "published"]


def standings_of(workspace: Workspace, run: RunEntry, engine: Engine) -> ir.Table:
    """Where everybody stood after a plan was applied: `ladder` and the columns of a standing."""
    return read_standings(workspace.run_folder(run.id), engine)


def held(workspace: Workspace, store: Store, engine: Engine, ladders: Sequence[str]) -> Mapping[str, ir.Table]:
    """For each ladder the levels that the last applied plan gave; none before the first."""
    applied = applied_runs(store)
    if not applied:
        return {}
    t = standings_of(workspace, applied[0], engine)
    return {name: t.filter(t.ladder == name) for name in ladders}


def publish(workspace: Workspace, store: Store, staged: Staged, evaluation: Evaluation, published: datetime) -> None:
    """Makes a run that moves nobody current. The store decides: a kill before it does leaves the run of before, one
    after it the new one, which `store_of` then shows."""
    tidy(workspace, store)
    waiting = waiting_folder(workspace, staged.run_id)
    waiting.parent.mkdir(parents=True, exist_ok=True)
    staged.folder.replace(waiting)
    entry = RunEntry(
        staged.run_id, evaluation.as_of, published.astimezone(UTC), customers=evaluation.totals.customers,
        logic_hash=evaluation.scheme.fingerprint.logic,
    )  # fmt: skip
    with store.transaction():
        store.add_run(entry)
    show(workspace, staged.run_id)
