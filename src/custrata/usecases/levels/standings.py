"""The files in which a run keeps where everybody stands: whole, or as those of a run before and who has changed since.

Next to nobody's standing changes from one plan to the next, and writing everybody's takes as long as finding out. So a
run has either `levels.parquet`, or `levels_base.parquet`, a copy of that of an earlier run, beside
`levels_since.parquet`: the standings that have become others since, by ladder and customer; the level is null of who
stands nowhere any more. A version that knows whole files only misses its file and says so, instead of reading old
levels; and neither of the two is ever taken for all there is. A copy, not a link: levels cannot be made again from the
sources, so no damage may reach those of two runs.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.scan import ParquetScan
from custrata.usecases.levels.sealed import broken, sealed_of
from custrata.usecases.ports import Engine

STANDINGS, BASE, SINCE = "levels.parquet", "levels_base.parquet", "levels_since.parquet"
#: From this share of the rows on all are written: reading pays for what changed, again and again.
_MOST = 0.1


def has_standings(folder: Path) -> bool:
    """Whether a run keeps where everybody stands; one that moves nobody does not."""
    return any((folder / name).is_file() for name in (STANDINGS, BASE, SINCE))


def read_standings(folder: Path, engine: Engine) -> ir.Table:
    """Where everybody stood: `ladder` and the columns of a standing. Raises E-RUN-007 where a file is damaged or
    gone."""
    if not any((folder / name).is_file() for name in (BASE, SINCE)):
        return run_table(engine, folder, STANDINGS)
    base, since = run_table(engine, folder, BASE), run_table(engine, folder, SINCE)
    return _with_changes(base, since).filter(lambda t: t.level.notnull())


def read_standing(folder: Path, engine: Engine, customer_id: str) -> list[dict[str, Any]]:
    """The standings of one customer, ladder by ladder. Raises E-RUN-007."""
    if not any((folder / name).is_file() for name in (BASE, SINCE)):
        t = run_table(engine, folder, STANDINGS)
        return engine.rows(t.filter(t.customer_id == customer_id))
    try:
        # Both in one scan: what has changed is told from what was there when it is found.
        both = engine.filed(ParquetScan((folder / BASE, folder / SINCE), (BASE, SINCE)))
    except CustrataError:
        for name in (BASE, SINCE):
            run_table(engine, folder, name)
        raise
    rows = engine.rows(both.filter(both.customer_id == customer_id))
    latest = {r["ladder"]: r for r in sorted(rows, key=lambda r: bool(r.pop("_file") == SINCE))}
    return [r for r in latest.values() if r["level"] is not None]


def write_standings(folder: Path, engine: Engine, standings: ir.Table) -> None:
    """Writes everybody's, in the order of ladders and ids as they come."""
    engine.write_parquet(standings, folder / STANDINGS, sought=True)


def write_changes(folder: Path, engine: Engine, before: Path, changes: ir.Table) -> bool:
    """Writes the standings of a run that differ from those in the folder `before` by some rows: `ladder` and the
    columns of a standing. False, and nothing is written, where so many have changed that all should be. Raises
    E-RUN-007 where what is carried on is not what was written then."""
    whole = before / (STANDINGS if (before / STANDINGS).is_file() else BASE)
    sealed = sealed_of(before)
    damaged = broken(before, {name: sealed[name] for name in (whole.name, SINCE) if name in sealed})
    if damaged is not None:
        raise CustrataError(Problem("E-RUN-007", before.name, {"file": damaged}))
    since: Any = changes
    if (before / SINCE).is_file():
        since = _with_changes(run_table(engine, before, SINCE), changes)
    since = engine.materialise("levels_since", since)
    base = run_table(engine, before, whole.name)
    sizes = [int(engine.rows(t.aggregate(n=t.count()))[0]["n"]) for t in (since, base)]
    if sizes[0] > _MOST * sizes[1]:
        return False
    shutil.copyfile(whole, folder / BASE)
    engine.write_parquet(since.order_by(["ladder", "customer_id"]), folder / SINCE)
    return True


def run_table(engine: Engine, folder: Path, file: str) -> ir.Table:
    """A Parquet file of a run. Raises E-RUN-007 where it is damaged or gone."""
    try:
        return engine.read(ParquetScan((folder / file,), (file,)))
    except CustrataError:
        raise CustrataError(Problem("E-RUN-007", folder.name, {"file": file})) from None


def _with_changes(rows: Any, changes: Any) -> Any:
    """Rows, and in place of those of a ladder and customer that are among the changes, these."""
    return rows.anti_join(changes, ["ladder", "customer_id"]).union(changes.select(*rows.columns))
