"""A back-test as a file that can be sent, by its ending."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from custrata.core.errors import CustrataError, Problem
from custrata.core.predict.backtest import Backtest, as_document
from custrata.locale import Lang

ENDINGS = (".html", ".htm", ".xlsx", ".json")


def require_endings(paths: Sequence[Path]) -> None:
    """Raises E-CLI-003 for what cannot be written, before anything is worked out."""
    for path in paths:
        ending = path.suffix.lower()
        if ending not in ENDINGS:
            raise CustrataError(Problem("E-CLI-003", str(path), {"ending": ending, "known": ", ".join(ENDINGS)}))


def write(found: Backtest, path: Path, lang: Lang) -> Path:
    """Writes the page, the workbook or the figures. Errors: E-CLI-003; E-RUN-006 where nothing can be written there."""
    require_endings([path])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        match path.suffix.lower():
            case ".xlsx":
                from custrata.report.backtest_xlsx import write as write_workbook

                write_workbook(found, path, lang)
            case ".json":
                path.write_text(json.dumps(as_document(found), ensure_ascii=False, indent=2) + "\n", "utf-8")
            case _:
                from custrata.report.backtest_html import render

                path.write_text(render(found, lang), "utf-8")
    except OSError as error:
        values = {"why": error.strerror or str(error), "path": str(path.parent)}
        raise CustrataError(Problem("E-RUN-006", str(path), values)) from error
    return path
