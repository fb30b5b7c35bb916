"""The order lines that are measured: made once, kept in benchmarks/data."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.entrants import ROOT

_UNITS = {"k": 1_000, "m": 1_000_000}
_MAKE = """
import sys, pathlib
from custrata.synthetic.lines import generate_lines
generate_lines(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
"""
FOLDER = ROOT / "benchmarks" / "data"


def parse_size(text: str) -> int:
    """Lines from `10m`, `500k` or `123456`."""
    number, unit = (text[:-1], _UNITS[text[-1].lower()]) if text[-1:].lower() in _UNITS else (text, 1)
    try:
        lines = int(float(number) * unit)
    except ValueError:
        lines = 0
    if lines < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of lines: write 1m, 500k or 123456")
    return lines


def lines_file(lines: int, said: Callable[[str], None]) -> Path:
    """The Parquet of so many order lines. A process of its own makes it: ours must stay small, because what it holds
    would count as the contenders' memory."""
    path = FOLDER / f"lines-{lines}.parquet"
    return _made(path, ["-c", _MAKE], lines, f"making {lines:,} order lines", said)


def hard_file(lines: int, said: Callable[[str], None]) -> Path:
    """The Parquet of hard cases: see hard.py."""
    return _made(FOLDER / f"hard-{lines}.parquet", ["-m", "benchmarks.hard"], lines, "making hard cases", said)


def _made(path: Path, program: list[str], lines: int, doing: str, said: Callable[[str], None]) -> Path:
    if not path.exists():
        said(doing)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        subprocess.run([sys.executable, *program, str(partial), str(lines)], check=True, cwd=ROOT)
        partial.replace(path)
    return path
