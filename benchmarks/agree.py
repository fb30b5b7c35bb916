"""Whether contenders gave every customer the same numbers, scores and classes as the hand-written SQL did."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.contract import CLASSES, COLUMNS, SCORES
from benchmarks.entrants import ROOT

_TYPES = dict.fromkeys(SCORES, "BIGINT") | dict.fromkeys(CLASSES, "VARCHAR")
_TYPES |= {"recency": "BIGINT", "orders": "BIGINT"}


@dataclass(frozen=True)
class Comparison:
    """`differing` counts customers by column; `only_here` and `missing` are those whom just one of the two has."""

    customers: int
    missing: int
    only_here: int
    differing: dict[str, int]
    anybody: int
    example: dict[str, Any] | None

    @property
    def agrees(self) -> bool:
        return not (self.missing or self.only_here or self.anybody)


def compared(reference: Path, other: Path) -> Comparison:
    """`compare` in a process of its own: what we hold would count as the memory of contenders that we start later."""
    command = [sys.executable, "-m", "benchmarks.agree", str(reference), str(other)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout)
    return Comparison(**found)


def compare(reference: Path, other: Path) -> Comparison:
    """`other` against `reference`, customer by customer, every column."""
    import duckdb

    con = duckdb.connect()
    for name, path in (("a", reference), ("b", other)):
        con.execute(f"CREATE TEMP VIEW {name} AS {_standard(con, path)}")
    con.execute(
        "CREATE TEMP TABLE pairs AS SELECT coalesce(a.customer_id, b.customer_id) AS customer_id, "
        "a.customer_id IS NOT NULL AS in_a, b.customer_id IS NOT NULL AS in_b, "
        + ", ".join(f"a.{c} AS a_{c}, b.{c} AS b_{c}" for c in COLUMNS)
        + " FROM a FULL JOIN b ON a.customer_id = b.customer_id"
    )
    unequal = {c: f"(in_a AND in_b AND a_{c} IS DISTINCT FROM b_{c})" for c in COLUMNS}
    either = " OR ".join(unequal.values())
    counts = ", ".join(f"count(*) FILTER ({test})" for test in (*unequal.values(), either))
    row = con.execute(
        f"SELECT count(*), count(*) FILTER (NOT in_b), count(*) FILTER (NOT in_a), {counts} FROM pairs"
    ).fetchone()
    assert row is not None
    customers, missing, only_here, *rest = row
    found = con.execute(f"SELECT * FROM pairs WHERE {either} ORDER BY customer_id LIMIT 1")
    names = [d[0] for d in found.description]
    first = found.fetchone()
    example = dict(zip(names, first, strict=True)) if first else None
    differing = {c: n for c, n in zip(COLUMNS, rest[:-1], strict=True) if n}
    return Comparison(customers, missing, only_here, differing, rest[-1], example)


def _standard(con: Any, path: Path) -> str:
    """The result under the names and types of the comparison; custrata calls the scores `rfm.r` …"""
    source = f"read_parquet('{path}')"
    have = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    columns = []
    for c in COLUMNS:
        here = c if c in have else f"rfm.{c}"
        columns.append(f'"{here}"::{_TYPES.get(c, "DECIMAL(18, 4)")} AS {c}')
    return f"SELECT customer_id::VARCHAR AS customer_id, {', '.join(columns)} FROM {source}"


if __name__ == "__main__":
    print(json.dumps(asdict(compare(Path(sys.argv[1]), Path(sys.argv[2]))), default=str))
