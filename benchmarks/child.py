"""Runs one contender once and prints what it took as JSON; needs nothing but the standard library besides."""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path


def main(name: str, lines: str, out: str) -> None:
    started = time.perf_counter()
    contender = importlib.import_module(f"benchmarks.contenders.{name}")
    imported = time.perf_counter()
    contender.work(Path(lines), Path(out))
    done = time.perf_counter()
    print(json.dumps({"imports": imported - started, "work": done - imported}))


if __name__ == "__main__":
    main(*sys.argv[1:])
