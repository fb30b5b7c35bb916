"""What each command does: calls its use case, prints the answer."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from custrata.cli import show
from custrata.cli.failure import language, told_language
from custrata.cli.progress import Steps
from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang, counted, text
from custrata.usecases.workspace import Workspace


def _now() -> datetime:
    return datetime.now(UTC)


def _workspace(path: Path) -> Workspace:
    if not path.exists():
        raise CustrataError(Problem("E-SCHEME-021", str(path), {}))
    return Workspace.at(path)


def _language(path: Path) -> Lang:
    """The user's language; where neither he nor his system says one, that of the scheme, from here on."""
    if told_language() is None and path.exists():
        with suppress(CustrataError):  # it is told where it matters
            os.environ["CUSTRATA_LANG"] = Workspace.at(path).scheme().lang
    return language()


def check(path: Path, data: bool, as_json: bool) -> None:
    """`custrata check`"""
    lang = _language(path)
    checks: list[Any] = []
    try:
        scheme = Scheme.load(path)
        if data:
            with Steps(lang) as steps:
                checks = _check_data(scheme, path, steps)
    except CustrataError as error:
        if not as_json:
            raise
        _print_json({"ok": False, "problems": [p.as_json(lang) for p in error.problems]})
        raise SystemExit(1) from None
    if as_json:
        found = {
            "ok": True, "scheme": scheme.name, "metrics": list(scheme.metrics), "segments": list(scheme.segments),
            "logic_hash": scheme.fingerprint.logic, "label_hash": scheme.fingerprint.labels,
        }  # fmt: skip
        _print_json(found | ({"sources": [_plain(asdict(c)) for c in checks]} if data else {}))
        return
    show.scheme(scheme, lang)
    if data:
        show.data(checks, lang)


def _check_data(scheme: Scheme, path: Path, progress: Steps) -> list[Any]:
    from custrata.engines.duckdb.engine import duckdb_engine
    from custrata.usecases.check import check_data

    return list(check_data(scheme, path if path.is_dir() else path.parent, duckdb_engine, progress))


def run(path: Path, as_of: str | None, as_json: bool, *, anew: bool = False) -> None:
    """`custrata run`"""
    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.run import run as run_

    lang = _language(path)
    with Steps(lang) as steps:
        result = run_(_workspace(path), duckdb_store, _now, as_of=_date(as_of), anew=anew, progress=steps)
    if as_json:
        found = {k: v for k, v in result.run.record.items() if k != "scheme"} | {"folder": str(result.run.folder)}
        _print_json(found | {"quarantine": [asdict(f) for f in result.quarantine]})
        return
    show.run(result, lang)


def summary(segment: str | None, workspace: Path, run: str | None, as_json: bool) -> None:
    """`custrata summary`"""
    from custrata.usecases.listing import basis, segment_title

    lang = _language(workspace)
    with _opened(workspace, run) as result:
        names = [segment] if segment else list(result.scheme.segments)
        tables = {name: result.summary(name, lang) for name in names}
        if as_json:
            found = {n: [_plain_row(r) for r in rows] for n, rows in tables.items()}
            _print_json(found[segment] if segment else found)
            return
        for name, rows in tables.items():
            title, meant = segment_title(result.scheme, name, lang), basis(result, name, lang)
            show.shares(name, title, rows, meant, result.as_of, result.scheme.currency, lang)


def export(
    segment: str | None, classes: list[str] | None, out: Path | None, workspace: Path, run: str | None, as_json: bool
) -> None:
    """`custrata export`"""
    from custrata.usecases.export import export as export_

    lang = _language(workspace)
    name = "-".join(["customers", *([segment] if segment else []), *(classes or [])])
    file = out or workspace / (re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", name) + ".xlsx")
    with Steps(lang) as steps, _opened(workspace, run) as result:
        steps("report", file=str(file))
        done = export_(result, file, lang, segment, classes or ())
    if as_json:
        _print_json({"file": str(done.path), "customers": done.customers})
        return
    show.line(text("cli.exported", lang, file=str(done.path), customers=counted("cli.customers", done.customers, lang)))


def explain(customer: str, workspace: Path, run: str | None, as_json: bool) -> None:
    """`custrata explain`"""
    from custrata.usecases.listing import name_of

    lang = _language(workspace)
    with _opened(workspace, run) as result:
        found, name = result.explain(customer, lang), name_of(result, customer)
    if as_json:
        data = _plain(asdict(found))
        data["name"] = name
        data["run"] = result.run_id
        for reason in data["classes"]:
            reason["class"] = reason.pop("class_")
            reason["conditions"] = [
                {"class": c, "condition": words, "holds": holds} for c, words, holds in reason["conditions"]
            ]
        _print_json(data)
        return
    show.explanation(found, name, result.scheme.currency, lang)


def report(out: list[Path] | None, workspace: Path, run: str | None) -> None:
    """`custrata report`"""
    from custrata.usecases.draw import write_report

    lang = _language(workspace)
    files = out or [workspace / "report.html", workspace / "report.xlsx"]
    with Steps(lang) as steps, _opened(workspace, run) as result:
        for file in files:
            steps("report", file=str(file))
            write_report(result, file, lang)
    for file in files:
        show.line(text("cli.wrote", lang, file=str(file)))


def chart(segment: str, out: Path, workspace: Path, run: str | None) -> None:
    """`custrata chart`"""
    from custrata.usecases.draw import save_chart

    lang = _language(workspace)
    with _opened(workspace, run) as result:
        save_chart(result, segment, out, lang)
    show.line(text("cli.wrote", lang, file=str(out)))


def generate(folder: Path, customers: int, seed: int, start: str, end: str, format_: str, encoding: str) -> None:
    """`custrata generate`"""
    from custrata.synthetic import generate as generate_

    lang = language()
    first, last = _date(start), _date(end)
    assert first is not None and last is not None
    with Steps(lang) as steps:
        steps("generate")
        kinds: Any = {"format": format_, "encoding": encoding}
        made = generate_(folder, customers=customers, seed=seed, start=first, end=last, **kinds)
    show.generated(made, lang)


def schema() -> None:
    """`custrata schema`"""
    from custrata.core.scheme.json_schema import json_schema

    _print_json(json_schema())


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
    show.line(text("cli.demo_end", lang, folder=str(folder), command=_command()))


def _command() -> str:
    """How the user calls this program."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "custrata" and called.parent != Path() and "/" in sys.argv[0] else "custrata"


@contextmanager
def _opened(workspace: Path, run: str | None) -> Iterator[Any]:
    from custrata.engines.duckdb.engine import duckdb_engine
    from custrata.usecases.look import open_run

    with (
        tempfile.TemporaryDirectory(prefix="custrata-") as scratch,
        open_run(_workspace(workspace), duckdb_engine, Path(scratch), run) as result,
    ):
        yield result


def _date(value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise CustrataError(Problem("E-CLI-001", "", {"value": value})) from None


def _plain_row(row: Any) -> dict[str, Any]:
    return _plain({"class" if k == "class_" else k: v for k, v in asdict(row).items()})  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    """Python values as JSON has them: decimals as numbers, dates as text."""
    from decimal import Decimal

    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
