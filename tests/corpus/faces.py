"""The program's faces, each in a process of its own with a limit of memory and of time.

A server process imports the program once and forks for every call: 20 ms instead of two seconds of imports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MEMORY = 4 << 30
"""Bytes of address space of a call; threads and libraries take a good part of it before a file is opened."""
SECONDS = 60
"""A call that takes longer hangs. It is generous because machines of tests are noisy."""
_AT_ONCE = 2


@dataclass(frozen=True)
class Said:
    """How a call ended: its status (negative: the signal that killed it), what it wrote, its peak memory in MB."""

    status: int
    out: str
    err: str
    megabytes: int
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def codes(self) -> list[str]:
        """The codes of the problems that were told; none where all went well."""
        told = self.json
        return [] if not isinstance(told, dict) or told.get("ok", True) else [p["code"] for p in told["problems"]]


class Faces:
    """The server; closing it ends it."""

    def __init__(self) -> None:
        paths = [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
        env = {**os.environ, "CUSTRATA_LANG": "en", "PYTHONPATH": os.pathsep.join(paths)}
        self._server = subprocess.Popen(
            [sys.executable, "-m", "corpus.faces"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True
        )

    def __call__(self, *calls: tuple[Path, Sequence[str]]) -> list[Said]:
        """Each call, a list of words, in its folder; two at a time."""
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.write(json.dumps([[str(folder), list(words)] for folder, words in calls]) + "\n")
        self._server.stdin.flush()
        answer = self._server.stdout.readline()
        assert answer, "the server of the corpus died"
        return [Said(**one) for one in json.loads(answer)]

    def close(self) -> None:
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(10)
        self._server.stdout.close()


def _serve() -> None:
    import duckdb  # noqa: F401
    import fastexcel  # noqa: F401
    import ibis.backends.duckdb  # noqa: F401
    import pyarrow.compute
    import pyarrow.parquet  # noqa: F401

    import custrata.cli.commands
    import custrata.cli.init_commands
    import custrata.engines.duckdb.store
    import custrata.usecases.check
    import custrata.usecases.init
    import custrata.usecases.run  # noqa: F401
    from custrata.cli.main import main

    for line in sys.stdin:
        waiting = list(enumerate(json.loads(line)))
        running: dict[int, tuple[int, float, Path]] = {}
        said: dict[int, dict[str, Any]] = {}
        while waiting or running:
            while waiting and len(running) < _AT_ONCE:
                i, (folder, words) = waiting.pop(0)
                scratch = Path(tempfile.mkdtemp(prefix="custrata-corpus-"))
                running[_fork(words, folder, scratch, main)] = (i, time.monotonic(), scratch)
            pid, status, usage = os.wait4(-1, 0)
            i, began, scratch = running.pop(pid)
            said[i] = {
                "status": os.waitstatus_to_exitcode(status), "megabytes": usage.ru_maxrss >> 10,
                "seconds": time.monotonic() - began,
                "out": (scratch / "out").read_text("utf-8", "replace"),
                "err": (scratch / "err").read_text("utf-8", "replace"),
            }  # fmt: skip
            for left in scratch.iterdir():
                left.unlink()
            scratch.rmdir()
        print(json.dumps([said[i] for i in sorted(said)]), flush=True)  # noqa: T201


def _fork(words: list[str], folder: str, scratch: Path, main: Any) -> int:
    pid = os.fork()
    if pid:
        return pid
    import resource

    status = 99
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.alarm(SECONDS)  # kills: nobody handles it
        for number, name in ((1, "out"), (2, "err")):
            handle = os.open(scratch / name, os.O_WRONLY | os.O_CREAT)
            os.dup2(handle, number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.argv = ["custrata", *words]
        os.chdir(folder)
        try:
            main(words)
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 0
        except BaseException:
            import traceback

            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


if __name__ == "__main__":
    _serve()
