"""What each command does: calls its use case, prints the answer."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from custrata.cli import show
from custrata.cli.bought_show import baskets, corrections
from custrata.cli.explain_show import explanation
from custrata.cli.failure import language
from custrata.cli.progress import Steps
from custrata.cli.shared import clock, day_of, language_of, open_store, own_name, plain, print_json, workspace_at
from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.model import Scheme
from custrata.locale import counted, text


def check(path: Path, data: bool, as_json: bool) -> None:
    """`custrata check`"""
    lang = language_of(path)
    checks: list[Any] = []
    notes: list[Problem] = []
    try:
        scheme = Scheme.load(path)
        if data:
            with Steps(lang) as steps:
                checks = _check_data(scheme, path, steps, notes)
    except CustrataError as error:
        if not as_json:
            raise
        print_json({"ok": False, "problems": [p.as_json(lang) for p in error.problems]})
        raise SystemExit(1) from None
    if as_json:
        found = {
            "ok": True, "scheme": scheme.name, "metrics": list(scheme.metrics), "segments": list(scheme.segments),
            "logic_hash": scheme.fingerprint.logic, "label_hash": scheme.fingerprint.labels,
        }  # fmt: skip
        looked = {"sources": [plain(asdict(c)) for c in checks], "notes": [note.as_json(lang) for note in notes]}
        print_json(found | (looked if data else {}))
        return
    show.scheme(scheme, lang)
    if data:
        show.data(checks, lang)
        show.notes(notes, lang)
    elif scheme.sources.told:
        show.line(text("cli.check_data_too", lang, command=f"{own_name()} check --data"))


def _check_data(scheme: Scheme, path: Path, progress: Steps, notes: list[Problem]) -> list[Any]:
    from custrata.engines.duckdb.engine import duckdb_engine
    from custrata.usecases.check import check_data

    return list(check_data(scheme, path if path.is_dir() else path.parent, duckdb_engine, progress, notes))


def run(path: Path, as_of: str | None, as_json: bool, *, anew: bool = False) -> None:
    """`custrata run`"""
    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.run import run as run_

    lang = language_of(path)
    with Steps(lang) as steps:
        result = run_(
            workspace_at(path), duckdb_store, clock, as_of=day_of(as_of), anew=anew, progress=steps,
            open_store=open_store,
        )  # fmt: skip
    if as_json:
        found = {k: v for k, v in result.run.record.items() if k != "scheme"} | {"folder": str(result.run.folder)}
        notes = [note.as_json(lang) for note in result.notes]
        wrong = {"quarantine": result.quarantine, "emptied": result.emptied}
        print_json(found | {k: [asdict(f) for f in faults] for k, faults in wrong.items()} | {"notes": notes})
        return
    show.run(result, lang)


def summary(segment: str | None, workspace: Path, run: str | None, as_json: bool) -> None:
    """`custrata summary`"""
    from custrata.usecases.listing import basis, segment_title

    lang = language_of(workspace)
    with opened(workspace, run) as result:
        segment = result.meant(segment) if segment else None
        names = [segment] if segment else result.classified
        tables = {name: result.summary(name, lang) for name in names}
        if as_json:
            found = {n: [_plain_row(r) for r in rows] for n, rows in tables.items()}
            print_json(found[segment] if segment else found)
            return
        for name, rows in tables.items():
            title, meant = segment_title(result.scheme, name, lang), basis(result, name, lang)
            show.shares(name, title, rows, meant, result.as_of, result.scheme.currency, lang)


def export(
    segment: str | None, classes: list[str] | None, out: Path | None, workspace: Path, run: str | None, as_json: bool
) -> None:
    """`custrata export`"""
    from custrata.usecases.export import export as export_

    lang = language_of(workspace)
    name = "-".join(["customers", *([segment] if segment else []), *(classes or [])])
    file = out or workspace / (re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", name) + ".xlsx")
    with Steps(lang) as steps, opened(workspace, run) as result:
        steps("report", file=str(file))
        done = export_(result, file, lang, result.meant(segment) if segment else None, classes or ())
    if as_json:
        print_json({"file": str(done.path), "customers": done.customers})
        return
    show.line(text("cli.exported", lang, file=str(done.path), customers=counted("cli.customers", done.customers, lang)))


def explain(customer: str, workspace: Path, run: str | None, as_json: bool) -> None:
    """`custrata explain`"""
    from custrata.usecases.customers.bought import bought_by
    from custrata.usecases.listing import name_of

    lang = language_of(workspace)
    with opened(workspace, run) as result:
        found = result.explain(customer, lang)
        name = name_of(result, found.customer_id)
        sold = bought_by(result, found.customer_id, 5)
    if as_json:
        data = plain(asdict(found))
        data["name"] = name
        data["run"] = result.run_id
        data["bought"] = [plain(asdict(b)) for b in sold.baskets] if sold is not None else []
        for item in (row for b in data["bought"] for row in b["rows"]):
            del item["usual"]  # a part of what all customers spend, which is not asked for here
        for reason in data["classes"]:
            reason["class"] = reason.pop("class_")
            reason["conditions"] = [
                {"class": c, "condition": words, "holds": holds} for c, words, holds in reason["conditions"]
            ]
        print_json(data)
        return
    explanation(found, name, result.scheme.currency, lang)
    corrections(found.corrections, lang)
    if sold is not None:
        baskets(sold.baskets, lang, result.scheme.currency)


def report(out: list[Path] | None, workspace: Path, run: str | None) -> None:
    """`custrata report`"""
    from custrata.usecases.draw import write_report

    lang = language_of(workspace)
    files = out or [workspace / "report.html", workspace / "report.xlsx"]
    with Steps(lang) as steps, opened(workspace, run) as result:
        for file in files:
            steps("report", file=str(file))
            write_report(result, file, lang)
    for file in files:
        show.line(text("cli.wrote", lang, file=str(file)))


def chart(segment: str, out: Path, workspace: Path, run: str | None) -> None:
    """`custrata chart`"""
    from custrata.usecases.draw import save_chart

    lang = language_of(workspace)
    with opened(workspace, run) as result:
        save_chart(result, result.meant(segment), out, lang)
    show.line(text("cli.wrote", lang, file=str(out)))


def generate(folder: Path, customers: int, seed: int, start: str, end: str, format_: str, encoding: str) -> None:
    """`custrata generate`"""
    from custrata.synthetic import generate as generate_

    lang = language()
    first, last = day_of(start), day_of(end)
    assert first is not None and last is not None
    with Steps(lang) as steps:
        steps("generate")
        kinds: Any = {"format": format_, "encoding": encoding}
        made = generate_(folder, customers=customers, seed=seed, start=first, end=last, **kinds)
    show.generated(made, lang)


def schema() -> None:
    """`custrata schema`"""
    from custrata.core.scheme.json_schema import json_schema

    print_json(json_schema())


def demo(folder: Path) -> None:
    """`custrata demo`"""
    from custrata.usecases.demo import prepare

    lang = language()
    prepare(folder)
    show.line(text("cli.demo_start", lang))
    run(folder, None, as_json=False)
    summary("rfm", folder, None, as_json=False)
    summary("abc", folder, None, as_json=False)
    summary("pyramid", folder, None, as_json=False)
    report(None, folder, None)
    show.line(text("cli.demo_end", lang, folder=str(folder), command=own_name()))


@contextmanager
def opened(workspace: Path, run: str | None) -> Iterator[Any]:
    """A published run of a workspace, by default the current one, until it is left. Errors: those of `open_run`."""
    from custrata.engines.duckdb.engine import duckdb_engine
    from custrata.usecases.opened import open_run

    with (
        tempfile.TemporaryDirectory(prefix="custrata-") as scratch,
        open_run(workspace_at(workspace), duckdb_engine, Path(scratch), run) as result,
    ):
        yield result


def _plain_row(row: Any) -> dict[str, Any]:
    return {"class" if k == "class_" else k: plain(v) for k, v in asdict(row).items()}
