"""What init does: shows the guess, asks what is open, writes the scheme and runs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from custrata.cli import init_show, show
from custrata.cli.failure import language
from custrata.cli.init_how import hows
from custrata.cli.progress import Steps
from custrata.cli.shared import clock, own_name, print_json
from custrata.core.errors import CustrataError, Problem
from custrata.core.guess import Question
from custrata.locale import Lang, text
from custrata.usecases.init import Draft, Written, look, refuse_existing, write
from custrata.usecases.run import RunResult
from custrata.usecases.workspace import Workspace


def init(
    folder: Path, files: list[Path], reading: Mapping[str, Sequence[str]], *, yes: bool, no_run: bool, force: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """`custrata init`; `reading` are the options that say how files are read."""
    from custrata.engines.duckdb.engine import duckdb_engine

    lang = language()
    refuse_existing(folder, force=force)
    with ExitStack() as open_files:
        with Steps(lang) as steps:  # over before anything is asked: both write on the same line
            said = hows(reading)
            found_in = look([str(f) for f in files], Path.cwd(), duckdb_engine, progress=steps, hows=said)
            draft = open_files.enter_context(found_in)
        try:
            _settle(draft, lang, yes=yes, as_json=as_json)
            if problems := draft.problems(lang):
                raise CustrataError.all(problems)
            # Who asked for a language gets it; else the scheme, and with it every report, speaks as the files do.
            written = write(draft, folder, lang if os.environ.get("CUSTRATA_LANG") else draft.lang, force=force)
        except CustrataError as error:
            if not as_json:
                raise
            print_json({"ok": False, "problems": [p.as_json(lang) for p in error.problems]} | found(draft, lang))
            raise SystemExit(1) from None
    if not as_json:
        init_show.written(written, lang)
    if no_run:
        if as_json:
            print_json(_answer(draft, written, None, lang))
        else:
            show.line(text("init.next_run", lang, file=_near(written.file), folder=folder, command=own_name()))
        return
    result = _run(folder, lang)
    if as_json:
        print_json(_answer(draft, written, result, lang))
        return
    show.run(result, lang)
    show.line(text("init.next_report", lang, file=_near(written.file), folder=folder, command=own_name()))


def _settle(draft: Draft, lang: Lang, *, yes: bool, as_json: bool) -> None:
    """Shows every table, and sees to it that no question is left."""
    if not as_json:
        for table in draft.tables:
            init_show.table(table, lang)
        for skipped in draft.skipped:
            show.line(skipped.text(lang))
    problems = draft.problems(lang) if draft.next_question() is None else []
    if problems:
        raise CustrataError.all(problems)
    if yes:
        draft.take_best()
        if not as_json:
            init_show.assumed(draft, lang)
        return
    while (asked := draft.next_question()) is not None:
        table, question = asked
        if as_json or not sys.stdin.isatty():
            if not as_json:
                init_show.open_questions(draft, lang)
            n = sum(len(t.open_questions()) for t in draft.tables)
            raise CustrataError(Problem("E-INIT-003", table.export.title, {"n": n, "question": question.text(lang)}))
        table.answer(question, _ask(question, lang), given=True)


def _ask(question: Question, lang: Lang) -> str:
    """The value of the option that a person chooses by its number; Enter is the best."""
    options = sorted(question.options, key=lambda o: o.value != question.best)
    init_show.question(question, options, lang)
    n = len(options)
    while True:
        sys.stdout.write(text("init.choose", lang, n=n))
        sys.stdout.flush()
        try:
            said = sys.stdin.readline()
        except KeyboardInterrupt:  # as every program ends that is told to stop; nothing has been written
            raise SystemExit(130) from None
        if not said:
            raise CustrataError(Problem("E-INIT-003", "", {"n": 1, "question": question.text(lang)}))
        said = said.strip() or "1"
        if said.isdecimal() and 1 <= int(said) <= n:
            return options[int(said) - 1].value
        show.line(text("init.choose_again", lang, n=n))


def _run(folder: Path, lang: Lang) -> RunResult:
    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.run import run

    with Steps(lang) as steps:
        return run(Workspace.at(folder), duckdb_store, clock, progress=steps)


def _near(path: Path) -> str:
    return show.nearest(path.resolve())


def _answer(draft: Draft, written: Written, result: RunResult | None, lang: Lang) -> dict[str, Any]:
    told: dict[str, Any] = {
        "ok": True, "scheme": str(written.file), "copies": [str(c) for c in written.copies],
        "kept": str(written.kept) if written.kept else None,
    }  # fmt: skip
    told |= found(draft, lang)
    told["run"] = None
    if result is not None:
        record = {k: v for k, v in result.run.record.items() if k != "scheme"}
        told["run"] = record | {"folder": str(result.run.folder), "quarantine": [asdict(f) for f in result.quarantine]}
    return told


def found(draft: Draft, lang: Lang) -> dict[str, Any]:
    """The guess as data."""
    skipped = [{"file": s.file, "sheet": s.sheet, "why": s.why, "reason": s.text(lang)} for s in draft.skipped]
    return {"tables": [init_show.table_json(t, lang) for t in draft.tables], "skipped": skipped}
