"""`python -m benchmarks.web`: what pages cost with twenty people at once, beside the bare question to DuckDB.

A workspace of a million customers and fifty columns is made once, kept in benchmarks/data, and served by `custrata
serve` in a process of its own. Twenty clients ask one kind of page after another, each time with other values, so that
nothing is remembered from before; then twenty threads ask DuckDB for the same figures of the same Parquet, on cursors
of their own. p95 of both, their ratio, one client alone, the processor time of one page beside that of its bare
question (which tells more where others use the machine too), and the memory of the server.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.data import FOLDER, parse_size
from benchmarks.web_questions import QUESTIONS, Question
from benchmarks.web_server import Served, serving
from benchmarks.web_shop import run_of, shop_of

_CLIENTS = 20
#: Milliseconds that a page may take alone on an idle machine, and how much longer than DuckDB with twenty people.
_ALONE, _RATIO = 300, 3.0
_Asks = Callable[[random.Random], float]


def main() -> int:
    """Prints one JSON object."""
    names = [q.name for q in QUESTIONS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web", description=__doc__)
    parser.add_argument("--lines", type=parse_size, default=50_000_000, help="50m: a million customers")
    parser.add_argument("--times", type=int, default=5, help="pages that each client asks for")
    parser.add_argument("--most", type=float, default=15, help="seconds after which a client asks for no further page")
    parser.add_argument("--only", default=",".join(names), help="kinds of pages, parted by commas")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the workspace is kept")
    options = parser.parse_args()
    wanted = [q for q in QUESTIONS if q.name in options.only.split(",")]
    shop = shop_of(options.lines, options.folder, lambda said: print(said, file=sys.stderr))
    found: dict[str, Any] = {}
    with serving(shop) as served, _bare(shop) as bare:
        for question in wanted:
            found[question.name] = _measured(question, served, bare, _Often(options.times, options.most))
            print(f"{question.name}: {found[question.name]}", file=sys.stderr)
        memory = served.memory()
    late = [n for n, f in found.items() if f["alone_ms"] > _ALONE or f["ratio"] > _RATIO]
    print(json.dumps({"pages": found, "server_mb": memory, "missed": late}, indent=2))
    return 0


@dataclass(frozen=True)
class _Often:
    """How often a client asks, and for how many seconds at most."""

    times: int
    most: float


def _measured(question: Question, served: Served, bare: duckdb.DuckDBPyConnection, often: _Often) -> dict[str, Any]:
    def page(draw: random.Random) -> float:
        return served.ask(question.page(draw))

    def statements(draw: random.Random) -> float:
        sqls, start = question.sql(draw), time.perf_counter()
        own = bare.cursor()
        for sql in sqls:
            own.execute(sql).fetchall()
        return time.perf_counter() - start

    once = replace(often, times=max(8, often.times))
    first = _asked(page, replace(often, times=1), clients=1, seed=0)[0]
    alone, cpu = _with_cpu(lambda: _asked(page, once, clients=1, seed=1), served.busy)
    together = _asked(page, often, clients=_CLIENTS, seed=2)
    bare_alone, bare_cpu = _with_cpu(lambda: _asked(statements, once, clients=1, seed=1), time.process_time)
    bare_together = _asked(statements, often, clients=_CLIENTS, seed=2)
    return {
        "first_ms": _ms(first), "alone_ms": _ms(statistics.median(alone)), "cpu_ms": _ms(cpu),
        "duckdb_cpu_ms": _ms(bare_cpu), "duckdb_alone_ms": _ms(statistics.median(bare_alone)),
        "p95_ms": _ms(_p95(together)), "duckdb_p95_ms": _ms(_p95(bare_together)),
        "ratio": round(_p95(together) / _p95(bare_together), 2), "cpu_ratio": round(cpu / bare_cpu, 2),
    }  # fmt: skip


def _asked(asks: _Asks, often: _Often, *, clients: int, seed: int) -> list[float]:
    """Seconds that each answer took, over all clients, who ask as soon as they have the answer before."""

    def one(client: int) -> list[float]:
        draw, end = random.Random(f"{seed}-{client}"), time.monotonic() + often.most
        taken = [asks(draw)]
        while len(taken) < often.times and time.monotonic() < end:
            taken.append(asks(draw))
        return taken

    with ThreadPoolExecutor(clients) as pool:
        return [t for taken in pool.map(one, range(clients)) for t in taken]


def _with_cpu(work: Callable[[], list[float]], busy: Callable[[], float]) -> tuple[list[float], float]:
    """What the work gives, and the processor seconds of one answer."""
    before = busy()
    taken = work()
    return taken, (busy() - before) / len(taken)


@contextmanager
def _bare(shop: Path) -> Any:
    """DuckDB over the Parquet of the run, and nothing else."""
    with duckdb.connect() as connection:
        for name, file in (("t", "customers"), ("p", "attributes"), ("o", "orders")):
            connection.execute(f"CREATE VIEW {name} AS FROM '{run_of(shop) / file}.parquet'")
        yield connection


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


if __name__ == "__main__":
    raise SystemExit(main())
