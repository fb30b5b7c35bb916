"""Reads workbooks whose reader is not bounded in a process of its own, with limits of memory and of time.

The library that reads old and binary workbooks believes what a file says of itself, and when it asks for too much it
does not fail but ends its process. A look beforehand refuses what is known to do so; the process bounds the rest.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import weakref
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from custrata.core.errors import CustrataError, Problem
from custrata.sources.files.cells import Typed

#: Megabytes for any workbook, for each megabyte of it, and for the largest; libraries alone take some 400.
_MEMORY, _MEMORY_FOR_ONE, _MOST_MEMORY = 2_048, 64, 8_192
#: Seconds of processor time for any workbook, and for each megabyte of it; a clock may run so many times longer.
_SECONDS, _SECONDS_FOR_ONE, _CLOCK = 60, 2, 4
_CHILD = "custrata.sources.files.limited_child"
#: Threads that do nothing here would each reserve addresses.
_SURROUNDINGS = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1",
                 "RUST_BACKTRACE": "0"}  # fmt: skip


class LimitedCells:
    """A workbook as `Cells` has it, read elsewhere.

    Errors: those of `Cells`; E-FILE-029 the reader broke down or asked for too much memory, E-FILE-030 it took too
    long.
    """

    def __init__(self, path: Path, name: str, kind: str) -> None:
        self._name = name
        self._memory, self._seconds = _limits(path)
        # No folder of somebody's data on the path of modules, but what this process would import, wherever it lies.
        surroundings = {**os.environ, **_SURROUNDINGS, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        limits = [str(self._memory), str(self._seconds)]
        try:
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-m", _CHILD, *limits, kind, os.path.abspath(path)],  # noqa: PTH100 (links)
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=surroundings,
            )  # fmt: skip
        except OSError as error:
            raise CustrataError(Problem("E-FILE-002", name, {"reason": error.strerror or str(error)})) from error
        self._end = weakref.finalize(self, _end, self._child)
        self.titles: list[str] = self._answer()["titles"]
        """The sheets in their order."""

    def columns(self, title: str) -> list[Any]:
        """The cells of a sheet as texts, column by column; none where it is empty."""
        return list(self._answer([title])["columns"])

    def typed(self, title: str, header: int) -> Typed | None:
        """As `Cells` has it."""
        answer = self._answer([title, header])
        return (answer["names"], answer["columns"]) if answer["columns"] else None

    def _answer(self, wanted: list[Any] | None = None) -> dict[str, Any]:
        """What the child says, asked for a sheet, or by itself when it has opened the workbook."""
        child, late = self._child, threading.Event()
        assert child.stdin is not None and child.stdout is not None
        timer = threading.Timer(self._seconds * _CLOCK, _too_late, (child, late))
        timer.daemon = True
        timer.start()
        try:
            if wanted is not None:
                child.stdin.write(json.dumps(wanted).encode() + b"\n")
                child.stdin.flush()
            answer = _heard(child.stdout)
        except (OSError, ValueError, pa.ArrowException):  # it ended before it had said everything
            answer = None
        finally:
            timer.cancel()
        if answer is None:
            raise CustrataError(self._broken(late=late.is_set()))
        if "bug" in answer:
            raise RuntimeError(answer["bug"])
        if "problems" in answer:
            raise CustrataError.all(Problem(code, self._name, values) for code, values in answer["problems"])
        return answer

    def _broken(self, *, late: bool) -> Problem:
        """Why the child ended without an answer."""
        try:
            status = self._child.wait(5)
        except subprocess.TimeoutExpired:  # it lives, and what it says is no answer
            self._child.kill()
            status = self._child.wait()
        self._end()
        if late or status == -getattr(signal, "SIGXCPU", 0):
            return Problem("E-FILE-030", self._name, {"seconds": self._seconds})
        how = signal.Signals(-status).name if status < 0 else str(status)
        return Problem("E-FILE-029", self._name, {"mb": self._memory, "how": how})


def _too_late(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


def _heard(pipe: IO[bytes]) -> dict[str, Any]:
    """A line of JSON and, where it says so, a table behind it. Raises ValueError or what Arrow raises."""
    answer: dict[str, Any] = json.loads(pipe.readline())
    if not answer.get("columns"):
        return answer | {"columns": []}
    with pa.ipc.open_stream(pipe) as stream:
        columns = stream.read_next_batch().columns
        for _ in stream:  # so that the mark of its end is read
            pass
    return answer | {"columns": columns}


def _limits(path: Path) -> tuple[int, int]:
    """Megabytes of addresses and seconds of processor time for a file: more for a larger one, and never more than three
    quarters of the machine."""
    try:
        size = path.stat().st_size >> 20
    except OSError:  # the child tells it
        size = 0
    memory = min(_MEMORY + _MEMORY_FOR_ONE * size, _MOST_MEMORY)
    with suppress(OSError, ValueError, AttributeError):  # a system that does not tell
        memory = min(memory, (os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20) * 3 // 4)
    return memory, _SECONDS + _SECONDS_FOR_ONE * size


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):  # something that could not be said any more
                pipe.close()
