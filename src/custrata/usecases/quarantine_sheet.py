"""Rows that could not be used, whole, as a sheet to mend them in: XLSX with a sheet a source, or CSV of one source.

The first columns are ours and begin with `#`; after them stand the columns of the source as its files have them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.scan import FileRecord
from custrata.locale import Lang, catalog, source_title, text
from custrata.report.sheet import sheet_names
from custrata.usecases.cells import safe_cell
from custrata.usecases.load.loaded import Loaded
from custrata.usecases.load.rows import as_they_lie
from custrata.usecases.ports import Engine
from custrata.usecases.quarantine import Faults, faults_in

#: Our columns by name, in their order.
OURS = ("source", "file", "version", "row", "fault", "leave_out")
#: So many characters of a file's hash tell whether it is still the same.
VERSION = 12
MOST_ROWS = 1_048_575
#: Characters that a cell of a sheet holds.
LONGEST = 32_767


@dataclass(frozen=True)
class FaultyRow:
    """A row of a file: its cells by header as text, and what is wrong with which of them. `used`: the row is used, and
    these cells of it are taken for empty."""

    file: str
    version: str
    row: int
    cells: dict[str, str | None]
    faults: tuple[tuple[str, str, str | None], ...]
    """Header, code, value as found."""
    used: bool = False


@dataclass(frozen=True)
class Written:
    """What a sheet holds: rows by source; `elsewhere` are sources with faults whose rows lie in a database."""

    path: Path
    rows: dict[str, int]
    elsewhere: tuple[str, ...]


def heading(name: str, lang: Lang) -> str:
    """What one of our columns is called."""
    return text(f"mend.column_{name}", lang)


@dataclass(frozen=True)
class Wrong:
    """Every fault in the facts as they are now: those of rows that cannot be used, and those of rows that are used
    without the cell. Columns as in `QUARANTINE`; null where there are none."""

    quarantine: ir.Table | None
    emptied: ir.Table | None

    def kinds(self, engine: Engine) -> list[Faults]:
        """The commonest first; cells of rows that are used come after the others."""
        return [*faults_in(self.quarantine, engine), *faults_in(self.emptied, engine, used=True)]


def wrong_in(ready: Loaded) -> Wrong:
    """What is wrong with the facts, also where nothing of them can be used."""
    kept = ready.facts()
    try:
        facts = kept.facts(None, ready.today)
        return Wrong(facts.quarantine, facts.emptied)
    except CustrataError as error:
        if any(p.code not in ("E-DATA-002", "E-DATA-006") for p in error.problems):
            raise
        return Wrong(kept.ledger.quarantine(), kept.ledger.emptied())


def write_sheet(ready: Loaded, path: Path, lang: Lang, source: str | None = None) -> Written:
    """Writes the faulty rows of one source or of all, those that are used without a cell among them. No cell is ever
    taken for a formula.

    Errors: E-CLI-005 another ending than .xlsx or .csv; E-MEND-007 several sources for a CSV; E-RUN-009 more rows than
    a sheet holds; E-RUN-006 the file cannot be written."""
    ending = path.suffix.lower()
    if ending not in (".xlsx", ".csv"):
        raise CustrataError(Problem("E-CLI-005", str(path), {"ending": ending, "known": ".xlsx, .csv"}))
    faults = _faults(ready, wrong_in(ready), source)
    of_files = {name: places for name, places in faults.items() if _versions(ready, name)}
    if ending == ".csv" and len(of_files) > 1:
        raise CustrataError(Problem("E-MEND-007", str(path), {"sources": ", ".join(of_files)}))
    most = max((len(places) for places in of_files.values()), default=0)
    if ending == ".xlsx" and most > MOST_ROWS:
        raise CustrataError(Problem("E-RUN-009", str(path), {"n": f"{most:,}", "most": f"{MOST_ROWS:,}"}))
    sheets = {name: _sheet(ready, name, places) for name, places in of_files.items()}
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        (_write_xlsx if ending == ".xlsx" else _write_csv)(part, sheets, lang)
        part.replace(path)
    except OSError as error:
        values = {"why": error.strerror or str(error), "path": str(path.parent)}
        raise CustrataError(Problem("E-RUN-006", str(path), values)) from error
    finally:
        part.unlink(missing_ok=True)
    elsewhere = tuple(name for name in faults if name not in of_files)
    return Written(path, {name: len(places) for name, places in of_files.items()}, elsewhere)


#: File and row → what is wrong there, and whether the row is used.
_Places = dict[tuple[str, int], tuple[tuple[tuple[str, str, str | None], ...], bool]]
_Sheet = tuple[tuple[str, ...], Iterator[FaultyRow], str]


def _faults(ready: Loaded, wrong: Wrong, source: str | None) -> dict[str, _Places]:
    """Source → place → what is wrong there."""
    found: dict[str, dict[tuple[str, int], list[tuple[str, str, str | None]]]] = {}
    unused: set[tuple[str, str, int]] = set()
    for faults, used in ((wrong.quarantine, False), (wrong.emptied, True)):
        if faults is None:
            continue
        for r in ready.store.rows(faults.order_by(["source", "file", "row", "column", "code"])):
            if source in (None, r["source"]):
                places = found.setdefault(r["source"], {})
                places.setdefault((r["file"], r["row"]), []).append((r["column"], r["code"], r["value"]))
                unused |= set() if used else {(r["source"], r["file"], r["row"])}
    return {
        name: {place: (tuple(what), (name, *place) not in unused) for place, what in found[name].items()}
        for name in ready.result.state.names
        if name in found
    }


def _versions(ready: Loaded, source: str) -> dict[str, str]:
    """File → the beginning of its hash; empty where the source lies in a database."""
    records = [u.record for u in ready.result.state.of(source)]
    return {r.path: r.sha256[:VERSION] for r in records if isinstance(r, FileRecord)}


def _sheet(ready: Loaded, source: str, places: _Places) -> _Sheet:
    versions = _versions(ready, source)
    files = [name for name in versions if any(file == name for file, _ in places)]
    raw, headers = as_they_lie(source, ready.scheme.sources.config(source), files, ready.store, ready.at)
    return headers, _rows(ready, raw, headers, places, versions), source


def _rows(
    ready: Loaded, raw: ir.Table, headers: Sequence[str], places: _Places, versions: dict[str, str]
) -> Iterator[FaultyRow]:
    """The rows at fault in the order of their files; lines that are no rows have no cells."""
    cells: Any = raw.select("_file", "_row", **{f"c{i}": raw[h].cast(dt.string) for i, h in enumerate(headers)})
    wanted = _as_table(ready, list(places))
    found = cells.semi_join(wanted, ["_file", "_row"])
    by_place = {(r["_file"], r["_row"]): r for r in ready.store.rows(found)}
    for (file, row), (faults, used) in sorted(places.items()):
        known = by_place.get((file, row), {})
        told = {h: known.get(f"c{i}") for i, h in enumerate(headers)}
        yield FaultyRow(file, versions[file], row, told, faults, used)


def _as_table(ready: Loaded, places: Sequence[tuple[str, int]]) -> ir.Table:
    import pyarrow as pa

    files, rows = pa.array([p[0] for p in places], pa.string()), pa.array([p[1] for p in places], pa.int64())
    return ready.store.from_arrow("places", pa.table({"_file": files, "_row": rows}))


def _told(row: FaultyRow, lang: Lang) -> str:
    """What is wrong, cell by cell, and how to mend it."""
    words = catalog("errors", lang)
    parts = []
    for header, code, value in row.faults:
        entry = words[code]
        said = f"{header}: " if header else ""
        shown = f" [{value}]" if value is not None and code.startswith("E-ROW-9") else ""
        parts.append(f"{said}{entry['message']} ({code}){shown}")
    if row.used:
        parts.append(text("mend.used", lang))
    return ("；" if lang == "zh" else "; ").join(parts)


def _ours(source: str, row: FaultyRow, lang: Lang) -> list[str]:
    return [source, row.file, row.version, str(row.row), _told(row, lang), ""]


def _write_csv(path: Path, sheets: dict[str, _Sheet], lang: Lang) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        if not sheets:
            writer.writerow([heading(n, lang) for n in OURS])
        for headers, rows, source in sheets.values():
            writer.writerow([*(heading(n, lang) for n in OURS), *(safe_cell(h) for h in headers)])
            for row in rows:
                writer.writerow([safe_cell(v) for v in (*_ours(source, row, lang), *row.cells.values())])


def _write_xlsx(path: Path, sheets: dict[str, _Sheet], lang: Lang) -> None:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with closing(xlsxwriter.Workbook(str(path), options)) as book:
        as_text = {"num_format": "@", "valign": "top"}
        head = book.add_format({"bold": True, "bg_color": "#E8EDF3", "valign": "top"})
        ours = book.add_format({**as_text, "font_color": "#6B7280"})
        plain, wrong = book.add_format(as_text), book.add_format({**as_text, "bg_color": "#FDE2E1"})
        emptied = book.add_format({**as_text, "bg_color": "#FCE9D1"})
        asked = book.add_format({**as_text, "bg_color": "#FFF7DB"})
        every = list(sheets.values()) or [((), iter(()), "orders")]
        titles = sheet_names([source_title(source, lang) for _, _, source in every])
        for title, (headers, rows, source) in zip(titles, every, strict=True):
            sheet = book.add_worksheet(title)
            sheet.set_column(0, 3, 12)
            sheet.set_column(4, 4, 48)
            sheet.set_column(5, len(OURS) + len(headers), 16, plain)
            for i, name in enumerate([*(heading(n, lang) for n in OURS), *headers]):
                sheet.write_string(0, i, name, head)
            sheet.freeze_panes(1, len(OURS))
            n = 0
            for n, row in enumerate(rows, 1):
                at_fault = {header for header, _, _ in row.faults}
                for i, value in enumerate(_ours(source, row, lang)[:-1]):
                    sheet.write_string(n, i, value, ours)
                sheet.write_blank(n, len(OURS) - 1, None, asked)
                for i, (header, cell) in enumerate(row.cells.items(), len(OURS)):
                    style = plain if header not in at_fault else emptied if row.used else wrong
                    if cell is None:
                        sheet.write_blank(n, i, None, style)
                    else:
                        sheet.write_string(n, i, cell[:LONGEST], style)
            sheet.autofilter(0, 0, max(n, 1), len(OURS) + len(headers) - 1)
