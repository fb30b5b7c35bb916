"""Does the work that waits: takes the oldest of its lane, watches it, keeps its log, ends it where somebody asks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import close_old_connections
from django.utils import timezone

from custrata.web.jobs import KINDS, Lane
from custrata.web.models import Job

_PAUSE = 0.5
_PATIENCE = 10.0
#: Characters of a log that are kept: its end.
_LOG = 60_000
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def work(lane: Lane, folder: Path, stopped: Callable[[], bool]) -> None:
    """Works until `stopped` says so; what runs then is ended and waits again for the next start."""
    while not stopped():
        close_old_connections()
        if not once(lane, folder, stopped):
            time.sleep(_PAUSE)


def once(lane: Lane, folder: Path, stopped: Callable[[], bool] = lambda: False) -> bool:
    """Does the oldest waiting work of a lane; says whether there was any."""
    kinds = [k.name for k in KINDS.values() if k.lane == lane]
    job = Job.objects.filter(state="waiting", kind__in=kinds).order_by("id").first()
    if job is None:
        return False
    if job.stop:
        _close(job, "ended")
        return True
    # Another runner may have taken it meanwhile.
    if Job.objects.filter(pk=job.pk, state="waiting").update(state="running", started_at=timezone.now()):
        _do(job, folder, stopped)
    return True


def lost() -> int:
    """Work that was running when its runner was killed: it is told so, and can be asked for again."""
    dead = [j for j in Job.objects.filter(state="running") if not _alive(j.pid)]
    for job in dead:
        _close(job, "lost")
    return len(dead)


def _do(job: Any, folder: Path, stopped: Callable[[], bool]) -> None:
    command = [sys.executable, "-m", "custrata", *KINDS[job.kind].command({**job.arguments, "who": job.who})]
    surroundings = {**os.environ, "COLUMNS": "110", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
    with tempfile.TemporaryFile("w+b") as log:
        child = subprocess.Popen(
            command, cwd=folder, env=surroundings, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        Job.objects.filter(pk=job.pk).update(pid=child.pid)
        asked_at: float | None = None
        while child.poll() is None:
            time.sleep(_PAUSE)
            _keep_log(job, log)
            wanted = stopped() or Job.objects.filter(pk=job.pk, stop=True).exists()
            if wanted and asked_at is None:
                child.terminate()
                asked_at = time.monotonic()
            elif asked_at is not None and time.monotonic() - asked_at > _PATIENCE:
                child.kill()
        _keep_log(job, log)
    _close(job, "ended" if asked_at is not None else "done" if child.returncode == 0 else "failed")


def _keep_log(job: Any, log: Any) -> None:
    log.seek(0, os.SEEK_END)
    log.seek(max(0, log.tell() - _LOG))
    text = _COLOURS.sub("", log.read().decode("utf-8", "replace")).replace("\x00", "")
    lines = [line.rsplit("\r", 1)[-1].rstrip() for line in text.split("\n")]
    text = "\n".join(lines).strip()
    step = next((line for line in reversed(lines) if line.strip()), "")[:200]
    if text != job.log:
        job.log, job.step = text, step
        Job.objects.filter(pk=job.pk).update(log=text, step=step)


def _close(job: Any, state: str) -> None:
    Job.objects.filter(pk=job.pk).update(state=state, ended_at=timezone.now(), pid=None)


def _alive(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def main() -> None:
    """Two lanes until the process is told to stop."""
    import signal

    from custrata.web.site import enter_from_environment

    here = enter_from_environment()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    lost()
    parent = os.getppid()

    def stopped() -> bool:
        return stop.is_set() or os.getppid() != parent  # the server is gone

    lanes: tuple[Lane, ...] = ("write", "read")
    threads = [threading.Thread(target=work, args=(lane, here.workspace.path, stopped)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
