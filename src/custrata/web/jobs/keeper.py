"""Keeps a runner beside the server: one that dies is started again."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

#: Seconds before a runner that died is started again: longer each time, so that one that cannot live costs nothing.
_FIRST, _LONGEST = 1.0, 60.0
_LEAVE = 15.0


@contextmanager
def runner_beside() -> Iterator[None]:
    """A runner for as long as the context lasts."""
    over = threading.Event()
    thread = threading.Thread(target=_keep, args=(over,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(_LEAVE + 5)


def _keep(over: threading.Event) -> None:
    pause = _FIRST
    while not over.is_set():
        runner = subprocess.Popen([sys.executable, "-m", "custrata.web.jobs"])
        lived = 0.0
        while runner.poll() is None and not over.wait(0.5):
            lived += 0.5
        if over.is_set():
            _end(runner)
            return
        pause = _FIRST if lived > _LONGEST else min(pause * 2, _LONGEST)
        over.wait(pause)


def _end(runner: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        runner.terminate()
    try:
        runner.wait(_LEAVE)
    except subprocess.TimeoutExpired:
        runner.kill()
        runner.wait()
