"""Does the work that waits: takes the oldest of its lane, watches it, keeps its log, ends it where somebody asks.

Several runners can share a store. One that works says so every few seconds; work whose runner has fallen silent is
told to be lost, and can be asked for again.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.utils import timezone

from custrata.core.errors import Problem
from custrata.locale import Lang
from custrata.web.jobs import KINDS, Kind, Lane, folder_of
from custrata.web.jobs.ends import close, forget_sessions, lost, sign, sweep
from custrata.web.jobs.process import Process
from custrata.web.mends import problems_told
from custrata.web.models import Job, Member

_log = logging.getLogger("custrata.web.jobs")
_PAUSE = 0.5
#: Seconds that work has to end after it was asked to.
_PATIENCE = 10.0
#: A runner says that it is there every so many seconds; after so many it looks for files and sessions that are too old.
_BEAT, _SWEEP = 5.0, 3600.0
#: Beginnings of variables that nobody's files need to know.
_SECRETS = ("CUSTRATA_SECRET", "CUSTRATA_STORE", "CUSTRATA_DB_")
#: Another process writes to the workspace: the work waits so many seconds, so many times.
_BUSY, _BUSY_PAUSE, _BUSY_TRIES = "E-RUN-005", 3.0, 40


def work(lane: Lane, folder: Path, stopped: Callable[[], bool]) -> None:
    """Works until `stopped` says so; what runs then is ended and waits again for the next start. A store that cannot be
    reached for a while stops nothing."""
    looked, swept = -_BEAT, -2 * _SWEEP
    while not stopped():
        try:
            close_old_connections()
            if time.monotonic() - looked > _BEAT:
                lost()
                looked = time.monotonic()
            if lane == "write" and looked - swept > _SWEEP:
                sweep(folder)
                forget_sessions()
                swept = looked
            if not once(lane, folder, stopped):
                time.sleep(_PAUSE)
        except DatabaseError as error:
            _log.warning("store: %s", type(error).__name__)
            connection.close()
            time.sleep(_PAUSE * 4)


def once(lane: Lane, folder: Path, stopped: Callable[[], bool] = lambda: False) -> bool:
    """Does the oldest waiting work of a lane; says whether there was any."""
    kinds = [k.name for k in KINDS.values() if k.lane == lane]
    job = Job.objects.filter(state="waiting", kind__in=kinds).order_by("id").first()
    if job is None:
        return False
    if job.stop:
        close(job, "ended")
        return True
    same = Job.objects.filter(state="running", kind__in=kinds)
    if same.exists():
        return False  # another runner is at work in this lane
    # Another runner may take it, or another job of the lane, at the same moment: who has the older one goes on.
    taken = Job.objects.filter(pk=job.pk, state="waiting").update(
        state="running", started_at=timezone.now(), result=sign()
    )
    if not taken:
        return True
    if same.filter(pk__lt=job.pk).exists():
        _wait_again(job)
        return False
    _do(job, folder, stopped)
    return True


def _do(job: Any, folder: Path, stopped: Callable[[], bool]) -> None:
    kind = KINDS[job.kind]
    for _ in range(_BUSY_TRIES):
        state, result = _tried(job, kind, folder, stopped)
        if state != "failed" or not any(p.get("code") == _BUSY for p in result.get("problems", ())):
            break
        time.sleep(_BUSY_PAUSE)
    if state == "again":
        _wait_again(job)
    else:
        close(job, state, result)


def _tried(job: Any, kind: Kind, folder: Path, stopped: Callable[[], bool]) -> tuple[str, dict[str, Any]]:
    if kind.first is not None:
        state, result = _tried(job, kind.first, folder, stopped)
        if state != "done":
            return state, result
    lang = _language(job.who)
    home = folder / ".custrata"
    surroundings = {
        **_environment(kind), "COLUMNS": "110", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8",
        "CUSTRATA_LANG": lang, "CUSTRATA_STEPS": "lines", "CUSTRATA_JOB": str(folder_of(home, job.pk)),
    }  # fmt: skip
    arguments = kind.command({**job.arguments, "who": job.who})
    try:
        process = Process(kind.program, arguments, folder, surroundings, kind.limits, answers=kind.answers)
    except (OSError, ValueError) as error:  # no process can be had, or its arguments are more than the system takes
        _log.warning("job %s: %s", job.pk, type(error).__name__)
        return "failed", {"problems": problems_told([Problem("E-BUG-001", "", {"what": type(error).__name__})], lang)}
    _told(job, pid=process.pid)
    began = beat = time.monotonic()
    why, asked_at = "", 0.0
    while not process.over(_PAUSE):
        now = time.monotonic()
        _told(job, log=process.log, step=process.step)
        if now - beat > _BEAT:
            beat = now
            _told(job, result=sign())
        if not why:
            why = "again" if stopped() else "ended" if _wanted(job) else ""
            if kind.limits.clock and now - began > kind.limits.clock:
                why = "late"
            if why:
                process.end()
                asked_at = now
        elif now - asked_at > _PATIENCE:
            process.end(at_once=True)
    status = process.close()
    _told(job, log=process.log, step=process.step)
    if why in ("again", "ended"):
        return why, {}
    result = _kept(kind, _answer(process.answer)) if kind.answers else {}
    if why == "late" or (status < 0 and -status == 24):  # SIGXCPU, which not every system knows by name
        late = Problem("E-WEB-041", "", {"minutes": (kind.limits.clock or 60) // 60})
        result = {"problems": problems_told([late], lang)}
    elif status < 0 or (status and kind.limits.memory and not result.get("problems")):
        result = {"problems": problems_told([Problem("E-WEB-042", "", {})], lang)}
    return "done" if status == 0 and why == "" else "failed", result


def _environment(kind: Kind) -> dict[str, str]:
    """The server's environment, for work on strangers' files without what it keeps to itself."""
    return {k: v for k, v in os.environ.items() if not (kind.limits.bare and k.startswith(_SECRETS))}


def _kept(kind: Kind, answer: dict[str, Any]) -> dict[str, Any]:
    return answer if kind.keeps is None else {k: v for k, v in answer.items() if k in (*kind.keeps, "problems")}


def _answer(said: bytes | None) -> dict[str, Any]:
    try:
        found = json.loads(said or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _language(who: str) -> Lang:
    found = Member.objects.filter(user__username=who).values_list("language", flat=True).first()
    return "en" if found == "en" else "zh"


def _wanted(job: Any) -> bool:
    """Whether somebody asked for its end; a store that cannot be asked just now says no."""
    try:
        return bool(Job.objects.filter(pk=job.pk, stop=True).exists())
    except DatabaseError:
        connection.close()
        return False


def _told(job: Any, **values: Any) -> None:
    """Writes what has changed. A store that is busy hears it the next time."""
    new = {k: v for k, v in values.items() if getattr(job, k) != v}
    if not new:
        return
    try:
        Job.objects.filter(pk=job.pk).update(**new)
    except DatabaseError:
        connection.close()
        return
    for name, value in new.items():
        setattr(job, name, value)


def _wait_again(job: Any) -> None:
    Job.objects.filter(pk=job.pk, state="running").update(
        state="waiting", started_at=None, pid=None, result={}, step="", log=""
    )


def main() -> None:
    """All lanes until the process is told to stop."""
    import signal

    from custrata.web.site import enter_from_environment

    here = enter_from_environment()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    parent = os.getppid()

    def stopped() -> bool:
        return stop.is_set() or os.getppid() != parent  # the server is gone

    lanes = get_args(Lane)
    threads = [threading.Thread(target=work, args=(lane, here.workspace.path, stopped)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
