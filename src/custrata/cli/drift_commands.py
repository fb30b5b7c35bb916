"""What drift does: calls the use case, shows what has moved, which cuts have lost their meaning, and who went where."""

from __future__ import annotations

import tempfile
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from custrata.charts.numbers import number
from custrata.cli import show
from custrata.cli.progress import Steps
from custrata.cli.shared import language_of, print_json, workspace_at
from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.measure.drift import Drift, DriftReport
from custrata.locale import Lang, text
from custrata.report import drift_words as words


def drift(
    path: Path, run: str | None, against: str | None, only: str | None, out: list[Path], as_json: bool
) -> None:  # fmt: skip
    """`custrata drift`"""
    from custrata.engines.duckdb.engine import duckdb_engine
    from custrata.usecases.drift import drift as drift_
    from custrata.usecases.drift_files import ENDINGS, as_document, write
    from custrata.usecases.written import check_ending

    lang = language_of(path)
    for file in out:
        check_ending(file, ENDINGS)
    with Steps(lang) as steps, tempfile.TemporaryDirectory(prefix="custrata-") as scratch:
        found = drift_(workspace_at(path), duckdb_engine, Path(scratch), lang, run=run, against=against)
        chosen = _meant(found, only) if only else None
        for file in out:
            steps("report", file=str(file))
            write(found, file, lang)
    if as_json:
        print_json(as_document(found, lang))
        return
    if chosen is not None:
        _one(found, chosen, lang)
    else:
        _show(found, lang)
    for file in out:
        show.line(text("drift.wrote", lang, file=str(file)))


def _meant(found: DriftReport, said: str) -> Drift:
    """The metric or segment of a name or title. Raises E-PREDICT-028 for what both runs do not have."""
    wanted = said.strip().casefold()
    for drift in found.found:
        if wanted in (drift.name.casefold(), drift.title.casefold()):
            return drift
    known = [d.name for d in found.found]
    values = {"name": said, "known": ", ".join(known), "suggestion": did_you_mean(said, known)}
    raise CustrataError(Problem("E-PREDICT-028", "--only", values))


def _show(found: DriftReport, lang: Lang) -> None:
    show.line(words.head(found, lang))
    for said in words.lead(found, lang):
        show.line(said)
    table = Table(box=SIMPLE_HEAD)
    for i, heading in enumerate(words.headings(lang)):
        table.add_column(heading, justify="right" if i == 1 else "left")
    for row in words.rows(found.of("metric", "segment", "ladder"), lang):
        where = f"{row.most}\n{row.note}" if row.note else row.most
        word = f"[bold]{escape(row.word)}[/bold]" if row.verdict == "shifted" else escape(row.word)
        table.add_row(escape(row.title), row.psi, word, escape(where))
    show.terminal().print(table)
    for said in words.lost(found, lang) or [text("drift.no_cuts", lang)]:
        show.line(said)
    _moves(found, [m.segment for m in found.moves][:1], lang)
    if found.left_out:
        show.line(words.left_out(found, lang))


def _one(found: DriftReport, drift: Drift, lang: Lang) -> None:
    """Bin by bin, or class by class with who went where."""
    show.line(words.head(found, lang))
    [row] = words.rows([drift], lang)
    note = text("drift.noted", lang, note=row.note) if row.note else ""
    show.line(f"{row.title}{text('report.colon', lang)}{row.psi} {row.word}{note}")
    table = Table(box=SIMPLE_HEAD)
    for i, heading in enumerate(words.part_headings(lang)):
        table.add_column(heading, justify="right" if i else "left")
    for cells in words.part_rows(drift, lang):
        table.add_row(*map(escape, cells))
    show.terminal().print(table)
    _moves(found, [drift.name], lang)


def _moves(found: DriftReport, names: list[str], lang: Lang) -> None:
    for moves in (m for m in found.moves if m.segment in names):
        show.line(words.moves_title(moves, lang))
        grid = words.matrix(moves, lang)
        table = Table(box=SIMPLE_HEAD)
        for i, heading in enumerate(["", *grid.across, text("drift.total", lang)]):
            table.add_column(escape(heading), justify="right" if i else "left")
        for line in grid.rows:
            table.add_row(escape(line.name), *(number(c.customers) for c in line.cells), number(line.total))
        table.add_row(text("drift.total", lang), *(number(n) for n in grid.totals))
        show.terminal().print(table)
