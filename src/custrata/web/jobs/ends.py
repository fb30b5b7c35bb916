"""How work ends: as its runner says, or because its runner is gone; and the end of what it made."""

from __future__ import annotations

import os
import shutil
import socket
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.sessions.models import Session
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from custrata.web.jobs import folder_of
from custrata.web.models import Job

#: A runner says every few seconds that it is there, and is taken for dead after so long a silence.
_SILENT = timedelta(seconds=60)
#: Files that work made are kept so long.
_KEPT = timedelta(days=7)
#: Seconds that a store may be out of reach when work is over, and between two tries.
_STORE_PATIENCE, _PAUSE = 120.0, 0.5


def close(job: Any, state: str, result: dict[str, Any] | None = None) -> bool:
    """Says how it ended; tries for a while where the store is out of reach. False where somebody else has said so."""
    until = time.monotonic() + _STORE_PATIENCE
    while True:
        try:
            values = {"state": state, "ended_at": timezone.now(), "pid": None, "result": result or {}}
            return bool(Job.objects.filter(pk=job.pk, state__in=("waiting", "running")).update(**values))
        except DatabaseError:
            connection.close()
            if time.monotonic() > until:
                raise
            time.sleep(_PAUSE)


def sign() -> dict[str, Any]:
    return {"host": socket.gethostname(), "runner": os.getpid(), "beat": timezone.now().timestamp()}


def lost() -> int:
    """Work whose runner was killed: it is told so, and can be asked for again. Its process ended with the runner."""
    dead = [j for j in Job.objects.filter(state="running") if not _watched(j)]
    return sum(close(j, "lost") for j in dead)


def _watched(job: Any) -> bool:
    """Whether somebody still works on it: a runner of this machine that is there, and any that spoke lately."""
    sign = job.result if isinstance(job.result, dict) else {}
    since = timezone.now().timestamp() - float(sign.get("beat") or 0.0)
    if sign.get("host") == socket.gethostname() and not _alive(sign.get("runner")):
        return False
    return bool(since < _SILENT.total_seconds())


def _alive(pid: Any) -> bool:
    if not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def forget_sessions() -> int:
    """Deletes the sessions of browsers that are over; how many they were."""
    return int(Session.objects.filter(expire_date__lt=timezone.now()).delete()[0])


def sweep(folder: Path) -> int:
    """Deletes the files that work has made some days ago: they are copies, and may hold what concerns people. How
    many jobs they were of."""
    old = time.time() - _KEPT.total_seconds()
    root = folder_of(folder / ".custrata", 0).parent
    gone = [p for p in root.iterdir() if p.name.isdecimal() and p.stat().st_mtime < old] if root.is_dir() else []
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return len(gone)
