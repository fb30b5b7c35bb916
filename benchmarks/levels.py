"""`python -m benchmarks.levels`: what levels cost for many customers, beside SQL that somebody would write by hand.

A company of a million customers with a ladder of five steps. Its first plan places everybody; then a little is sold,
and the second plan moves a few, and a little more, and the third does: it starts from what the second wrote of those
who changed. The floor of a plan is hand-written SQL over the same numbers: the level that each customer has earned,
joined with the one he has, written as Parquet. All in one process, in turn; medians of processor time.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.data import parse_size
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.store import open_store
from custrata.usecases.evaluate import Evaluation, classify
from custrata.usecases.levels.apply import apply
from custrata.usecases.levels.kept import MOVES, store_of
from custrata.usecases.levels.plan import ground_of, plan
from custrata.usecases.levels.reckon import moves, reckoned, write_reckoned
from custrata.usecases.levels.standing import standing
from custrata.usecases.levels.standings import read_standings
from custrata.usecases.load.loaded import Loaded, loaded
from custrata.usecases.opened import open_run
from custrata.usecases.store import Store
from custrata.usecases.workspace import Workspace

_SCHEME = """scheme: Levels
timezone: UTC
sources: {orders: {file: 'lines*.parquet'}}
metrics:
  spend_12m: {monetary: 12 months}
  orders_12m: {frequency: 12 months}
levels:
  member:
    diamond: {enter: "spend_12m >= 4000", keep: "spend_12m >= 3500"}
    gold: {enter: "spend_12m >= 2500", keep: "spend_12m >= 2200"}
    silver: {enter: "spend_12m >= 1200 and orders_12m >= 2", keep: "spend_12m >= 1000"}
    plain: {enter: "orders_12m >= 1"}
    visitor: {}
    down: {hold: 30 days, after: 30 days of grace, by: one step}
    brakes: {fall: 100%}
