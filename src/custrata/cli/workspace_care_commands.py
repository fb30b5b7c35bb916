"""What worker, jobs, backup, restore and prune do: call the use case, tell what was done."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from custrata.cli import show
from custrata.cli.shared import clock, language_of, open_store, plain, print_json, workspace_at
from custrata.cli.workspace_care_words import did, line_of, moment, size
from custrata.core.errors import CustrataError
from custrata.core.schedule.rhythm import Rhythm
from custrata.locale import Lang, counted, text
from custrata.usecases.worker import Happening

_SLICE = 0.25
"""Seconds after which a waiting worker looks whether it is to end: a signal alone does not end Python's sleep."""


class _Asked:
    """Hears SIGTERM and SIGINT: the first asks the worker to end, the second ends it."""

    def __init__(self) -> None:
        self._asked = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True

    def is_set(self) -> bool:
        return self._asked

    def wait(self, timeout: float) -> bool:
        end = time.monotonic() + timeout
        while not self._asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _SLICE))
        return self._asked


@contextmanager
def _signals() -> Iterator[_Asked]:
    asked = _Asked()
    before = {s: signal.signal(s, asked) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def worker(path: Path, once: bool, every: float, as_json: bool) -> None:
    """`custrata worker`"""
    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.worker import Worker
    from custrata.usecases.worker_jobs import Tools

    lang, workspace = language_of(path), workspace_at(path)
    zone = ZoneInfo(workspace.scheme().timezone)

    def tell(happening: Happening) -> None:
        if as_json:
            sys.stdout.write(json.dumps(_as_json(happening, lang), ensure_ascii=False) + "\n")
        else:
            sys.stdout.write(line_of(happening, zone, lang) + "\n")
        sys.stdout.flush()
        if "error" in happening.values and os.environ.get("CUSTRATA_DEBUG"):
            import traceback

            traceback.print_exception(happening.values["error"])

    with _signals() as asked:
        try:
            well = Worker(Tools(workspace, duckdb_store, open_store, clock), tell, asked).work(once=once, every=every)
        except KeyboardInterrupt:
            raise SystemExit(130) from None
    if once and not well:
        raise SystemExit(1)


def jobs(path: Path, as_json: bool) -> None:
    """`custrata jobs`"""
    from custrata.core.errors import Problem
    from custrata.usecases.worker_listing import jobs as jobs_

    lang, workspace = language_of(path), workspace_at(path)
    found, scheme = jobs_(workspace, open_store, clock), workspace.scheme()
    if as_json:
        print_json(plain([{**asdict(j), "rhythm": str(j.rhythm)} for j in found]))
        return
    if not found:
        raise CustrataError(Problem("E-JOB-001", scheme.path.name if scheme.path else "", {}))
    zone, now = ZoneInfo(scheme.timezone), clock()
    table = Table(box=SIMPLE_HEAD)
    for key in ("job", "rhythm", "last", "result", "did", "next"):
        table.add_column(text(f"care.{key}", lang))
    for j in found:
        again = text("care.now", lang) if j.next <= now else moment(j.next, zone)
        last = moment(j.last, zone) if j.last is not None else text("care.none", lang)
        result = text(f"care.state_{j.state}", lang)
        if j.seconds is not None:
            result += text("care.took", lang, seconds=f"{j.seconds:.1f}")
        row = (text(f"care.job_{j.job}", lang), j.rhythm.text(lang), last, result, did(j, lang), again)
        table.add_row(*(escape(cell) for cell in row))
    show.terminal().print(table)
    if any(j.watched is None for j in found):
        show.line(text("care.no_worker", lang))


def backup(path: Path, target: Path, with_data: bool, with_facts: bool, as_json: bool) -> None:
    """`custrata backup`"""
    from custrata.usecases.backup import backup as backup_

    lang = language_of(path)
    made = backup_(workspace_at(path), _copies(), clock, target, with_data=with_data, with_facts=with_facts)
    if as_json:
        print_json(plain({**asdict(made), "path": str(made.path)}))
        return
    show.line(text("care.backed_up", lang, files=f"{made.files:,}", size=size(made.size), packed=size(made.packed),
                   path=made.path))  # fmt: skip
    if not with_data:
        show.line(text("care.no_data", lang))


def restore(archive: Path, folder: Path, as_json: bool) -> None:
    """`custrata restore`"""
    from custrata.usecases.backup_restore import restore as restore_

    done = restore_(archive, folder, _copies())
    if as_json:
        print_json(plain({**asdict(done), "path": str(done.path)}))
        return
    lang = language_of(folder)
    show.line(text("care.restored", lang, files=f"{done.files:,}", runs=counted("care.runs", done.runs, lang),
                   path=done.path, moment=f"{done.made_at:%Y-%m-%d %H:%M} UTC"))  # fmt: skip
    if not done.with_data:
        show.line(text("care.put_data", lang))
    if not done.with_facts:
        show.line(text("care.load_next", lang, path=done.path))


def prune(path: Path, dry_run: bool, as_json: bool) -> None:
    """`custrata prune`"""
    from custrata.usecases.retention import prune as prune_

    lang, workspace = language_of(path), workspace_at(path)
    found = prune_(workspace, open_store, clock, dry_run=dry_run)
    if as_json:
        print_json(plain([asdict(r) for r in found]))
        return
    if not found:
        kept = workspace.scheme().keep.runs
        show.line(text("care.nothing_to_prune" if kept is not None else "care.keeps_all", lang))
        return
    for r in found:
        key = "gone" if r.gone else "thinned"
        show.line(text(f"care.would_be_{key}" if dry_run else f"care.{key}", lang, run=r.id, day=r.day,
                       size=size(r.size)))  # fmt: skip
    total = size(sum(r.size for r in found))
    show.line(text("care.would_free" if dry_run else "care.freed", lang, size=total))


def _copies() -> Any:
    """The store with the accounts of the web application, where that is installed."""
    from custrata.store import VARIABLE
    from custrata.store.copy import StoreCopies
    from custrata.web import setup
    from custrata.web.settings import SETTINGS

    if all(find_spec(app.partition(".")[0]) for app in SETTINGS["INSTALLED_APPS"]):
        setup()
    return StoreCopies(os.environ.get(VARIABLE))


def _as_json(happening: Happening, lang: Lang) -> dict[str, Any]:
    values = {k: v for k, v in happening.values.items() if k != "error"}
    if "problems" in values:
        values["problems"] = [p.as_json(lang) for p in values["problems"]]
    told = {"at": happening.at, "event": happening.kind, **({"job": happening.job} if happening.job else {}), **values}
    return {k: str(v) if isinstance(v, Rhythm) else plain(v) for k, v in told.items()}
