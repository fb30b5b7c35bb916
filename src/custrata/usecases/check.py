"""`custrata check --data`: opens the files and reads their first rows as a run would, without running."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis.expr.datatypes as dt

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.columns import columns_for
from custrata.core.facts.mapping import columns_of, require_in_each_file
from custrata.core.facts.parse import LAST_DAY
from custrata.core.scan import Opened, TablePart, TableScan
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang, catalog
from custrata.usecases.erps import with_erp
from custrata.usecases.evaluate import evaluate
from custrata.usecases.joining import joining_unknown_among
from custrata.usecases.ports import Engine, EngineFactory, Progress, silent
from custrata.usecases.quarantine import Faults, faults_in
from custrata.usecases.sources import open_sources

ROWS = 1_000
"""Rows of each source that are looked at."""
_EMPTY = ("E-ROW-001", "E-ROW-005")
#: Faults that lie between rows: whether a row has them cannot be known from the few that are looked at.
_OF_OTHERS = ("E-ROW-006", "E-ROW-007", "E-ROW-008", "E-ROW-012", "E-ROW-013")


@dataclass(frozen=True)
class ColumnCheck:
    """One mapped column: of the rows looked at `filled` have a value, and `readable` of those can be read as `type`."""

    column: str
    header: str
    type: str
    example: str | None
    filled: int
    readable: int


@dataclass(frozen=True)
class SourceCheck:
    """One source: its files, how many rows were looked at, its mapped columns, and the headers that nothing maps."""

    source: str
    files: list[str]
    rows: int
    columns: list[ColumnCheck]
    unused: list[str]


class ColumnProblem(Problem):
    """A column most of whose values cannot be used; says why in words of the row's own code."""

    def message(self, lang: Lang) -> str:
        return Problem.message(self._told(lang), lang)

    def mend(self, lang: Lang, *, web: bool = False) -> str:
        return Problem.mend(self._told(lang), lang, web=web)

    def _told(self, lang: Lang) -> Problem:
        entry = catalog("errors", lang)[self.values["code"]]
        return Problem(self.code, self.place, {**self.values, "reason": entry["message"], "mend": entry["mend"]})


def check_data(
    scheme: Scheme, base: Path, engine_for: EngineFactory, progress: Progress = silent,
    notes: list[Problem] | None = None,
) -> list[SourceCheck]:  # fmt: skip
    """What the files of a scheme hold under its headers. Nothing is written into the workspace. `notes` gets what
    should be shown and stops nothing.

    Raises `CustrataError` with everything found: files that cannot be opened, mapped headers that are not there,
    required columns that nothing gives, columns that a metric or segment needs, and columns most of whose first values
    cannot be read as what they are mapped to (E-DATA-010) or are empty though needed (E-DATA-011).
    """
    progress("open")
    with (
        tempfile.TemporaryDirectory(prefix="custrata-") as scratch,
        engine_for(scheme.timezone, Path(scratch)) as engine,
    ):
        told: list[Problem] = []
        scheme = with_erp(scheme, base, Path(scratch), told)
        opened, names = _opened(scheme, base, Path(scratch))
        if notes is not None:
            every = [*told, *(note for source in opened.values() for note in source.notes)]
            notes.extend({(note.code, note.place): note for note in every}.values())
        samples = {}
        for name, source in opened.items():
            progress("read", source=name)
            table = engine.arrow(engine.read(source.scan).limit(ROWS))
            samples[name] = Opened(TableScan((TablePart(table, source.files[0].path),)), source.columns, source.files)
        # Evaluated as on the last day there is, so that no row of the few is too late to count.
        few = evaluate(scheme, samples, engine, today=LAST_DAY, as_of=LAST_DAY)
        wrong = [*faults_in(few.facts.quarantine, engine), *faults_in(few.facts.emptied, engine, used=True)]
        faults = [f for f in wrong if f.code not in _OF_OTHERS]
        if notes is not None:
            notes.extend(joining_unknown_among(few, engine))
        checks = [_source(name, samples[name], names[name], faults, engine) for name in samples]
    problems = [p for check in checks for p in _problems(check, faults)]
    if problems:
        raise CustrataError(*problems)
    return checks


def _opened(scheme: Scheme, base: Path, scratch: Path) -> tuple[dict[str, Opened], dict[str, dict[str, str]]]:
    """Every source and its mapping of columns; one that is wrong does not hide what is wrong with the others."""
    opened: dict[str, Opened] = {}
    names: dict[str, dict[str, str]] = {}
    problems: list[Problem] = []
    for name in scheme.sources.named():
        try:
            found = open_sources(scheme, base, scratch, only=(name,)).get(name)
            if found is None:
                continue
            place = found.files[0].path if len(found.files) == 1 else f"sources.{name}"
            names[name] = columns_of(name, scheme.sources.config(name), found.columns, place)
            require_in_each_file(name, scheme.sources.config(name), names[name], found)
            opened[name] = found
        except CustrataError as error:
            problems.extend(error.problems)
    if problems:
        raise CustrataError(*problems)
    return opened, names


def _source(name: str, sample: Opened, names: Mapping[str, str], faults: list[Faults], engine: Engine) -> SourceCheck:
    t = engine.read(sample.scan)
    types = {c.name: c.type for c in columns_for(name)}
    asked: dict[str, Any] = {"rows": t.count()}
    for column, header in names.items():
        asked |= {f"n_{column}": t[header].count(), f"x_{column}": t[header].cast(dt.string).min()}
    row = engine.rows(t.aggregate(**asked))[0]
    columns = []
    for column, header in names.items():
        bad = sum(f.rows for f in faults if (f.source, f.column) == (name, header) and f.code not in _EMPTY)
        filled = row[f"n_{column}"]
        columns.append(
            ColumnCheck(column, header, types.get(column, "text"), row[f"x_{column}"], filled, max(0, filled - bad))
        )
    unused = [c for c in sample.columns if c not in names.values()]
    return SourceCheck(name, [f.path for f in sample.files], row["rows"], columns, unused)


def _problems(check: SourceCheck, faults: list[Faults]) -> list[Problem]:
    found: list[Problem] = []
    for column in check.columns:
        own = [f for f in faults if (f.source, f.column) == (check.source, column.header)]
        for code, some, n in (
            ("E-DATA-010", [f for f in own if f.code not in _EMPTY], column.filled),
            ("E-DATA-011", [f for f in own if f.code in _EMPTY], check.rows),
        ):
            bad = sum(f.rows for f in some)
            if 2 * bad > n:
                values = {"column": column.column, "header": column.header, "bad": bad, "n": n, "code": some[0].code,
                          "value": some[0].example or ""}  # fmt: skip
                found.append(ColumnProblem(code, ", ".join(check.files), values))
    return found
