"""What a user may say about the files of a source, and the bounds that no file may pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAX_COLUMNS = 2_000
"""More columns than this is never a table of sales; it is a pivot or a stray cell, and would only eat memory."""

MAX_CELLS = 100_000_000
"""A workbook is laid out in memory as a full rectangle; beyond this (about 3 GB) it is refused beforehand."""


@dataclass(frozen=True)
class FileSpec:
    """Which files to read and how.

    `patterns` are paths or globs (`data/销售单*.xlsx`), relative to the workspace, absolute or with `~`.
    `sheet` is a sheet's name or its number from 1, None the first; a list or a pattern (`2024*`) are several sheets,
    each of which is then read as a file of its own. `encoding` is `auto` or a name (`gb18030`).
    `delimiter` is `auto` or one character. `header` is the line that holds the column names, from 1.
    `hashed` is whether Parquet is read through for its SHA-256, which a run records (text is read through anyway).

    >>> FileSpec(["sales*.csv"]).header
    1
    """

    patterns: Sequence[str]
    sheet: str | int | Sequence[str | int] | None = None
    encoding: str = "auto"
    delimiter: str = "auto"
    header: int = 1
    hashed: bool = True
