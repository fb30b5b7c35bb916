"""One process that works: started, heard, and ended with everything that it started itself."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from custrata.web.jobs import Limits

#: Characters of a log that are kept: its end. Bytes of an answer: more is no answer.
LOG, ANSWER = 60_000, 8 << 20
#: Lines that begin with this sign say what is being done.
STEP = "\x1e"
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_GROUPS = hasattr(os, "killpg")


class Process:
    """`python -m module arguments`, within limits. Its log is what it writes to stderr, and to stdout too unless that
    is its answer. However much it writes, only the end of the log is kept, and nothing lies on a disk."""

    def __init__(
        self, module: str, arguments: Sequence[str], folder: Path, surroundings: Mapping[str, str], limits: Limits,
        *, answers: bool,
    ) -> None:  # fmt: skip
        own = [sys.executable, "-m", "custrata.web.child", str(limits.memory or 0), str(limits.computing or 0)]
        self._child = subprocess.Popen(
            [*own, module, *arguments], cwd=folder, env=dict(surroundings), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE if answers else subprocess.STDOUT, start_new_session=_GROUPS,
        )  # fmt: skip
        self._log, self._answer = bytearray(), bytearray()
        self._turn = threading.Lock()
        self.step = ""
        listens = (self._take, self._hear) if answers else (self._hear,)
        self._heard = [pipe for pipe in (self._child.stdout, self._child.stderr) if pipe is not None]
        told = zip(self._heard, listens, strict=True)
        self._listeners = [threading.Thread(target=listen, args=(pipe,), daemon=True) for pipe, listen in told]
        for listener in self._listeners:
            listener.start()

    @property
    def pid(self) -> int:
        return self._child.pid

    def over(self, seconds: float) -> bool:
        """Waits so long at most; whether it is over."""
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self, *, at_once: bool = False) -> None:
        """Asks it and all that it started to end; `at_once`: without asking."""
        if not _GROUPS:
            self._child.kill() if at_once else self._child.terminate()
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, signal.SIGKILL if at_once else signal.SIGTERM)

    def close(self) -> int:
        """After its end: leaves nothing of it running, hears the rest, gives its exit status (negative: the signal)."""
        self.end(at_once=True)
        for listener, pipe in zip(self._listeners, self._heard, strict=True):
            listener.join(5.0)
            if not listener.is_alive():  # something that left the group may still hold the other end
                pipe.close()
        if self._child.stdin is not None:
            self._child.stdin.close()
        return self._child.wait()

    @property
    def log(self) -> str:
        """The end of what it wrote, as a person reads it."""
        with self._turn:
            said = bytes(self._log)
        text = _COLOURS.sub("", said.decode("utf-8", "replace")).replace("\x00", "")
        lines = [line.rsplit("\r", 1)[-1].rstrip().removeprefix(STEP) for line in text.split("\n")]
        return "\n".join(lines).strip()

    @property
    def answer(self) -> bytes | None:
        """What it answered; null where that was more than an answer is."""
        with self._turn:
            return bytes(self._answer) if len(self._answer) <= ANSWER else None

    def _hear(self, pipe: IO[bytes]) -> None:
        rest = b""
        while piece := pipe.read1(1 << 16):  # type: ignore[attr-defined]
            with self._turn:
                self._log += piece
                del self._log[:-LOG]
            *lines, rest = (rest + piece)[-LOG:].split(b"\n")
            told = [line for line in lines if line.startswith(STEP.encode())]
            if told:
                self.step = told[-1].decode("utf-8", "replace").removeprefix(STEP).strip()[:200]

    def _take(self, pipe: IO[bytes]) -> None:
        while piece := pipe.read1(1 << 16):  # type: ignore[attr-defined]
            with self._turn:
                if len(self._answer) <= ANSWER:
                    self._answer += piece
