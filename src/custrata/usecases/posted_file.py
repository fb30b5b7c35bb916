"""Rows as a file of the kind that a source has: text, a workbook or Parquet, written as the scheme has it read."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.sources import Source
from custrata.sources.files.delimited import NAMED_DELIMITERS
from custrata.sources.files.open import open_files
from custrata.sources.files.sheets import several
from custrata.usecases.load.rows import file_spec

Ending = Literal["csv", "xlsx", "parquet"]
#: What may part the cells where the scheme leaves it to the file: the first that the reader takes for it.
_DELIMITERS = (",", "\t", ";", "|")
#: GB18030 holds all that these hold, and every other character as well; files in them are read as it.
_CHINESE = ("gbk", "gb2312", "cp936", "gb18030")


def write(
    path: Path, headers: Sequence[str], rows: Sequence[Sequence[str]], config: Source, source: str, types: Any = None
) -> None:
    """Writes the rows and reads the file as a load will, so that none is ever there that cannot be loaded.

    The ending of `path` says the kind. An empty text is an empty cell. `types` is the Arrow schema of the source's
    Parquet files. Raises E-WEB-076 where the file would not be read as it was meant.
    """
    why = ""
    match path.suffix:
        case ".xlsx":
            _workbook(path, headers, rows, config)
            why = _misread(path, headers, config)
        case ".parquet":
            _parquet(path, headers, rows, types)
            why = _misread(path, headers, config)
        case _:
            said = config.delimiter
            fixed = NAMED_DELIMITERS.get(said.lower(), said)
            for delimiter in _DELIMITERS if said == "auto" else (fixed,):
                why = _text(path, headers, rows, config, delimiter) or _misread(path, headers, config)
                if not why:
                    break
    if why:
        raise CustrataError(Problem("E-WEB-076", source, {"why": why, "source": source}))


def _text(
    path: Path, headers: Sequence[str], rows: Sequence[Sequence[str]], config: Source, delimiter: str
) -> str:  # fmt: skip
    """Writes text; says what cannot be written."""
    out = io.StringIO()
    out.write("posted\n" * (config.header - 1))
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(headers)
    writer.writerows(rows)
    said = config.encoding.strip().lower().replace("_", "-")
    encoding = "utf-8" if said == "auto" else "gb18030" if said in _CHINESE else said
    try:
        path.write_bytes(out.getvalue().encode(encoding))
    except (UnicodeEncodeError, LookupError) as error:
        return str(error)
    return ""


def _workbook(path: Path, headers: Sequence[str], rows: Sequence[Sequence[str]], config: Source) -> None:
    """The sheets that the scheme names, the rows in the first of them that is read; every cell is a text."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False, "constant_memory": True}) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - the same rows are the same bytes
        titles, at = _titles(config)
        for i, title in enumerate(titles):
            sheet = book.add_worksheet(title)
            for row in range(config.header - 1):
                sheet.write_string(row, 0, "posted")
            for column, header in enumerate(headers):
                sheet.write_string(config.header - 1, column, header)
            for row, cells in enumerate(rows if i == at else (), config.header):
                for column, cell in enumerate(cells):
                    if cell:
                        sheet.write_string(row, column, cell)


def _titles(config: Source) -> tuple[list[str], int]:
    """The names of the sheets, and the place of the one that has the rows."""
    sheet = config.sheet
    if sheet is None:
        return ["posted"], 0
    if isinstance(sheet, int):
        return [f"Sheet{i}" for i in range(1, sheet + 1)], sheet - 1
    if isinstance(sheet, str):
        return [sheet.replace("*", "").replace("?", "0") or "posted"] if several(sheet) else [sheet], 0
    names = [f"Sheet{s}" if isinstance(s, int) else s.replace("*", "").replace("?", "0") or "posted" for s in sheet]
    return list(dict.fromkeys(names)), 0


def _parquet(path: Path, headers: Sequence[str], rows: Sequence[Sequence[str]], types: Any) -> None:
    """Columns have the types that the source's files have, as far as every cell can be of it; else they are texts."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {}
    for i, header in enumerate(headers):
        column = pa.array([row[i] or None for row in rows], pa.string())
        at = types.get_field_index(header) if types is not None else -1
        columns[header] = column if at < 0 else _cast(column, types.field(at).type)
    pq.write_table(pa.table(columns), path)


def _cast(column: Any, kind: Any) -> Any:
    import pyarrow as pa

    try:
        return column.cast(kind.value_type if pa.types.is_dictionary(kind) else kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return column


def _misread(path: Path, headers: Sequence[str], config: Source) -> str:
    """What is wrong with the file as it is read; empty where nothing is."""
    try:
        found = open_files(file_spec(config, [str(path)]), path.parent, path.parent).columns
    except CustrataError as error:
        return error.problems[0].text("en")
    return "" if list(found) == list(headers) else f"{', '.join(found)[:200]} ≠ {', '.join(headers)[:200]}"


def types_of(path: Path) -> Any:
    """The Arrow schema of a Parquet file."""
    import pyarrow.parquet as pq

    return pq.read_schema(path)
