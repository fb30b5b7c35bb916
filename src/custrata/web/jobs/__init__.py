"""Long work: asked for by pages, done by a process of its own (`python -m custrata.web.jobs`), one after another.

What is done is what the command line does, in a process that can be ended without harm: a run that is killed leaves
the workspace as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from custrata.web.access import Can
from custrata.web.models import Job
from custrata.web.trail import record

Lane = Literal["write", "read"]


@dataclass(frozen=True)
class Kind:
    """A kind of work: who may ask for it, and the arguments of `custrata` that do it. Work that writes waits for work
    that writes; what only reads has a lane of its own."""

    name: str
    can: Can
    command: Callable[[Mapping[str, Any]], Sequence[str]]
    lane: Lane = "write"


def _run(arguments: Mapping[str, Any]) -> Sequence[str]:
    return ["run", *(["--anew"] if arguments.get("anew") else [])]


def _plan(arguments: Mapping[str, Any]) -> Sequence[str]:
    return ["plan", "--by", str(arguments["who"])] if arguments.get("who") else ["plan"]


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("run", Can.DATA, _run),
        Kind("load", Can.DATA, lambda _: ["load"]),
        Kind("plan", Can.PLAN, _plan),
        Kind("audit", Can.DATA, lambda a: ["audit", "--json", "--out", str(a["out"])], "read"),
    )
}


def ask(kind: str, who: str, **arguments: Any) -> Job:
    """Puts work in the queue and into the audit trail."""
    found = KINDS[kind]
    job = Job.objects.create(kind=found.name, arguments=arguments, who=who)
    record(who, f"ask for {kind}", f"job {job.pk}", **{k: str(v) for k, v in arguments.items()})
    return job  # type: ignore[no-any-return]


def end(job: Job, who: str) -> None:
    """Asks for the end of work that waits or runs."""
    Job.objects.filter(pk=job.pk, state__in=("waiting", "running")).update(stop=True)
    record(who, f"end {job.kind}", f"job {job.pk}")
