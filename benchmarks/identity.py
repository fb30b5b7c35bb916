"""`python -m benchmarks.identity`: seconds, memory and hits of the search for duplicates among 100,000 and 1,000,000.

The customers are synthetic, one in ten entered again with slips and gaps, so that the truth is known. Each size runs in
a process of its own; the file is made before the clock starts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.data import parse_size

_SIZES = [100_000, 1_000_000]
_SEED = 5


def main() -> int:
    """Prints one JSON object a size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.identity", description=__doc__)
    parser.add_argument("--sizes", type=lambda s: [parse_size(x) for x in s.split(",")], default=_SIZES,
                        help="numbers of customers: 100k,1m by default")  # fmt: skip
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(_search(options.child)))
        return 0
    with tempfile.TemporaryDirectory(prefix="custrata-bench-") as folder:
        for size in options.sizes:
            _make(size, file := Path(folder) / f"{size}.parquet")
            started = time.perf_counter()
            command = [sys.executable, "-m", "benchmarks.identity", "--child", str(file)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                out = process.stdout.read()
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                return 1
            taken = {
                "whole_s": time.perf_counter() - started, "cpu_s": usage.ru_utime + usage.ru_stime,
                "peak_mb": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 2**20,
            }  # fmt: skip
            print(json.dumps({"customers": size} | {k: round(v, 1) for k, v in taken.items()} | json.loads(out)))
    return 0


def _make(size: int, file: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from custrata.synthetic.duplicates import customer_file

    made = customer_file(size, seed=_SEED)
    entity = pa.array(list(made.entity.values()), pa.int64())
    pq.write_table(made.table.append_column("_entity", entity), file)


def _search(file: Path) -> dict[str, Any]:
    """Seconds of each step, and what was found against the truth."""
    from custrata.core.identity.features import found_fields
    from custrata.core.identity.ledger import WhoIsWho
    from custrata.core.identity.policy import Identity
    from custrata.engines.duckdb.engine import duckdb_engine
    from custrata.engines.splink.linker import SplinkLinker
    from custrata.usecases.identity import find
    from custrata.usecases.identity_read import People, features_of

    steps: list[tuple[str, float]] = []

    def step(name: str, /, **_: Any) -> None:
        steps.append((name.removeprefix("identity_"), time.perf_counter()))

    with tempfile.TemporaryDirectory() as scratch, duckdb_engine("Asia/Shanghai", Path(scratch)) as engine:
        table = engine.backend.read_parquet(file)
        n = table.count().to_pyarrow().as_py()
        people = engine.materialise("people", table.drop("_entity"))
        step("features")
        fields = found_fields(people.columns, {})
        features = features_of(engine, people, fields, n)
        found = find(People(people, features, fields, n), Identity(), WhoIsWho(), engine, SplinkLinker(engine), step)
        step("end")
        entity = {r["customer_id"]: r["_entity"] for r in engine.rows(table.select("customer_id", "_entity"))}
    seconds = {name: round(after - at, 1) for (name, at), (_, after) in pairwise(steps)}
    merged = [(a, b) for ids in found.groups.groups for i, a in enumerate(ids) for b in ids[i + 1 :]]
    return {"steps_s": seconds, "pairs": found.pairs, "groups": len(found.groups.groups), "asked": found.doubtful,
            "weak": found.counts.get("weak", 0), **_hits(merged, found, entity)}  # fmt: skip


def _hits(merged: list[tuple[str, str]], found: Any, entity: dict[str, int]) -> dict[str, float]:
    """Of what rules merge the share that is true (precision) and of what is true the share that they merge (recall)."""
    sizes: dict[int, int] = {}
    for one in entity.values():
        sizes[one] = sizes.get(one, 0) + 1
    true = sum(n * (n - 1) // 2 for n in sizes.values())
    hits = sum(entity[a] == entity[b] for a, b in merged)
    asked = [(d.a, d.b) for d in found.doubts]
    return {
        "merged_precision": round(hits / max(1, len(merged)), 6), "merged_recall": round(hits / true, 4),
        "listed_precision": round(sum(entity[a] == entity[b] for a, b in asked) / max(1, len(asked)), 4),
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
