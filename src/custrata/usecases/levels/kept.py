"""The store of a workspace, opened; and the levels that its last applied plan gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.scan import ParquetScan
from custrata.core.store import RunEntry
from custrata.usecases.evaluate import Evaluation
from custrata.usecases.ports import Engine
from custrata.usecases.staging import Staged
from custrata.usecases.store import OpenStore, Store
from custrata.usecases.workspace import Workspace

#: Files of a run: where everybody stands, and who moved.
STANDINGS, MOVES = "levels.parquet", "moves.parquet"


@contextmanager
def store_of(workspace: Workspace, open_store: OpenStore) -> Iterator[Store]:
    """The store of a workspace. What it says is current is made so where a kill came between the two."""
    workspace.home.mkdir(parents=True, exist_ok=True)
    store = open_store(workspace.home)
    try:
        current = store.current()
        if current is not None and current.id in workspace.run_ids() and workspace.run().id != current.id:
            workspace.point_to(current.id)
        yield store
    finally:
        store.close()


def applied_runs(store: Store) -> list[RunEntry]:
    """Runs that moved levels and hold, the newest first."""
    return [r for r in store.runs() if r.plan is not None and r.state == "published"]


def run_table(engine: Engine, folder: Path, file: str) -> ir.Table:
    """A Parquet file of a run. Raises E-RUN-007 where it is damaged or gone."""
    try:
        return engine.read(ParquetScan((folder / file,), (file,)))
    except CustrataError:
        raise CustrataError(Problem("E-RUN-007", folder.name, {"file": file})) from None


def standings_of(workspace: Workspace, run: RunEntry, engine: Engine) -> ir.Table:
    """Where everybody stood after a plan was applied: `ladder` and the columns of a standing."""
    return run_table(engine, workspace.run(run.id).folder, STANDINGS)


def held(workspace: Workspace, store: Store, engine: Engine, ladders: Sequence[str]) -> Mapping[str, ir.Table]:
    """For each ladder the levels that the last applied plan gave; none before the first."""
    applied = applied_runs(store)
    if not applied:
        return {}
    t = standings_of(workspace, applied[0], engine)
    return {name: t.filter(t.ladder == name) for name in ladders}


def publish(workspace: Workspace, store: Store, staged: Staged, evaluation: Evaluation, published: datetime) -> None:
    """Makes a run that moves nobody current."""
    workspace.place(staged.folder, staged.run_id)
    entry = RunEntry(
        staged.run_id, evaluation.as_of, published.astimezone(UTC), customers=evaluation.totals.customers,
        logic_hash=evaluation.scheme.fingerprint.logic,
    )  # fmt: skip
    with store.transaction():
        store.add_run(entry)
    workspace.point_to(staged.run_id)
