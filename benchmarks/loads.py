"""`python -m benchmarks.loads`: what loading costs beside DuckDB's and calamine's own readers, and what a little more
costs once much is there.

There are three floors. `reader` is the reader alone, making a table of the same rows: DuckDB's `read_csv` with its own
guess of types, its `read_parquet`, and fastexcel for a workbook; it checks nothing that a guess does not, and groups
nothing. `by_hand` is what a user writes who wants what a load leaves behind: the same rows with the same types to
Parquet, and the order headers grouped of them; it believes every guess. `checked` is the same by hand from texts, each
looked at by one regular expression before it is cast, so that a bad cell is found. Custrata reads cells besides in any
way that people write them, and tells what is wrong with which.

Each step runs in a process of its own, in turn; medians of processor time after imports are shown, and of wall time,
which depends on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, TypedDict

from benchmarks.data import parse_size
from benchmarks.measure import environment

_SCHEME = """scheme: Loads
sources: {{orders: {{file: '{pattern}'}}}}
segments: {{abc: {{share: spend}}}}
"""


_TYPES = {"order_id": "BIGINT", "customer_id": "BIGINT", "ordered_at": "DATE", "quantity": "DECIMAL(18, 4)",
          "amount": "DECIMAL(18, 4)"}  # fmt: skip
#: How a text of each type is written where nobody made a mistake.
_WRITTEN = {"BIGINT": "0|[1-9][0-9]*", "DATE": "[0-9]{4}-[0-9]{2}-[0-9]{2}( 00:00:00)?",
            "DECIMAL(18, 4)": "[+-]?[0-9]+([.][0-9]+)?"}  # fmt: skip


class _Taken(TypedDict):
    cpu: float
    wall: float


#: What the readers are made of; DuckDB imports the last two to read an Arrow table.
_READERS = ("duckdb", "fastexcel", "pyarrow.dataset", "pandas")
_FLOORS = ("reader", "by_hand", "checked")
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
            taken: dict[str, list[_Taken]] = {"reader": [], "by_hand": [], "checked": [], "load": []}
            for _ in range(options.runs):
                for step in taken:
                    taken[step].append(_run(step, shop))
            cpu = {step: statistics.median(t["cpu"] for t in found) for step, found in taken.items()}
            wall = {f"{s}_wall": round(statistics.median(t["wall"] for t in found), 2) for s, found in taken.items()}
            ratios = {f"load_of_{floor}": round(cpu["load"] / cpu[floor], 2) for floor in _FLOORS}
            print(json.dumps({"kind": kind} | {s: round(c, 2) for s, c in cpu.items()} | ratios | wall))
        print(json.dumps(_increment(Path(folder) / "parquet", options.size)))
    return 0


def _increment(shop: Path, size: int) -> dict[str, Any]:
    """What one line in a thousand more costs, and a load that finds nothing new."""
    full = _run("load", shop)["cpu"]
    _lines(max(size // 1000, 1000), seed=9).to_parquet(shop / "lines-more.parquet")
    more, nothing = _run("again", shop)["cpu"], _run("again", shop)["cpu"]
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


def _run(step: str, shop: Path) -> _Taken:
    """Seconds inside the child, after its imports."""
    command = [sys.executable, "-m", "benchmarks.loads", "--child", step, str(shop)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment())
    found: _Taken = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def _timed() -> Iterator[_Taken]:
    taken: _Taken = {"cpu": -time.process_time(), "wall": -time.perf_counter()}
    yield taken
    taken["cpu"] += time.process_time()
    taken["wall"] += time.perf_counter()


def _opened(shop: Path, *, texts: bool = False) -> tuple[Any, str]:
    """A new database beside the file of a shop, and what reads the file: with a guess of types, or as `texts`."""
    import duckdb
    import fastexcel

    (shop / "floor.duckdb").unlink(missing_ok=True)
    con, file = duckdb.connect(str(shop / "floor.duckdb")), next(shop.glob("lines.*"))
    if file.suffix != ".xlsx":
        return con, f"read_csv('{file}', all_varchar=true)" if texts and file.suffix == ".csv" else f"'{file}'"
    sheet = fastexcel.read_excel(file).load_sheet(0, dtypes="string" if texts else None)
    con.register("sheet", sheet.to_arrow())
    return con, "sheet"


def _imported(*names: str) -> None:
    """Before the clock starts: an import is no part of a load."""
    for name in names:
        import_module(name)


def _reader(shop: Path) -> _Taken:
    _imported(*_READERS)
    with _timed() as taken:
        con, rows = _opened(shop)
        con.execute(f"CREATE TABLE lines AS FROM {rows}")
        con.close()
    return taken


def _by_hand(shop: Path) -> _Taken:
    _imported(*_READERS)
    cast = ", ".join(f"CAST({c} AS {t}) AS {c}" for c, t in _TYPES.items())
    return _kept(shop, cast, "true")


def _checked(shop: Path) -> _Taken:
    _imported(*_READERS)
    looked = {c: f"regexp_full_match(CAST({c} AS VARCHAR), '{_WRITTEN[t]}')" for c, t in _TYPES.items()}
    cast = ", ".join(f"CASE WHEN {looked[c]} THEN TRY_CAST({c} AS {t}) END AS {c}" for c, t in _TYPES.items())
    if any(shop.glob("*.parquet")):
        cast = ", ".join(f"TRY_CAST({c} AS {t}) AS {c}" for c, t in _TYPES.items())
    good = " AND ".join(f"{c} IS NOT NULL" for c in _TYPES)
    good += " AND ordered_at BETWEEN DATE '1900-01-01' AND DATE '2199-12-31'"
    return _kept(shop, cast, good, texts=True)


def _kept(shop: Path, cast: str, good: str, *, texts: bool = False) -> _Taken:
    """Rows and headers written: what leaves a bad cell null, and which rows are good."""
    lines, orders = (f"'{shop}/{name}.parquet'" for name in ("by-hand-rows", "by-hand-orders"))
    with _timed() as taken:
        con, rows = _opened(shop, texts=texts)
        marked = f"SELECT *, {good} AS good FROM (SELECT {cast} FROM {rows})"
        con.execute(f"COPY ({marked}) TO {lines} (FORMAT parquet, COMPRESSION zstd)")
        headers = f"""SELECT order_id, customer_id, min(ordered_at) AS day, sum(amount) AS net FROM {lines}
                      WHERE good GROUP BY ALL"""
        con.execute(f"COPY ({headers}) TO {orders} (FORMAT parquet, COMPRESSION zstd)")
        con.close()
    return taken


def _load(shop: Path) -> _Taken:
    facts = shop / ".custrata" / "facts.duckdb"
    facts.unlink(missing_ok=True)
    return _again(shop)


def _again(shop: Path) -> _Taken:
    from datetime import UTC, datetime

    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.load.loaded import load
    from custrata.usecases.workspace import Workspace

    # These are imported when a workbook, a first scheme and a first store are opened.
    _imported("custrata.sources.files.excel", "pyarrow.compute")
    Workspace.at(shop).scheme()
    with duckdb_store("UTC", shop, shop / "imports.duckdb"):
        pass
    with _timed() as taken:
        load(Workspace.at(shop), duckdb_store, lambda: datetime.now(UTC))
    return taken


_STEPS = {"reader": _reader, "by_hand": _by_hand, "checked": _checked, "load": _load, "again": _again}

if __name__ == "__main__":
    sys.exit(main())
