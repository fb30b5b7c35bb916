"""What the commands about levels do: call the use case, show the answer."""

from __future__ import annotations

import getpass
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from custrata.cli import levels_show as show
from custrata.cli.progress import Steps
from custrata.cli.shared import clock, day_of, language_of, open_store, plain, print_json, workspace_at
from custrata.core.errors import CustrataError, Problem
from custrata.usecases.look import Result
from custrata.usecases.workspace import Workspace


def plan(path: Path, as_of: str | None, out: Sequence[Path], who: str | None, as_json: bool) -> None:
    """`custrata plan`"""
    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.levels.plan import plan as plan_

    lang, workspace = language_of(path), workspace_at(path)
    with Steps(lang) as steps:
        found = plan_(workspace, duckdb_store, open_store, clock, as_of=day_of(as_of), who=_who(who), progress=steps)
    for file in out:
        _write(workspace, found.entry.id, file)
    if as_json:
        print_json(plain({**asdict(found.entry), "flows": [asdict(f) for f in found.flows], "on": found.customers}))
        return
    show.plan(found, workspace.scheme(), lang)


def what_if(path: Path, as_of: str | None, other: Path, as_json: bool) -> None:
    """`custrata plan --what-if`"""
    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.levels.what_if import what_if as what_if_

    lang, workspace = language_of(path), workspace_at(path)
    with Steps(lang) as steps:
        found = what_if_(workspace, duckdb_store, open_store, clock, other, as_of=day_of(as_of), progress=steps)
    if as_json:
        differing = [asdict(d) for d in found.biggest]
        print_json(plain({"as_of": found.as_of, "table": [asdict(d) for d in found.table], "biggest": differing}))
        return
    show.what_if(found, workspace.scheme(), lang)


def apply(path: Path, plan: str | None, who: str | None, as_json: bool) -> None:
    """`custrata apply`"""
    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.levels.apply import apply as apply_

    lang = language_of(path)
    with Steps(lang) as steps:
        run = apply_(workspace_at(path), duckdb_store, open_store, clock, plan, who=_who(who), progress=steps)
    if as_json:
        print_json(plain({"run": run.id, "as_of": run.as_of}))
        return
    show.applied(run, lang)


def decide(path: Path, plan: str | None, approved: bool, comment: str, who: str | None, as_json: bool) -> None:
    """`custrata approve`, `custrata reject`"""
    from custrata.usecases.levels.apply import decide as decide_

    entry = decide_(workspace_at(path), open_store, clock, plan, approved, who=_who(who), comment=comment)
    if as_json:
        print_json(plain(asdict(entry)))
        return
    show.decided(entry, language_of(path))


def override(
    path: Path, customer: str | None, level: str | None, floor: bool, start: str | None, until: str | None,
    reason: str, end: int | None, expiring: int | None, ladder: str | None, who: str | None, as_json: bool,
) -> None:  # fmt: skip
    """`custrata override`"""
    from custrata.usecases.levels.by_hand import Given, give, in_force, take_back

    lang, workspace = language_of(path), workspace_at(path)
    if end is not None:
        taken = take_back(workspace, open_store, clock, end, who=_who(who))
        if as_json:
            print_json(plain(asdict(taken)))
        else:
            show.taken_back(taken, lang)
    elif customer is None:
        listed = in_force(workspace, open_store, clock, expiring)
        if as_json:
            print_json(plain([asdict(o) for o in listed]))
        else:
            show.overrides(listed, workspace.scheme(), lang)
    else:
        if level is None:
            raise CustrataError(Problem("E-HAND-003", customer, _levels(workspace, ladder)))
        given = Given(customer, level, "floor" if floor else "pin", ladder, day_of(start), day_of(until), reason)
        with _result(workspace) as result:
            made = give(workspace, open_store, clock, result, given, who=_who(who))
        if as_json:
            print_json(plain(asdict(made)))
        else:
            show.given(made, workspace.scheme(), lang)


def level(path: Path, customer: str, as_json: bool) -> None:
    """`custrata level`"""
    from custrata.usecases.levels.kept import store_of
    from custrata.usecases.levels.standing import standing

    lang, workspace = language_of(path), workspace_at(path)
    with store_of(workspace, open_store) as store, _result(workspace) as result:
        found = standing(workspace, store, result, customer, lang)
        scheme = result.scheme
    if as_json:
        print_json(plain([asdict(s) for s in found]))
        return
    show.standing(found, scheme, lang)


def movement(path: Path, start: str | None, end: str | None, ladder: str | None, as_json: bool) -> None:
    """`custrata movement`"""
    from custrata.usecases.levels.by_hand import ladder_named
    from custrata.usecases.levels.history import History
    from custrata.usecases.levels.kept import store_of

    lang, workspace = language_of(path), workspace_at(path)
    with store_of(workspace, open_store) as store, _result(workspace) as result:
        history = History(workspace, store, result.engine)
        last = day_of(end) or (history.runs[-1].as_of if history.runs else result.as_of)
        first = day_of(start) or last.replace(day=1)
        name = ladder_named(result.scheme, ladder)
        found = history.movement(name, list(result.scheme.levels[name].levels), first, last)
        moved = history.migration(name, first, last)
        scheme = result.scheme
    if as_json:
        print_json(plain(_movement_json(name, first, last, found, moved)))
        return
    show.movement(name, first, last, found, scheme, lang)


def runs(path: Path, as_json: bool) -> None:
    """`custrata runs`"""
    from custrata.usecases.levels.rollback import runs as runs_

    found = runs_(workspace_at(path), open_store)
    if as_json:
        print_json(plain([asdict(r) for r in found]))
        return
    show.runs(found, language_of(path))


def rollback(path: Path, run: str, reason: str, who: str | None, as_json: bool) -> None:
    """`custrata rollback`"""
    from custrata.usecases.levels.rollback import rollback as rollback_

    done = rollback_(workspace_at(path), open_store, clock, run, who=_who(who), reason=reason)
    if as_json:
        print_json(plain({"run": done}))
        return
    show.rolled_back(done, language_of(path))


@contextmanager
def _result(workspace: Workspace) -> Iterator[Result]:
    from custrata.engines.duckdb.engine import duckdb_engine
    from custrata.usecases.look import open_run

    with (
        tempfile.TemporaryDirectory(prefix="custrata-") as scratch,
        open_run(workspace, duckdb_engine, Path(scratch)) as result,
    ):
        yield result


def _who(name: str | None) -> str:
    return name or getpass.getuser()


def _levels(workspace: Workspace, ladder: str | None) -> dict[str, Any]:
    from custrata.usecases.levels.by_hand import ladder_named

    scheme = workspace.scheme()
    return {"level": "–", "known": ", ".join(scheme.levels[ladder_named(scheme, ladder)].levels)}


def _movement_json(name: str, first: date, last: date, found: Sequence[Any], moved: Any) -> dict[str, Any]:
    levels = [
        {"level": m.level, "opening": m.opening, "won": m.won, "lost": m.lost, "closing": m.closing} for m in found
    ]
    pairs = [{"from": a, "to": b, "customers": n} for (a, b), n in moved.items()]
    return {"ladder": name, "from": first, "to": last, "levels": levels, "migration": pairs}


def _write(workspace: Workspace, plan: str, file: Path) -> None:
    from custrata.report.plan import write_plan

    write_plan(workspace, plan, file)
