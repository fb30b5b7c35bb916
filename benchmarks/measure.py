"""Runs contenders in processes of their own, one at a time and in turn, and keeps what each took."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.entrants import ROOT, Entrant


class Failed(Exception):
    """A contender ended with an error."""


@dataclass
class Taken:
    """Seconds and bytes of every run: `work` inside the process (after its imports), `cpu` the time of all its threads
    in that, `whole` from start to end."""

    work: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    peak: list[int] = field(default_factory=list)

    def medians(self) -> dict[str, float | None]:
        return {
            "work_s": statistics.median(self.work) if self.work else None,
            "cpu_s": statistics.median(self.cpu) if self.cpu else None,
            "whole_s": statistics.median(self.whole),
            "peak_mb": statistics.median(self.peak) / 2**20,
            "runs": len(self.whole),
        }


def race(
    entrants: Sequence[Entrant], lines: Path, scratch: Path, runs: int, said: Callable[[str], None]
) -> dict[str, Taken]:
    """Every contender `runs` times, interleaved, so that a machine that slows down slows all of them; after one bare
    reading of the file, so that nobody pays for the disk."""
    _warm(lines)
    taken = {e.name: Taken() for e in entrants}
    for i in range(runs):
        for entrant in entrants:
            said(f"{lines.stem}: run {i + 1} of {runs}, {entrant.title}")
            folder = scratch / entrant.name
            entrant.prepare(lines, folder)
            _once(entrant.command(lines, folder), taken[entrant.name])
    return taken


def _once(command: Sequence[str], taken: Taken) -> None:
    started = time.perf_counter()
    # One pipe for both, read to its end before waiting: `wait4` alone tells the peak of just this process.
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, env=environment()
    ) as process:
        assert process.stdout is not None
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        taken.whole.append(time.perf_counter() - started)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(f"{' '.join(command)} ended with {process.returncode}:\n{out.strip()}")
    taken.peak.append(usage.ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024))
    last = (out.strip().splitlines() or [""])[-1]
    if last.startswith('{"imports"'):
        found = json.loads(last)
        taken.work.append(found["work"])
        taken.cpu.append(found["cpu"])


def environment() -> dict[str, str]:
    """As users have it: Python keeps the byte code of what it imports."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _warm(lines: Path) -> None:
    with lines.open("rb") as file:
        while file.read(1 << 24):
            pass
