"""Long work: asked for by pages, done by a process of its own (`python -m custrata.web.jobs`), one after another.

What is done is what the command line does, in a process that can be ended without harm: a run that is killed leaves
the workspace as it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from custrata.web.access import Can
from custrata.web.models import Job
from custrata.web.trail import record

Lane = Literal["write", "read", "look"]
#: Work that is over, however it ended.
OVER = ("done", "failed", "ended", "lost")


@dataclass(frozen=True)
class Limits:
    """What the process of some work may take: address space in MiB, seconds of computing, seconds by the clock. Null:
    as much as there is. The first two hold where the system has them (not on Windows)."""

    memory: int | None = None
    computing: int | None = None
    clock: int | None = None
    bare: bool = False
    """Without the secrets of the server's environment: its key, the addresses of its store and databases."""


@dataclass(frozen=True)
class Kind:
    """A kind of work: who may ask for it, and the arguments of `custrata` that do it. Work that writes waits for work
    that writes; what only reads has a lane of its own, and so has what somebody sits and waits for.

    `program` is the module that takes the arguments. Where it `answers`, its output is one JSON object, which becomes
    the `result` of the job: `file` in it names a file below the job's folder that the asker can download, `problems`
    what went wrong. Of an answer that names customers only what `keeps` says becomes the result, and the problems.
    `first` is done before, within limits of its own; where that fails, so does this.
    """

    name: str
    can: Can
    command: Callable[[Mapping[str, Any]], Sequence[str]]
    lane: Lane = "write"
    program: str = "custrata"
    answers: bool = False
    limits: Limits = field(default_factory=Limits)
    keeps: tuple[str, ...] | None = None
    first: Kind | None = None


def _run(arguments: Mapping[str, Any]) -> Sequence[str]:
    return ["run", "--json", *(["--anew"] if arguments.get("anew") else [])]


def _plan(arguments: Mapping[str, Any]) -> Sequence[str]:
    return ["plan", "--json", *(["--who", str(arguments["who"])] if arguments.get("who") else [])]


def _apply(arguments: Mapping[str, Any]) -> Sequence[str]:
    return ["apply", str(arguments["plan"]), "--json", "--who", str(arguments["who"])]


def _backtest(arguments: Mapping[str, Any]) -> Sequence[str]:
    return ["backtest", "--json", "--horizon", str(arguments["horizon"])]


def _leavers(arguments: Mapping[str, Any]) -> Sequence[str]:
    return ["apart", "--leavers", "--json", "--days", str(arguments["days"])]


def task(name: str, lane: Lane = "write", limits: Limits | None = None, first: Kind | None = None) -> Kind:
    """Work that only the web application asks for: a function of `custrata.web.tasks`."""

    def command(arguments: Mapping[str, Any]) -> Sequence[str]:
        return [name, json.dumps(dict(arguments), ensure_ascii=False)]

    return Kind(name, Can.DATA, command, lane, "custrata.web.tasks", True, limits or Limits(), first=first)


#: Files that strangers sent are looked at with so much and no more.
_GUESSING = Limits(memory=6144, computing=600, clock=600, bare=True)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("run", Can.DATA, _run, answers=True),
        Kind("load", Can.DATA, lambda _: ["load", "--json"], answers=True),
        Kind("plan", Can.PLAN, _plan, answers=True, keeps=("id", "as_of", "moves", "brakes")),
        Kind("apply", Can.PLAN, _apply, answers=True),
        # It brings the facts up to date first, as a run does.
        Kind("backtest", Can.DATA, _backtest, answers=True, limits=Limits(clock=3600), keeps=("as_of", "horizon")),
        # So does this, for an evaluation of a past day.
        Kind("leavers", Can.DATA, _leavers, answers=True, limits=Limits(clock=3600), keeps=("customers", "own")),
        Kind("export", Can.EXPORT, lambda a: [json.dumps(dict(a))], "read", "custrata.web.export", True),
        task("look", "look", _GUESSING),
        task("take"),
        task("take_back"),
        task("audit", "read"),
        task("duplicates", "read"),
        task("join"),
        task("mend_sheet"),
        # A run needs what it needs; what somebody sent is read within limits before.
        task("mend", limits=Limits(clock=3600), first=task("mend_look", limits=_GUESSING)),
        task("play"),
    )
}


def ask(kind: str, who: str, **arguments: Any) -> Job:
    """Puts work in the queue and into the audit trail; what waits there already as this user asked for it is not put
    there twice."""
    found = KINDS[kind]
    waits = Job.objects.filter(kind=found.name, who=who, state="waiting", stop=False, arguments=arguments).first()
    if waits is not None:
        return waits  # type: ignore[no-any-return]
    job = Job.objects.create(kind=found.name, arguments=arguments, who=who)
    record(who, f"ask for {kind}", f"job {job.pk}", **{k: str(v) for k, v in arguments.items()})
    return job  # type: ignore[no-any-return]


def end(job: Job, who: str) -> None:
    """Asks for the end of work that waits or runs."""
    Job.objects.filter(pk=job.pk, state__in=("waiting", "running")).update(stop=True)
    record(who, f"end {job.kind}", f"job {job.pk}")


def folder_of(home: Path, job: int) -> Path:
    """Where the files that a job made lie, below the workspace's `.custrata`."""
    return home / "web" / "jobs" / str(job)
