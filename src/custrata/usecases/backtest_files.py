"""A back-test as a file that can be sent, by its ending."""

from __future__ import annotations

import json
from pathlib import Path

from custrata.core.predict.backtest import Backtest, as_document
from custrata.locale import Lang
from custrata.usecases.written import check_ending, place

ENDINGS = (".html", ".htm", ".xlsx", ".json")


def write(found: Backtest, path: Path, lang: Lang) -> Path:
    """Writes the page, the workbook or the figures. Errors: E-CLI-003; E-RUN-006 where nothing can be written there."""
    check_ending(path, ENDINGS)
    match path.suffix.lower():
        case ".xlsx":
            from custrata.report.backtest_xlsx import write as write_workbook

            place(path, lambda part: write_workbook(found, part, lang))
        case ".json":
            told = json.dumps(as_document(found), ensure_ascii=False, indent=2) + "\n"
            place(path, lambda part: part.write_text(told, "utf-8"))
        case _:
            from custrata.report.backtest_html import render

            place(path, lambda part: part.write_text(render(found, lang), "utf-8"))
    return path
