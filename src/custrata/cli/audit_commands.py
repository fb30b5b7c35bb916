"""What audit does: calls the use case, prints or writes the answer, and says with its status how bad it is."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from custrata.cli import audit_show, show
from custrata.cli.progress import Steps
from custrata.cli.shared import clock, day_of, language_of, print_json, workspace_at
from custrata.core.audit.model import Audit
from custrata.locale import Lang, text
from custrata.usecases.written import check_ending, place

ENDINGS = (".html", ".htm", ".json")


def audit(
    path: Path, out: list[Path], control: Path | None, fail_under: int | None, as_of: str | None, as_json: bool
) -> None:
    """`custrata audit`"""
    from custrata.engines.duckdb.engine import duckdb_engine
    from custrata.report.audit_json import as_json as data
    from custrata.usecases.audit import audit_workspace

    lang, day = language_of(path), day_of(as_of)
    for file in out:
        check_ending(file, ENDINGS)
    with Steps(lang) as steps, tempfile.TemporaryDirectory(prefix="custrata-") as scratch:
        found = audit_workspace(
            workspace_at(path), duckdb_engine, clock, Path(scratch), as_of=day, control=control, progress=steps
        )
        for file in out:
            steps("report", file=str(file))
            _write(found, file, lang)
    if as_json:
        print_json(data(found, lang))
    else:
        audit_show.audit(found, lang, written=bool(out))
        for file in out:
            show.line(text("audit.face.wrote", lang, file=str(file)))
    if fail_under is not None and found.score.total < fail_under:
        if not as_json:
            show.line(text("audit.face.below", lang, score=found.score.total, limit=fail_under))
        raise SystemExit(1)


def _write(audit: Audit, path: Path, lang: Lang) -> None:
    from custrata.report.audit_html import render
    from custrata.report.audit_json import as_json as data

    if path.suffix.lower() == ".json":
        written = json.dumps(data(audit, lang), ensure_ascii=False, indent=2) + "\n"
    else:
        written = render(audit, lang)
    place(path, lambda part: part.write_text(written, "utf-8"))
