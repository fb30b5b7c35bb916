"""How files lie there, as data that outlives the process that looked: for who corrects how they are read."""

from __future__ import annotations

from dataclasses import asdict
from itertools import islice
from typing import Any

from custrata.locale import LANGS
from custrata.usecases.init_how import delimiter_name
from custrata.usecases.init_look import LINES, Lie

#: Columns and characters of a cell that are shown.
_COLUMNS, _WIDTH = 14, 40


def lie_json(lie: Lie) -> dict[str, Any]:
    """The first rows with their numbers, what was found, what a person said, and in every language why it cannot be
    read so. `columns` says how many there are, of which the first are shown."""
    raw, rows = lie.raw, []
    if raw is not None:
        some = islice(zip(raw.numbers, raw.rows, strict=True), LINES)
        rows = [{"n": n, "cells": [(c or "")[:_WIDTH] for c in row[:_COLUMNS]]} for n, row in some]
    return {
        "name": lie.name,
        "file": lie.file,
        "title": raw.title if raw is not None else "",
        "format": raw.format if raw is not None else "csv",
        "encoding": raw.encoding if raw is not None else "",
        "delimiter": delimiter_name(raw.delimiter) if raw is not None else "",
        "sheets": list(lie.titles),
        "row": lie.row,
        "rows": rows or [{"n": n, "cells": [line[:200]]} for n, line in enumerate(lie.lines, 1)],
        "columns": max((len(row) for row in raw.rows[:LINES]), default=0) if raw is not None else 1,
        "how": asdict(lie.how),
        "problems": {lang: [p.as_json(lang) for p in lie.problems] for lang in LANGS},
    }
