"""Ends a command with SIGKILL at a named point of it, in a process that was forked for that.

The program knows nothing of the points: each names a function of it, and when. A command that ends without having come
to its point is a failure of the test, so a point cannot quietly stop to exist.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

_PATIENCE = 60.0
#: Events of Python's audit that change files or are about to.
_CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.truncate", "shutil.rmtree")


@dataclass(frozen=True)
class Point:
    """A function of the program, as `module:name`, and when the process dies: before the n-th call of it or after; in
    a block that it is for (a transaction), when that has begun, is about to end (`ending`), or is over (`ended`)."""

    function: str
    when: Literal["before", "after", "begun", "ending", "ended"] = "before"
    nth: int = 1


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: Point) -> None:
    """From now on the process dies at the point."""
    module, _, path = point.function.partition(":")
    owner: Any = import_module(module)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    original, calls = getattr(owner, name), 0

    def due(when: str) -> bool:
        return calls == point.nth and point.when == when

    @contextmanager
    def block(*args: Any, **kwargs: Any) -> Iterator[Any]:
        nonlocal calls
        calls += 1
        with original(*args, **kwargs) as found:
            if due("begun"):
                die()
            mine = calls
            yield found
            if mine == point.nth and point.when == "ending":
                die()
        if mine == point.nth and point.when == "ended":
            die()

    def call(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if due("before"):
            die()
        found = original(*args, **kwargs)
        if due("after"):
            die()
        return found

    setattr(owner, name, call if point.when in ("before", "after") else block)


def killed_at(point: Point, command: Callable[[], object]) -> None:
    """Runs a command that dies at the point."""

    def armed() -> None:
        arm(point)
        command()

    status = forked(armed)
    assert status == -signal.SIGKILL, f"it never came to {point}: {status}"


def killed_before_change(n: int, folder: Path, command: Callable[[], object]) -> bool:
    """Runs a command that dies before it changes files of a folder for the n-th time, whatever function does so;
    false where it ended before."""

    def armed() -> None:
        seen = 0

        def hear(event: str, args: Any) -> None:
            nonlocal seen
            if not _changes(event, args, str(folder)):
                return
            seen += 1
            if seen == n:
                die()

        sys.addaudithook(hear)
        command()

    status = forked(armed)
    assert status in (0, -signal.SIGKILL), status
    return status != 0


def _changes(event: str, args: Any, folder: str) -> bool:
    if event == "open":
        path, mode, flags = args
        writes = any(c in (mode or "") for c in "wax+") or bool((flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        return writes and str(path).startswith(folder)
    return event in _CHANGES and any(str(a).startswith(folder) for a in args)


def fork() -> int:
    """0 in a process that is a copy of this one; its number here."""
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        # Other threads of this process hold nothing that the commands need.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def forked(command: Callable[[], object]) -> int:
    """Runs a command in a process of its own, which has all that was imported: 0, 1 where it raised, or the negative
    number of the signal that ended it."""
    child = fork()
    if child == 0:
        try:
            command()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    deadline = time.monotonic() + _PATIENCE
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise AssertionError("it hangs")
        time.sleep(0.002)
