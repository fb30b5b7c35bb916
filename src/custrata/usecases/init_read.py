"""Files of which little is known yet: their header rows found, those of one layout put together, columns looked at."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from custrata.core.errors import CustrataError, Problem
from custrata.core.guess import ColumnProfile, profile
from custrata.core.guess.cells import as_text
from custrata.core.scan import Opened
from custrata.sources.files.find import find_files, shown_name
from custrata.sources.files.open import open_files
from custrata.sources.files.spec import FileSpec
from custrata.usecases.init_form import SourceForm, source_form
from custrata.usecases.init_how import How
from custrata.usecases.init_look import FileLook, Seen, looks_at
from custrata.usecases.init_sheets import SkippedSheet
from custrata.usecases.ports import Engine, Progress, silent

#: Rows that are looked at: whole blocks from all over the files, because lines of an order stand together.
SAMPLE, _BLOCK = 5_000, 500


@dataclass(frozen=True)
class Export:
    """Files that are one source and a sample of their rows. `count` gives how often each value of a column stands in
    all rows, `named` of which share of a column's different values that begin so the rest is another, `rows` how many
    there are; `form` is how a scheme says that they are read. The files can be read as long
    as the `engine` is open; `with_files` reads others in the same place."""

    files: tuple[FileLook, ...]
    form: SourceForm
    profiles: tuple[ColumnProfile, ...]
    rows: int
    count: Callable[[str], Counter[str]] = field(repr=False)
    named: Callable[[str, str], float] = field(repr=False)
    opened: Opened = field(repr=False)
    engine: Engine = field(repr=False)
    with_files: Callable[[tuple[FileLook, ...], SourceForm], Export] = field(repr=False)

    @property
    def sheet(self) -> str | list[str] | None:
        """What stands under `sheet:` in a scheme, null for the first one."""
        return self.form.sheet

    @property
    def sampled(self) -> bool:
        """Whether the profiles are of a part of the rows only."""
        return self.rows > SAMPLE

    @property
    def title(self) -> str:
        return ", ".join(f.name for f in self.files)


def read_exports(
    patterns: Sequence[str], base: Path, engine: Engine, scratch: Path, progress: Progress = silent,
    hows: Mapping[str, How] | None = None, seen: Seen = lambda _: None,
) -> tuple[list[Export], list[SkippedSheet]]:  # fmt: skip
    """All files that the patterns name and all sheets of workbooks, those of one layout together; and the sheets that
    are no tables. `hows` and `seen` are as in `looks_at`.

    `engine` reads them and must stay open while the exports are used; `scratch` must outlive them. Errors: those of
    opening files, E-INIT-001 no row is a header, E-DATA-002 no rows; all files are looked at before any is raised.
    """
    looks: list[FileLook] = []
    skipped: list[SkippedSheet] = []
    problems: list[Problem] = []
    for path in find_files(patterns, base):
        name = shown_name(path, base)
        progress("guess", file=name)
        try:
            found, left = looks_at(path, name, scratch, hows, seen)
            looks += found
            skipped += left
        except CustrataError as error:
            problems.extend(error.problems)
    groups: dict[tuple[object, ...], list[FileLook]] = {}
    for look in looks:
        groups.setdefault(look.layout, []).append(look)
    exports = []
    hollow: list[Problem] = []
    for files, form in _one_form(list(groups.values())):
        try:
            exports.append(_export(tuple(files), form, base, engine, scratch))
        except CustrataError as error:
            if {p.code for p in error.problems} == {"E-DATA-002"} and all(f.tables > 1 for f in files):
                # A sheet of headers only, beside others: nobody asked for it.
                hollow.extend(error.problems)
                skipped += [SkippedSheet(f.file, f.title, "empty") for f in files]
            else:
                problems.extend(error.problems)
    if problems or not exports:
        raise CustrataError.all([*problems, *hollow])
    return exports, skipped


def _one_form(groups: Sequence[list[FileLook]]) -> Iterator[tuple[list[FileLook], SourceForm]]:
    """Files of one layout with how they are read; apart where nothing can say it of all."""
    for looks in groups:
        if (form := source_form(looks)) is not None:
            yield looks, form
            continue
        for title in dict.fromkeys(f.title for f in looks):
            some = [f for f in looks if f.title == title]
            if (form := source_form(some)) is not None:
                yield some, form


def _export(files: tuple[FileLook, ...], form: SourceForm, base: Path, engine: Engine, scratch: Path) -> Export:
    one = files[0]
    paths = list(dict.fromkeys(str(f.path) for f in files))
    spec = FileSpec(
        paths, form.sheet, form.encoding or "auto", form.delimiter or "auto", form.header, form.header_lines,
        hashed=False, by_file=form.by_file(),
    )  # fmt: skip
    opened = open_files(spec, base, scratch)
    table = engine.read(opened.scan)
    rows = engine.rows(table.aggregate(n=table.count()))[0]["n"]
    sample = _sample(engine, opened, rows, files)
    if not sample.num_rows:
        raise CustrataError(Problem("E-DATA-002", one.name))
    labels = {name.lower(): label for f in files for name, label in zip(f.header.names, f.header.labels, strict=True)}

    def count(header: str) -> Counter[str]:
        column = table[header]
        found = Counter[str]()
        for row in engine.rows(table.group_by(value=column).aggregate(n=table.count())):
            text = as_text(row["value"])
            if text is not None:
                found[text] += row["n"]
        return found

    def named(header: str, prefix: str) -> float:
        numbers = table.select(number=table[header].cast("string")).distinct()
        begun = numbers.filter(numbers.number.startswith(prefix))
        rest = begun.select(number=begun.number.substr(len(prefix)))
        found = engine.rows(rest.semi_join(numbers, "number").aggregate(n=ibis._.count()))[0]["n"]
        return float(found / max(1, engine.rows(begun.aggregate(n=begun.count()))[0]["n"]))

    profiles = tuple(
        profile(name, map(_hashable, _values(sample.column(name))), label=labels.get(name.lower()))
        for name in opened.columns if name in sample.column_names
    )  # fmt: skip

    def with_files(others: tuple[FileLook, ...], other: SourceForm) -> Export:
        return _export(others, other, base, engine, scratch)

    return Export(files, form, profiles, rows, count, named, opened, engine, with_files)


def _sample(engine: Engine, opened: Opened, rows: int, files: Sequence[FileLook]) -> pa.Table:
    table = engine.numbered(opened.scan)
    if rows > SAMPLE:
        table = table.filter(((table["_row"] // _BLOCK) % math.ceil(rows / SAMPLE)) == 0)
    found: pa.Table = engine.arrow(table).sort_by([("_file", "ascending"), ("_row", "ascending")])
    skipped = {(f.name, r.row) for f in files for r in f.no_data}
    if skipped:
        # The parts of the scan come in the order of the files, each under the name that a run gives it.
        names = {part.path: f.name for part, f in zip(opened.files, files, strict=True)}
        places = zip(found.column("_file").to_pylist(), found.column("_row").to_pylist(), strict=True)
        found = found.filter(pa.array([(names.get(file), row) not in skipped for file, row in places]))
    return found


def _values(column: Any) -> list[Any]:
    """The values of an Arrow column; as text where Python has none for them: days before Christ and after 9999."""
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):
        return list(column.cast(pa.string()).to_pylist())


def _hashable(value: object) -> object:
    """A list or a structure in a Parquet file is known by its text."""
    return str(value) if isinstance(value, list | dict) else value
