"""What is done: each calls the use case that the command line calls, and keeps its answer where pages look for it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.locale import LANGS, Lang
from custrata.usecases import steps
from custrata.usecases.init_wizard import DATA
from custrata.usecases.store import Store
from custrata.usecases.workspace import Workspace, replace_file
from custrata.web import imports
from custrata.web.mends import problems_told
from custrata.web.tasks.kept import AUDIT, DUPLICATES, kept

Work = Callable[[Path, Mapping[str, Any], Lang], dict[str, Any]]
#: The company to play with: small enough to be there in a moment, large enough to be worth looking at.
_PLAY = 1200


def clock() -> datetime:
    return datetime.now(UTC)


def open_store(folder: Path) -> Store:
    """The store that the server uses."""
    from custrata.store import VARIABLE
    from custrata.store import open_store as opened

    return opened(os.environ.get(VARIABLE), folder)


def look(folder: Path, arguments: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    """Looks at the files of an import."""
    from custrata.usecases.init_lies import lie_json
    from custrata.usecases.init_look import Lie
    from custrata.usecases.init_wizard import analyse

    one = imports.opened(Workspace.at(folder).home, int(arguments["id"]))
    names = [f.name for f in one.files]
    lies: list[dict[str, Any]] = []

    def seen(lie: Lie) -> None:
        lies.append(lie_json(lie))

    try:
        found = analyse(names, one.place, duckdb_engine, one.choices, folder, steps.told(lang), seen)
    finally:  # also of files that cannot be read: how they are read can be corrected
        one.keep_lies(lies)
    one.keep_findings(found)
    return {"tables": len(found[lang]["tables"])}


def take(folder: Path, arguments: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    """Takes the files of an import in, and runs."""
    from custrata.usecases import init_wizard

    workspace = Workspace.at(folder)
    one = imports.opened(workspace.home, int(arguments["id"]))
    if not one.over:
        taken = init_wizard.take(
            [(f.name, f.replaces) for f in one.files], one.place, folder, duckdb_engine, one.choices, lang,
            anew=one.anew, progress=steps.told(lang), keep=one.before,
        )  # fmt: skip
        one = imports.opened(workspace.home, one.id)
        one.over, one.taken_at = True, clock().isoformat(timespec="seconds")
        one.choices["sources"] = dict(taken.sources)
        one.save()
        shutil.rmtree(one.place, ignore_errors=True)  # they lie in data/ now
    return _run(folder, lang) | {"import": one.id, "sources": one.choices.get("sources", {})}


def take_back(folder: Path, arguments: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    """Takes an import back, and runs."""
    from custrata.usecases import init_back

    workspace = Workspace.at(folder)
    one = imports.opened(workspace.home, int(arguments["id"]))
    if not one.back_at:
        init_back.take_back(workspace, folder / DATA, one.before, one.aside, duckdb_engine)
        one.back_at = clock().isoformat(timespec="seconds")
        one.save()
    return _run(folder, lang) | {"import": one.id}


def _run(folder: Path, lang: Lang) -> dict[str, Any]:
    from custrata.usecases.run import run

    done = run(Workspace.at(folder), duckdb_store, clock, progress=steps.told(lang), open_store=open_store)
    return {
        "run": done.run.id, "customers": done.customers, "rows": done.run.record["rows"],
        "quarantine": [asdict(f) for f in done.quarantine[:200]], "notes": problems_told(done.notes, lang),
    }  # fmt: skip


def audit(folder: Path, arguments: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    """The audit of the workspace, kept in both languages."""
    from custrata.report.audit_json import as_json
    from custrata.report.audit_words import Words
    from custrata.usecases.audit import audit_workspace

    workspace = Workspace.at(folder)
    with tempfile.TemporaryDirectory(prefix="custrata-") as scratch:
        found = audit_workspace(workspace, duckdb_engine, clock, Path(scratch), progress=steps.told(lang))
    told: dict[str, Any] = {"at": clock().isoformat(), "score": found.score.total}
    for each in LANGS:
        words = Words(found, each)
        told[each] = as_json(found, each) | {"lead": words.lead(), "capped": words.capped()}
        told[each]["passed_titles"] = [words.title(f) for f in found.passed]
        told[each]["skipped_titles"] = [
            {"title": words.title_of(s.code), "lacking": words.lacking(s.lacking)} for s in found.skipped
        ]
        for said, finding in zip(told[each]["findings"], found.problems, strict=True):
            said["concerned"] = words.concerned(finding)
            said["headings"] = [words.column(c) for c in finding.details.columns] if finding.details else []
            rows = finding.details.rows if finding.details else ()
            said["table"] = [[words.value(v) for v in row] for row in rows[:50]]
    _keep(kept(workspace.home, AUDIT), told)
    return {"score": found.score.total}


def duplicates(folder: Path, arguments: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    """Searches for duplicates; the review list is kept."""
    from custrata.web.tasks.duplicates import searched

    workspace = Workspace.at(folder)
    told = searched(workspace, clock(), steps.told(lang))
    _keep(kept(workspace.home, DUPLICATES), told)
    return {"doubtful": told["doubtful"], "certain": len(told["certain"])}


def join(folder: Path, arguments: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    """Merges what rules are certain of, and looks again."""
    from custrata.web.tasks.duplicates import joined

    moved = joined(Workspace.at(folder), clock, steps.told(lang))
    return duplicates(folder, arguments, lang) | {"moved": moved}


def mend_sheet(folder: Path, arguments: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    """The rows in quarantine as a workbook to mend them in."""
    from custrata.usecases.load.loaded import loaded
    from custrata.usecases.quarantine_sheet import write_sheet

    out = Path(os.environ["CUSTRATA_JOB"])
    out.mkdir(parents=True, exist_ok=True)
    name = f"{arguments.get('name') or 'quarantine'}.xlsx"
    with loaded(Workspace.at(folder), duckdb_store, clock(), progress=steps.told(lang)) as ready:
        written = write_sheet(ready, out / name, lang)
    return {"file": name, "rows": sum(written.rows.values())}


def _mends(home: Path, arguments: Mapping[str, Any]) -> list[Path]:
    return [home / "web" / "mends" / Path(name).name for name in arguments["files"]]


def mend_look(folder: Path, arguments: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    """Reads mended sheets, and that is all."""
    from custrata.usecases.mend import look

    files = _mends(Workspace.at(folder).home, arguments)
    with tempfile.TemporaryDirectory(prefix="custrata-") as scratch, duckdb_engine("UTC", Path(scratch)) as engine:
        return {"rows": look(files, engine, Path(scratch))}


def mend(folder: Path, arguments: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    """Takes in mended sheets, and runs."""
    from custrata.usecases import mend as use

    workspace = Workspace.at(folder)
    files = _mends(workspace.home, arguments)
    done = use.mend(workspace, duckdb_store, clock, files, who=str(arguments["who"]), progress=steps.told(lang))
    for file in files:
        with suppress(OSError):
            file.unlink()
    return _run(folder, lang) | {"mended": len(done.entries)}


def play(folder: Path, arguments: Mapping[str, Any], lang: Lang) -> dict[str, Any]:
    """Fills an empty workspace with an invented company, and runs. Nothing is done where there is a scheme."""
    from custrata.synthetic import generate
    from custrata.usecases.init import refuse_existing

    refuse_existing(folder)
    steps.told(lang)("generate")
    home = Workspace.at(folder).home / "web"
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home) as place:
        made = Path(place) / "company"
        generate(made, customers=_PLAY, seed=7, start=date(2024, 1, 1), end=date(2025, 12, 31), format="parquet")
        (folder / DATA).mkdir(exist_ok=True)
        taken = [file.name for file in (made / DATA).iterdir() if (folder / DATA / file.name).exists()]
        if taken:
            raise CustrataError.all([Problem("E-WEB-045", name, {}) for name in taken])
        for file in sorted((made / DATA).iterdir()):
            file.replace(folder / DATA / file.name)
        (made / "scheme.yaml").replace(folder / "scheme.yaml")  # last: with it the company is there
    return _run(folder, lang)


def _keep(path: Path, told: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, json.dumps(told, ensure_ascii=False, default=str))


WORK: dict[str, Work] = {
    "look": look, "take": take, "take_back": take_back, "audit": audit, "duplicates": duplicates, "join": join,
    "mend_sheet": mend_sheet,
    "mend_look": mend_look, "mend": mend, "play": play,
}  # fmt: skip
