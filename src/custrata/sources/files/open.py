"""Decides how the files that a pattern names are to be read, and vouches that each is whole and readable."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from custrata.core.errors import CustrataError, Problem
from custrata.core.scan import (
    FileRecord,
    MixedScan,
    Opened,
    ParquetScan,
    TablePart,
    TableScan,
    TextPart,
    TextScan,
)
from custrata.sources.files.delimited import text_part
from custrata.sources.files.encoding import as_utf8
from custrata.sources.files.sheets import Place, find_places
from custrata.sources.files.sniff import Format, sniff
from custrata.sources.files.spec import FileSpec

#: Text and sheets are texts cell by cell and make one scan; the columns of Parquet have types.
_FAMILY = dict.fromkeys(("csv", "xlsx", "xlsb", "xls", "ods"), "text")


def open_files(spec: FileSpec, base: Path, scratch: Path) -> Opened:
    """The files of `spec` as one scan, with the columns of all of them and a record of each.

    `base` is what relative patterns start from; copies in UTF-8 go to `scratch`, which must outlive the reading.
    Files of one family (text and workbooks of any kind; Parquet) make one scan, their columns matched by name. What a
    file is, its bytes say and not its ending. Text is checked to the last byte but stays on disk; a sheet comes
    into memory.
    Errors: every file is looked at and all problems are raised together, E-FILE-001 to E-FILE-021, E-FILE-024 to
    E-FILE-027, E-FILE-029 and E-FILE-030.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "会员.csv").write_bytes("会员号;金额\\n7;12,50\\n".encode("gbk"))
    >>> opened = open_files(FileSpec(["*.csv"]), folder, folder / "scratch")
    >>> opened.columns, opened.files[0].encoding, opened.scan.parts[0].delimiter
    (('会员号', '金额'), 'gb18030', ';')
    """
    if spec.header < 1:
        raise CustrataError(Problem("E-FILE-024", ", ".join(spec.patterns), {"header": spec.header}))
    places = find_places(spec.patterns, spec.sheet, base)
    problems: list[Problem] = []
    formats: list[Format] = []
    for place in places:
        try:
            formats.append(sniff(place.path, place.name))
        except CustrataError as error:
            problems.extend(error.problems)
    if problems:
        raise CustrataError.all(problems)
    _one_family(formats, places)

    texts: list[TextPart] = []
    sheets: list[TablePart] = []
    columns: list[tuple[str, ...]] = []
    records: list[FileRecord] = []
    digests: dict[Path, str] = {}
    book = None
    for place, kind in zip(places, formats, strict=True):
        path, name = place.path, place.name
        its = spec.of(name)
        try:
            if kind == "csv":
                readable = as_utf8(path, name, scratch, its.encoding)
                texts.append(text_part(readable, name, its))
                columns.append(texts[-1].columns)
                records.append(FileRecord(name, readable.bytes, readable.sha256, kind, readable.encoding))
                continue
            title = None
            if kind == "parquet":
                # Here and below: PyArrow takes a twentieth of a small run to import, and text needs none.
                from custrata.sources.files.parquet import parquet_columns

                columns.append(parquet_columns(path, name))
            else:
                from custrata.sources.files.excel import ROW, Workbook, read_sheet

                if book is None or book.path != path:
                    book = Workbook(path, name, kind)
                wanted = place.sheet if place.sheet is not None else its.sheet
                sheet = read_sheet(book, wanted, its.header, name, its.header_lines)  # type: ignore[arg-type]
                title = sheet.title
                sheets.append(sheet.part)
                columns.append(tuple(c for c in sheet.part.table.column_names if c != ROW))
            records.append(_record(place, kind, title, digests, hashed=spec.hashed))
        except CustrataError as error:
            problems.extend(error.problems)
    if problems:
        raise CustrataError.all(problems)
    scan: TextScan | TableScan | MixedScan | ParquetScan
    if texts and sheets:
        scan = MixedScan(TextScan(tuple(texts)), TableScan(tuple(sheets)))
    elif texts:
        scan = TextScan(tuple(texts))
    elif sheets:
        scan = TableScan(tuple(sheets))
    else:
        scan = ParquetScan(tuple(p.path for p in places), tuple(p.name for p in places))
    return Opened(scan, union_columns(columns), tuple(records), file_columns=tuple(columns))


def union_columns(tables: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """All columns in the order in which they first appear; case makes no difference, the first spelling stays.

    >>> union_columns([("id", "amount"), ("ID", "city")])
    ('id', 'amount', 'city')
    """
    seen: dict[str, str] = {}
    for columns in tables:
        for column in columns:
            seen.setdefault(column.lower(), column)
    return tuple(seen.values())


def _one_family(formats: list[Format], places: list[Place]) -> None:
    first: dict[str, str] = {}
    for kind, place in zip(formats, places, strict=True):
        first.setdefault(_FAMILY.get(kind, kind), f"{place.name} ({kind})")
    if len(first) > 1:
        raise CustrataError(Problem("E-FILE-018", "", {"examples": ", ".join(first.values())}))


def _record(
    place: Place, kind: Format, sheet: str | None, digests: dict[Path, str], *, hashed: bool
) -> FileRecord:  # fmt: skip
    path = place.path
    try:
        if hashed and path not in digests:  # a workbook of many sheets is read through once
            with path.open("rb") as file:
                digests[path] = hashlib.file_digest(file, "sha256").hexdigest()
        return FileRecord(place.name, path.stat().st_size, digests.get(path, ""), kind, None, sheet)
    except OSError as error:
        raise CustrataError(Problem("E-FILE-002", place.name, {"reason": error.strerror or str(error)})) from error
