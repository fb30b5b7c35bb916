"""`python -m benchmarks.refresh`: what a run costs after a day's orders came to many that were there.

The base is so many order lines in one Parquet file; then one line in a thousand comes in a second file, a day later, so
that the as-of date moves on and a day leaves every window. Beside each other, in processor seconds of a process of its
own, after its imports: the best hand-written SQL and the usual one over all lines (`contenders`), custrata's first run
over all lines, and its run after the day: load and evaluation, and with the publishing of the results. The customers of
the two custrata runs must be the same to the last one.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.contract import SCHEME
from benchmarks.data import lines_file, parse_size

_STEPS = ("sql", "naive", "full", "refresh")
#: What the refresh shall cost at most at 50 million lines, load and evaluation, as a share of the others.
_TARGETS = {"sql": 0.1, "naive": 0.04}
_SAME = """
SELECT count(*) FROM (
  (FROM read_parquet('{a}') EXCEPT FROM read_parquet('{b}')) UNION ALL
  (FROM read_parquet('{b}') EXCEPT FROM read_parquet('{a}'))
)
"""


def main() -> int:
    """0 where the customers of both runs are the same."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.refresh", description=__doc__)
    parser.add_argument("--size", type=parse_size, default=10_000_000, help="order lines: 10m by default")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_child(options.child[0], Path(options.child[1]))))
        return 0
    with tempfile.TemporaryDirectory(prefix="custrata-bench-") as folder:
        found = _measured(Path(folder), options.size, options.runs)
    if options.json:
        print(json.dumps(found))
    else:
        _show(found)
    return 0 if found["differing_customers"] == 0 else 1


def _measured(folder: Path, size: int, runs: int) -> dict[str, Any]:
    lines = lines_file(size, lambda said: print(said, file=sys.stderr))
    before, full, after = folder / "before", folder / "full", folder / "after"
    for shop in (before, full):
        shop.mkdir()
        (shop / "scheme.yaml").write_text(SCHEME.replace("lines.parquet", "'lines*.parquet'"), "utf-8")
        (shop / "lines-1.parquet").symlink_to(lines.resolve())
    _run("refresh", before)
    _day_later(lines, size, full / "lines-2.parquet")
    taken: dict[str, list[dict[str, float]]] = {step: [] for step in _STEPS}
    for _ in range(runs):
        for step in _STEPS:
            shop = full
            if step == "refresh":
                shutil.rmtree(after, ignore_errors=True)
                shutil.copytree(before, after, symlinks=True)
                shutil.copy(full / "lines-2.parquet", after)
                shop = after
            elif step == "full":
                shutil.rmtree(full / ".custrata", ignore_errors=True)
            taken[step].append(_run(step, shop))
    cpu = {step: {k: statistics.median(t[k] for t in found) for k in found[0]} for step, found in taken.items()}
    own = cpu["refresh"]
    return {
        "lines": size, "cpu_seconds": cpu,
        "ratios": {
            step: {k: own[k] / cpu[step]["whole"] for k in ("evaluated", "whole")} for step in ("sql", "naive", "full")
        },
        "targets_at_50m": _TARGETS, "evaluated_anew": _record(after)["evaluated"],
        "differing_customers": _differing(_customers(full), _customers(after)),
    }  # fmt: skip


def _day_later(lines: Path, size: int, path: Path) -> None:
    """One line in a thousand once more, whole orders of any customers, under new numbers and a day after the last."""
    import duckdb

    every = max(1, size // max(size // 1000, 1000))
    duckdb.execute(f"""
        COPY (
          SELECT * REPLACE (
            order_id + (SELECT max(order_id) + 1 FROM '{lines}') AS order_id,
            (SELECT date_trunc('day', max(ordered_at)) + INTERVAL 36 HOUR FROM '{lines}') AS ordered_at
          ) FROM '{lines}' WHERE hash(order_id) % {every} = 0
        ) TO '{path}' (FORMAT parquet)
    """)


def _run(step: str, shop: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.refresh", "--child", step, str(shop)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _child(step: str, shop: Path) -> dict[str, float]:
    """Processor seconds: until the results are there (`evaluated`), and until they are published (`whole`)."""
    if step in ("sql", "naive"):
        from importlib import import_module

        contender = import_module(f"benchmarks.contenders.{step}")
        started = _seconds()
        contender.work(shop / "lines*.parquet", shop / f"{step}.parquet")
        return {"whole": _seconds() - started}
    from datetime import UTC, datetime

    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.run import run
    from custrata.usecases.workspace import Workspace

    at: dict[str, float] = {}
    started = _seconds()
    run(
        Workspace.at(shop), duckdb_store, lambda: datetime.now(UTC),
        progress=lambda said, **_: at.setdefault(said, _seconds()),
    )  # fmt: skip
    return {"evaluated": at["publish"] - started, "whole": _seconds() - started}


def _seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _last(shop: Path) -> Path:
    return shop / ".custrata" / "runs" / (shop / ".custrata" / "current").read_text("utf-8").strip()


def _record(shop: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_last(shop) / "record.json").read_text("utf-8"))
    return found


def _customers(shop: Path) -> Path:
    return _last(shop) / "customers.parquet"


def _differing(a: Path, b: Path) -> int:
    import duckdb

    row = duckdb.execute(_SAME.format(a=a, b=b)).fetchone()
    assert row is not None
    return int(row[0])


def _show(found: dict[str, Any]) -> None:
    cpu, anew = found["cpu_seconds"], found["evaluated_anew"]
    print(f"{found['lines']:,} lines, then one in a thousand a day later: {anew['customers']:,} of {anew['of']:,} "
          f"customers worked out anew, {found['differing_customers']} differ from a run over all lines")  # fmt: skip
    for step in _STEPS:
        said = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in cpu[step].items())
        share = found["ratios"].get(step)
        ratio = f"; refresh {share['evaluated']:.3f} of it evaluated, {share['whole']:.3f} published" if share else ""
        print(f"  {step:8} {said}{ratio}")


if __name__ == "__main__":
    sys.exit(main())
