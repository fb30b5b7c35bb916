"""The worker's log and the list of jobs in words."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from custrata.locale import Lang, counted, text
from custrata.usecases.worker import Happening


def line_of(happening: Happening, zone: tzinfo, lang: Lang) -> str:
    """A line of the log, with local time; problems stand on lines of their own below it."""
    values = happening.values
    shown = {key: moment(values[key], zone) for key in ("due", "next", "again") if values.get(key) is not None}
    shown["job"] = text(f"care.job_{happening.job}", lang) if happening.job else ""
    shown["seconds"] = f"{values.get('seconds', 0):.1f}"
    if "rhythm" in values:
        shown["rhythm"] = values["rhythm"].text(lang)
    key: str = happening.kind
    if key == "done":
        shown["did"] = _did(values, lang)
    elif key == "failed":
        key = "failed_again" if values.get("again") is not None else "failed_left"
    elif key in ("broken", "busy") and not happening.job:
        key = f"{key}_scheme"
    lines = [f"{moment(happening.at, zone, seconds=True)}  {text(f'care.log_{key}', lang, **shown)}"]
    lines += [f"    {p.text(lang)}" for p in values.get("problems", ())]
    return "\n".join(lines)


def did(job: Any, lang: Lang) -> str:
    """What a job did the last time: its run, its moves, the plan that waits, or the codes of what went wrong."""
    if job.codes:
        return ", ".join(job.codes)
    values = {k: v for k in ("run", "customers", "moves", "waits") if (v := getattr(job, k)) is not None}
    if job.waits is not None and job.plan_state not in (None, "open"):
        return text(f"care.plan_{job.plan_state}", lang, plan=job.waits)
    return _did(values, lang) if values else text("care.none", lang)


def _did(values: Any, lang: Lang) -> str:
    if "waits" in values:
        return counted("care.did_wait", values["moves"], lang, plan=values["waits"])
    if "moves" in values:
        return counted("care.did_move", values["moves"], lang, run=values["run"])
    return counted("care.did_run", values.get("customers", 0), lang, run=values["run"])


def moment(at: datetime, zone: tzinfo, *, seconds: bool = False) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if seconds else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def size(n: int) -> str:
    """Bytes in the largest unit of which there is one.

    >>> size(512), size(1_500_000)
    ('512 B', '1.5 MB')
    """
    amount = float(n)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"
