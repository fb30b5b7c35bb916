"""What the commands about levels do: call the use case, show the answer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from custrata.cli import levels_show as show
from custrata.cli import standing_show
from custrata.cli.progress import Steps
from custrata.cli.shared import clock, day_of, language_of, open_store, plain, print_json, user, workspace_at
from custrata.cli.show import line, notes
from custrata.core.errors import CustrataError, Problem
from custrata.core.measure.levels import LadderPlan, MovementReport
from custrata.locale import text
from custrata.usecases.look import Result
from custrata.usecases.workspace import Workspace


def plan(path: Path, as_of: str | None, out: Sequence[Path], who: str | None, as_json: bool) -> None:
    """`custrata plan`"""
    from custrata.engines.duckdb.engine import duckdb_engine
    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.levels.kept import store_of
    from custrata.usecases.levels.plan import plan as plan_
    from custrata.usecases.levels.plan_look import opened_plan
    from custrata.usecases.levels.plan_report import plan_report
    from custrata.usecases.levels.report_files import PLAN_ENDINGS, write_plan
    from custrata.usecases.written import check_ending

    lang, workspace = language_of(path), workspace_at(path)
    for file in out:
        check_ending(file, PLAN_ENDINGS)
    with Steps(lang) as steps:
        found = plan_(workspace, duckdb_store, open_store, clock, as_of=day_of(as_of), who=user(who), progress=steps)
        with (
            tempfile.TemporaryDirectory(prefix="custrata-") as scratch,
            store_of(workspace, open_store) as store,
            opened_plan(workspace, found.entry, duckdb_engine, Path(scratch)) as look,
        ):
            told = plan_report(look, store, lang)
            for file in out:
                steps("report", file=str(file))
                write_plan(look, store, told, file, lang)
    if as_json:
        print_json(plain({
            **asdict(found.entry), "flows": [asdict(f) for f in found.flows], "on": found.customers,
            "ladders": [_told_json(ladder) for ladder in told.ladders], "files": [str(f) for f in out],
            "notes": [note.as_json(lang) for note in found.notes],
        }))  # fmt: skip
        return
    show.plan(told, lang)
    notes(found.notes, lang)
    for file in out:
        line(text("cli.wrote", lang, file=str(file)))


def what_if(path: Path, as_of: str | None, other: Path, out: Sequence[Path], as_json: bool) -> None:
    """`custrata plan --what-if`"""
    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.levels.what_if import what_if as what_if_

    lang, workspace = language_of(path), workspace_at(path)
    with Steps(lang) as steps:
        found = what_if_(workspace, duckdb_store, open_store, clock, other, as_of=day_of(as_of), out=out, lang=lang,
                         progress=steps)  # fmt: skip
    if as_json:
        print_json(plain({
            "as_of": found.as_of, "table": [asdict(d) for d in found.table],
            "biggest": [asdict(d) for d in found.biggest], "files": [str(f) for f in out],
            "notes": [note.as_json(lang) for note in found.notes],
        }))  # fmt: skip
        return
    show.what_if(found, workspace.scheme(), lang)
    notes(found.notes, lang)
    for file in out:
        line(text("cli.wrote", lang, file=str(file)))


def apply(path: Path, plan: str | None, who: str | None, as_json: bool) -> None:
    """`custrata apply`"""
    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.levels.apply import apply as apply_

    lang = language_of(path)
    with Steps(lang) as steps:
        run = apply_(workspace_at(path), duckdb_store, open_store, clock, plan, who=user(who), progress=steps)
    if as_json:
        print_json(plain({"run": run.id, "as_of": run.as_of}))
        return
    show.applied(run, lang)


def decide(path: Path, plan: str | None, approved: bool, comment: str, who: str | None, as_json: bool) -> None:
    """`custrata approve`, `custrata reject`"""
    from custrata.usecases.levels.apply import decide as decide_

    entry = decide_(workspace_at(path), open_store, clock, plan, approved, who=user(who), comment=comment)
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
        taken = take_back(workspace, open_store, clock, end, who=user(who))
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
            made = give(workspace, open_store, clock, result, given, who=user(who))
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
        scheme, day = result.scheme, result.as_of
    if as_json:
        print_json(plain([asdict(s) for s in found]))
        return
    standing_show.standing(found, scheme, day, lang)


def movement(
    path: Path, start: str | None, end: str | None, ladder: str | None, out: Sequence[Path], as_json: bool
) -> None:
    """`custrata movement`"""
    from custrata.usecases.levels.by_hand import ladder_named
    from custrata.usecases.levels.history import History
    from custrata.usecases.levels.kept import store_of
    from custrata.usecases.levels.movement_report import movement_report, period
    from custrata.usecases.levels.report_files import MOVEMENT_ENDINGS, write_movement
    from custrata.usecases.written import check_ending

    lang, workspace = language_of(path), workspace_at(path)
    for file in out:
        check_ending(file, MOVEMENT_ENDINGS)
    with store_of(workspace, open_store) as store, _result(workspace) as result:
        history = History(workspace, store, result.engine)
        known = list(result.scheme.levels)
        names = known if ladder is None and known else [ladder_named(result.scheme, ladder)]
        first, last = period(history, result, day_of(start), day_of(end))
        found = movement_report(history, result, names, first, last, lang)
    for file in out:
        write_movement(found, file, lang)
    if as_json:
        print_json([_movement_json(name, report) for name, report in zip(names, found, strict=True)])
        return
    for report in found:
        show.movement(report, lang)
    for file in out:
        line(text("cli.wrote", lang, file=str(file)))


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

    done = rollback_(workspace_at(path), open_store, clock, run, who=user(who), reason=reason)
    if as_json:
        print_json(plain({"run": done}))
        return
    show.rolled_back(done, language_of(path))


@contextmanager
def _result(workspace: Workspace) -> Iterator[Result]:
    from custrata.engines.duckdb.engine import duckdb_engine
    from custrata.usecases.opened import open_run

    with (
        tempfile.TemporaryDirectory(prefix="custrata-") as scratch,
        open_run(workspace, duckdb_engine, Path(scratch)) as result,
    ):
        yield result


def _levels(workspace: Workspace, ladder: str | None) -> dict[str, Any]:
    from custrata.usecases.levels.by_hand import ladder_named

    scheme = workspace.scheme()
    return {"level": "–", "known": ", ".join(scheme.levels[ladder_named(scheme, ladder)].levels)}


def _movement_json(name: str, report: MovementReport) -> dict[str, Any]:
    levels = [
        {"level": m.level, "opening": m.opening, "won": m.won, "lost": m.lost, "closing": m.closing}
        for m in report.rows
    ]
    pairs = [{"from": a, "to": b, "customers": n} for (a, b), n in report.pairs.items()]
    days = {"from": report.first.isoformat(), "to": report.last.isoformat()}
    return {"ladder": name, **days, "levels": levels, "migration": pairs}


def _told_json(ladder: LadderPlan) -> dict[str, Any]:
    """What a plan says of a ladder; pairs as a list, for a key of JSON is text."""
    told = asdict(ladder)
    told["pairs"] = [{"from": a, "to": b, "customers": n} for (a, b), n in ladder.pairs.items()]
    return {**told, "in_grace": ladder.in_grace}
