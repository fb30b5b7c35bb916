"""`python -m benchmarks.loads`: what loading costs beside DuckDB's and calamine's own readers, and what a little more
costs once much is there.

The floor is the reader alone, making a table of the same rows: DuckDB's `read_csv` with its own guess of types, its
`read_parquet`, and fastexcel for a workbook. Custrata checks every cell, keeps the rows and makes the order headers.
Each step runs in a process of its own, in turn, and the medians of wall time, after imports, are shown as ratios.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.data import parse_size

_SCHEME = """scheme: Loads
sources: {{orders: {{file: '{pattern}'}}}}
segments: {{abc: {{share: spend}}}}
"""
#: Rows that an XLSX can hold and that a machine writes in bearable time.
_SHEET = 200_000


def main() -> int:
    """Prints one JSON object a kind of file, and one for the increment."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.loads", description=__doc__)
    parser.add_argument("--size", type=parse_size, default=2_000_000, help="order lines: 2m by default")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_STEPS[options.child[0]](Path(options.child[1]))))
        return 0
    with tempfile.TemporaryDirectory(prefix="custrata-bench-") as folder:
        for kind in ("parquet", "csv", "xlsx"):
            shop = Path(folder) / kind
            _make(shop, kind, options.size if kind != "xlsx" else min(options.size, _SHEET))
            taken: dict[str, list[float]] = {"floor": [], "load": []}
            for _ in range(options.runs):
                for step in taken:
                    taken[step].append(_run(step, shop))
            medians = {step: statistics.median(found) for step, found in taken.items()}
            ratio = medians["load"] / medians["floor"]
            rounded = {step: round(seconds, 2) for step, seconds in medians.items()}
            print(json.dumps({"kind": kind} | rounded | {"ratio": round(ratio, 2)}))
        print(json.dumps(_increment(Path(folder) / "parquet", options.size)))
    return 0


def _increment(shop: Path, size: int) -> dict[str, Any]:
    """What one line in a thousand more costs, and a load that finds nothing new."""
    full = _run("load", shop)
    _lines(max(size // 1000, 1000), seed=9).to_parquet(shop / "lines-more.parquet")
    more, nothing = _run("again", shop), _run("again", shop)
    found = {"full": full, "more": more, "nothing": nothing}
    share = {"more_of_full": round(more / full, 3), "nothing_of_full": round(nothing / full, 3)}
    return {k: round(v, 2) for k, v in found.items()} | share


def _make(shop: Path, kind: str, size: int) -> None:
    shop.mkdir()
    (shop / "scheme.yaml").write_text(_SCHEME.format(pattern=f"lines*.{kind}"), "utf-8")
    frame = _lines(size, seed=1)
    file = shop / f"lines.{kind}"
    {"parquet": frame.to_parquet, "csv": lambda f: frame.to_csv(f, index=False),
     "xlsx": lambda f: frame.to_excel(f, index=False, engine="xlsxwriter")}[kind](file)  # fmt: skip


def _lines(size: int, seed: int) -> Any:
    import duckdb

    # Three lines an order, all of one customer and day; fifty a customer; numbers of another seed never meet.
    return duckdb.sql(f"""
        SELECT {seed} * 100000000 + i // 3 AS order_id, (i // 3 * 7919) % ({size} // 50 + 1) AS customer_id,
               DATE '2023-01-01' + CAST(i // 3 % 700 AS INTEGER) AS ordered_at, CAST(1 + i % 5 AS INTEGER) AS quantity,
               CAST(round(1 + (i * 104729 % 100000) / 100, 2) AS DECIMAL(12, 2)) AS amount
        FROM range({size}) t(i)
    """).df()


def _run(step: str, shop: Path) -> float:
    """Seconds inside the child, after its imports."""
    command = [sys.executable, "-m", "benchmarks.loads", "--child", step, str(shop)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def _floor(shop: Path) -> float:
    import duckdb
    import fastexcel

    con, file = duckdb.connect(str(shop / "floor.duckdb")), next(shop.glob("lines.*"))
    started = time.perf_counter()
    if file.suffix == ".xlsx":
        con.register("sheet", fastexcel.read_excel(file).load_sheet(0).to_arrow())
        con.execute("CREATE OR REPLACE TABLE lines AS FROM sheet")
    else:
        con.execute(f"CREATE OR REPLACE TABLE lines AS FROM '{file}'")
    return time.perf_counter() - started


def _load(shop: Path) -> float:
    facts = shop / ".custrata" / "facts.duckdb"
    facts.unlink(missing_ok=True)
    return _again(shop)


def _again(shop: Path) -> float:
    from datetime import UTC, datetime

    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.load.loaded import load
    from custrata.usecases.workspace import Workspace

    started = time.perf_counter()
    load(Workspace.at(shop), duckdb_store, lambda: datetime.now(UTC))
    return time.perf_counter() - started


_STEPS = {"floor": _floor, "load": _load, "again": _again}

if __name__ == "__main__":
    sys.exit(main())
