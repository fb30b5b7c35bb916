"""Custrata by its Python API: a scheme and a path in, the Parquet of customers out."""

from __future__ import annotations

from pathlib import Path

from benchmarks.contract import SCHEME
from custrata import Scheme, evaluate


def work(lines: Path, out: Path) -> None:
    with evaluate(Scheme.parse(SCHEME), orders=lines) as result:
        result.write(out)
