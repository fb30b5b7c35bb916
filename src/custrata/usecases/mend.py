"""`custrata mend`: sheets of the quarantine that people filled in → entries of the book of mends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.scan import FileRecord
from custrata.locale import LANGS
from custrata.sources.files.excel import sheet_titles
from custrata.sources.files.open import open_files
from custrata.sources.files.sniff import sniff
from custrata.sources.files.spec import FileSpec
from custrata.usecases.cells import safe_cell, unguarded
from custrata.usecases.load.loaded import Loaded, loaded
from custrata.usecases.load.rows import as_they_lie, file_spec
from custrata.usecases.load.workplace import Workplace
from custrata.usecases.mend_book import MendEntry, add, in_force, read_book
from custrata.usecases.ports import Clock, Engine, Progress, StoreFactory, silent
from custrata.usecases.quarantine import Faults
from custrata.usecases.quarantine_sheet import LONGEST, OURS, VERSION, heading, wrong_in
from custrata.usecases.workspace import Workspace

_Place = tuple[str, str, int]


@dataclass(frozen=True)
class Mended:
    """What was recorded, and what is still wrong after it, the commonest first."""

    entries: tuple[MendEntry, ...]
    left: tuple[Faults, ...]


@dataclass(frozen=True)
class _Row:
    """A row of a filled-in sheet and where in it that stands."""

    place: str
    source: str
    file: str
    version: str
    row: int
    left_out: bool
    cells: dict[str, str | None]


def mend(
    workspace: Workspace, store_for: StoreFactory, clock: Clock, files: Sequence[Path], *,
    who: str, progress: Progress = silent,
) -> Mended:  # fmt: skip
    """Takes in what people changed in sheets of the quarantine, and loads it.

    Only cells that differ from the file's are recorded. Nothing is, if anything is wrong: E-MEND-002 no sheet of the
    quarantine, E-MEND-003 another file than those loaded, E-MEND-004 the file has changed since, E-MEND-005 no such
    row, E-MEND-006 a text where the file's column holds none.
    """
    with loaded(workspace, store_for, clock(), progress=progress) as ready:
        entries = _entries(ready, files, read_book(workspace), clock(), who)
        if entries:
            add(workspace, entries)
    return Mended(tuple(entries), still_wrong(workspace, store_for, clock, progress))


def look(files: Sequence[Path], engine: Engine, scratch: Path) -> int:
    """How many rows filled-in sheets have; nothing is recorded. For files of strangers, which are read first where a
    file that takes too much harms nobody. Errors: E-MEND-002, and those of reading a file."""
    return sum(1 for file in files for _ in _filled_in(engine, scratch, file, []))


def undo(
    workspace: Workspace, store_for: StoreFactory, clock: Clock, place: str, *,
    who: str, progress: Progress = silent,
) -> Mended:  # fmt: skip
    """Makes rows be again as their file has them: all of a file (`data/sales.csv`) or one (`data/sales.csv:17`).

    Errors: E-MEND-008 nothing of that is mended."""
    started = clock()
    with workspace.writing(started):
        book = in_force(read_book(workspace))
        found = [e for e in book if place in (e.file, f"{e.file}:{e.row}")]
        if not found:
            known = list(dict.fromkeys(e.file for e in book))
            values = {"place": place, "known": ", ".join(known) or "–", "suggestion": did_you_mean(place, known)}
            raise CustrataError(Problem("E-MEND-008", place, values))
        undone = [e.model_copy(update={"at": started, "who": who, "values": {}, "left_out": False}) for e in found]
        add(workspace, undone)
    return Mended(tuple(undone), still_wrong(workspace, store_for, clock, progress))


def still_wrong(
    workspace: Workspace, store_for: StoreFactory, clock: Clock, progress: Progress = silent
) -> tuple[Faults, ...]:
    """What is wrong with rows of the facts as they are now, the commonest first, and after that with cells of rows that
    are used; loads what is new."""
    with loaded(workspace, store_for, clock(), progress=progress) as ready:
        return tuple(wrong_in(ready).kinds(ready.store))


def _entries(
    ready: Loaded, files: Sequence[Path], book: Sequence[MendEntry], at: datetime, who: str
) -> list[MendEntry]:  # fmt: skip
    rows: dict[_Place, _Row] = {}
    problems: list[Problem] = []
    for file in files:
        try:
            for row in _filled_in(ready.store, ready.at.scratch, file, problems):
                rows[row.source, row.file, row.row] = row
        except CustrataError as error:
            problems.extend(error.problems)
    known = {e.row_key: e for e in in_force(book)}
    entries = []
    for source in dict.fromkeys(r.source for r in rows.values()):
        here = [r for r in rows.values() if r.source == source]
        units = {u.name: u.record for u in ready.result.state.of(source) if isinstance(u.record, FileRecord)}
        sound = [r for r in here if _sound(r, units, problems)]
        originals = _originals(ready, source, sound, problems)
        for row in sound:
            values = _changed(row, originals.get((row.file, row.row), {}))
            entry = MendEntry(
                at=at, who=who, source=source, file=row.file, sha256=units[row.file].sha256, row=row.row,
                values=values, left_out=row.left_out,
            )  # fmt: skip
            before = known.get(entry.row_key)
            if (before.values, before.left_out) != (values, row.left_out) if before else values or row.left_out:
                entries.append(entry)
    if problems:
        raise CustrataError.all(problems)
    return entries


def _filled_in(engine: Engine, scratch: Path, path: Path, problems: list[Problem]) -> Iterator[_Row]:
    """The rows of every sheet that the quarantine wrote."""
    kind = sniff(path, path.name) if path.is_file() else "csv"
    titles = [None] if kind in ("csv", "parquet") else sheet_titles(path, path.name, kind)
    found = False
    for title in titles:
        spec = FileSpec([str(path.resolve())], sheet=title)
        opened = open_files(spec, path.parent, scratch)
        ours = {heading(n, lang): n for n in OURS for lang in LANGS}
        named = {ours[c.strip()]: c for c in opened.columns if c.strip() in ours}
        if not {"source", "file", "version", "row"} <= set(named):
            continue
        found = True
        theirs = [c for c in opened.columns if c not in named.values()]
        table: Any = engine.numbered(opened.scan)
        asked = {f"o_{n}": table[c].cast(dt.string) for n, c in named.items()}
        asked |= {f"c{i}": table[c].cast(dt.string) for i, c in enumerate(theirs)}
        for r in sorted(engine.rows(table.select("_row", **asked)), key=lambda r: r["_row"]):
            place = f"{path.name}{f' [{title}]' if title else ''}:{r['_row']}"
            said = {n: unguarded(str(r.get(f"o_{n}") or "").strip()) for n in OURS}
            if not said["row"].isdigit():
                problems.append(Problem("E-MEND-005", place, {"row": said["row"], "file": said["file"]}))
                continue
            cells = {c: _text(r[f"c{i}"]) for i, c in enumerate(theirs)}
            yield _Row(place, said["source"], said["file"], said["version"], int(said["row"]), bool(said["leave_out"]),
                       cells)  # fmt: skip
    if not found:
        raise CustrataError(Problem("E-MEND-002", path.name, {"columns": ", ".join(heading(n, "en") for n in OURS)}))


def _sound(row: _Row, units: dict[str, FileRecord], problems: list[Problem]) -> bool:
    """Whether the file of a row is there as it was when the sheet was written."""
    if row.file not in units:
        values = {"file": row.file, "known": ", ".join(units) or "–", "suggestion": did_you_mean(row.file, units)}
        problems.append(Problem("E-MEND-003", row.place, values))
    elif units[row.file].sha256[:VERSION] != row.version:
        problems.append(Problem("E-MEND-004", row.place, {"file": row.file}))
    else:
        return True
    return False


def _originals(
    ready: Loaded, source: str, rows: Sequence[_Row], problems: list[Problem]
) -> dict[tuple[str, int], dict[str, str | None]]:
    """The cells of rows as their files have them, unmended; none of lines that are no rows. Tells rows that are not
    there and texts that their columns cannot hold."""
    if not rows:
        return {}
    store, files = ready.store, list(dict.fromkeys(r.file for r in rows))
    unmended = Workplace(ready.at.base, ready.at.scratch)
    config = ready.scheme.sources.config(source)
    raw, headers = as_they_lie(source, config, files, store, unmended)
    wanted = ibis.memtable([(r.file, r.row) for r in rows], schema={"_file": "string", "_row": "int64"})
    cells: Any = raw.select("_file", "_row", **{f"c{i}": raw[h].cast(dt.string) for i, h in enumerate(headers)})
    by_place = {
        (r["_file"], r["_row"]): {h: r[f"c{i}"] for i, h in enumerate(headers)}
        for r in store.rows(cells.semi_join(wanted, ["_file", "_row"]))
    }
    spec = file_spec(config, files)
    opened = open_files(spec, ready.at.base, ready.at.scratch) if len(by_place) < len(rows) else None
    unsplit = set() if opened is None else {(r.file, r.row) for r in store.rejects(opened.scan)}
    for row in rows:
        known = by_place.get((row.file, row.row))
        if known is None and (row.file, row.row) not in unsplit:
            problems.append(Problem("E-MEND-005", row.place, {"row": row.row, "file": row.file}))
        elif known is not None:
            problems.extend(_unfit(row, known, raw, ready))
    return by_place


def _unfit(row: _Row, known: dict[str, str | None], raw: ir.Table, ready: Loaded) -> list[Problem]:
    """Changed cells that a typed column cannot hold."""
    problems = []
    for header, value in _changed(row, known).items():
        kind = raw[header].type() if header in raw.columns else dt.string
        if value is None or kind.is_string():
            continue
        read = ibis.memtable([(value,)], schema={"v": "string"}).select(v=lambda t, k=kind: t.v.try_cast(k))
        if ready.store.rows(read)[0]["v"] is None:
            problems.append(Problem("E-MEND-006", row.place, {"header": header, "value": value, "type": str(kind)}))
    return problems


def _changed(row: _Row, original: dict[str, str | None]) -> dict[str, str | None]:
    """The cells that are no longer as the file has them."""
    found = {}
    for header, value in row.cells.items():
        was = _text(original.get(header))
        if value != was and (was is None or value not in (safe_cell(was), was[:LONGEST])):
            found[header] = value if value is None else unguarded(value)
    return found


def _text(value: str | None) -> str | None:
    """A cell's text; blank is empty."""
    return value if value is not None and value.strip() else None