"""
_SQL = """
COPY (
  WITH found AS (
    SELECT customer_id, CASE WHEN spend_12m >= 4000 THEN 4 WHEN spend_12m >= 2500 THEN 3
      WHEN spend_12m >= 1200 AND orders_12m >= 2 THEN 2 WHEN orders_12m >= 1 THEN 1 ELSE 0 END AS earned,
      spend_12m
    FROM numbers)
  SELECT f.customer_id, f.earned, l.level, l.since,
    CASE WHEN l.level IS NULL THEN 'initial'
      WHEN f.earned > CASE l.level WHEN 'diamond' THEN 4 WHEN 'gold' THEN 3 WHEN 'silver' THEN 2 WHEN 'plain' THEN 1
        ELSE 0 END THEN 'upgrade' END AS cause
  FROM found f LEFT JOIN read_parquet('{standings}') l USING (customer_id)
  ORDER BY f.customer_id
) TO '{out}' (FORMAT parquet, COMPRESSION zstd)
"""


def main() -> int:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.levels", description=__doc__)
    parser.add_argument("--customers", type=parse_size, default=1_000_000, help="1m by default")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="custrata-bench-") as folder:
        print(json.dumps(_measure(Path(folder), options.customers, options.runs), indent=2))
    return 0


def _measure(shop: Path, customers: int, runs: int) -> dict[str, Any]:
    (shop / "scheme.yaml").write_text(_SCHEME, "utf-8")
    _lines(shop / "lines-1.parquet", customers, customers * 3, "2024-01-01", 360, 1)
    workspace = Workspace.at(shop)
    first_plan = _took(lambda: plan(workspace, duckdb_store, _store, _clock))
    first_apply = _took(lambda: apply(workspace, duckdb_store, _store, _clock))
    _lines(shop / "lines-2.parquet", customers, customers * 3 // 1000, "2024-12-27", 10, 2)
    second_plan = _took(lambda: plan(workspace, duckdb_store, _store, _clock))
    ratio = _against_sql(workspace, shop, runs)
    second_apply = _took(lambda: apply(workspace, duckdb_store, _store, _clock))
    _lines(shop / "lines-3.parquet", customers, customers * 3 // 1000, "2025-01-06", 10, 3)
    third_plan = _took(lambda: plan(workspace, duckdb_store, _store, _clock))
    third_ratio = {f"third_{name}": value for name, value in _against_sql(workspace, shop, runs).items()}
    third_apply = _took(lambda: apply(workspace, duckdb_store, _store, _clock))
    one = _one(workspace, shop)
    found = {
        "customers": customers, "first_plan_s": first_plan, "first_apply_s": first_apply,
        "second_plan_s": second_plan, "second_apply_s": second_apply, **ratio,
        "third_plan_s": third_plan, "third_apply_s": third_apply, **third_ratio, "one_customer_ms": one,
    }  # fmt: skip
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in found.items()}


def _against_sql(workspace: Workspace, shop: Path, runs: int) -> dict[str, float]:
    """The reckoning of levels alone, from numbers that are there, beside hand-written SQL over the same numbers."""
    with loaded(workspace, duckdb_store, _clock()) as ready, store_of(workspace, _store) as store:
        kept = ready.facts()
        evaluation = classify(ready.scheme, kept.facts(None, ready.today), ready.store)
        con = duckdb.connect()
        ready.store.write_parquet(evaluation.customers, shop / "numbers.parquet")
        con.execute(f"CREATE TABLE numbers AS FROM '{shop / 'numbers.parquet'}'")
        base = ground_of(workspace, store, evaluation.as_of, {}).base
        assert base is not None
        before = shop / "standings.parquet"
        ready.store.write_parquet(read_standings(base[0], ready.store).order_by("customer_id"), before)
        sql = _SQL.format(standings=before, out=shop / "sql.parquet")
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(runs):
            theirs.append(_took(lambda: con.execute(sql)))
            ours.append(_took(lambda: _reckon(ready, evaluation, workspace, store, shop)))
    a, b = statistics.median(ours), statistics.median(theirs)
    return {"reckon_s": a, "sql_s": b, "reckon_of_sql": a / b}


def _reckon(ready: Loaded, evaluation: Evaluation, workspace: Workspace, store: Store, shop: Path) -> None:
    ground = ground_of(workspace, store, evaluation.as_of, {})
    found = reckoned(evaluation, ready.store, ground, [], ready.today)
    out = shop / "reckoned"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    write_reckoned(out, ready.store, found, ground, True)
    ready.store.write_parquet(moves(evaluation, found), out / MOVES)


def _one(workspace: Workspace, shop: Path) -> float:
    """Processor milliseconds to tell one customer's level, with why, progress and history, the run being open."""
    with (
        store_of(workspace, _store) as store,
        open_run(workspace, duckdb_engine, shop / "scratch") as result,
    ):  # fmt: skip
        taken = []
        every = result.customers.filter(result.customers.customer_id.endswith("777")).order_by("customer_id")
        for row in result.engine.rows(every.select("customer_id").limit(20)):
            taken.append(_took(lambda row=row: standing(workspace, store, result, row["customer_id"], "en")) * 1000)  # type: ignore[misc]
    return statistics.median(taken)


def _lines(path: Path, customers: int, lines: int, first: str, days: int, seed: int) -> None:
    """Order lines of one order each; some customers buy much more than others."""
    con = duckdb.connect()
    con.execute(f"SELECT setseed(0.{seed})")
    con.execute(f"""
      COPY (SELECT range + {seed} * 100_000_000 AS order_id,
                   1 + CAST(floor(pow(random(), 1.5) * {customers - 1}) AS BIGINT) AS customer_id,
                   DATE '{first}' + CAST(floor(random() * {days}) AS INTEGER) AS ordered_at,
                   CAST(10 + 1000 * random() * random() AS DECIMAL(18, 2)) AS amount
            FROM range({lines})) TO '{path}' (FORMAT parquet)""")


def _store(folder: Path) -> Store:
    return open_store(None, folder)


def _clock() -> datetime:
    return datetime.now(UTC)


def _took(work: Callable[[], Any]) -> float:
    """Processor seconds, all cores together: other work on the machine counts for less."""
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    raise SystemExit(main())
