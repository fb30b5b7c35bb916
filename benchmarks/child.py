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
    imported, idle = time.perf_counter(), time.process_time()
    contender.work(Path(lines), Path(out))
    done, busy = time.perf_counter(), time.process_time()
    print(json.dumps({"imports": imported - started, "work": done - imported, "cpu": busy - idle}))


if __name__ == "__main__":
    main(*sys.argv[1:])
