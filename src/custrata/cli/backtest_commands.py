"""What backtest does: calls the use case, shows how each way to predict fared, and what that means."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from custrata.cli import show
from custrata.cli.progress import Steps
from custrata.cli.shared import clock, day_of, language_of, open_store, print_json, workspace_at
from custrata.core.predict.backtest import Backtest, as_document
from custrata.locale import Lang, text
from custrata.report import backtest_words as words


def backtest(path: Path, horizon: str | None, times: int, as_of: str | None, out: list[Path], as_json: bool) -> None:
    """`custrata backtest`"""
    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.backtest import backtest as backtest_
    from custrata.usecases.backtest import horizon_of
    from custrata.usecases.backtest_files import ENDINGS, write
    from custrata.usecases.backtests import keep
    from custrata.usecases.written import check_ending

    lang, ahead, until = language_of(path), horizon_of(horizon or "90 days"), day_of(as_of)
    for file in out:
        check_ending(file, ENDINGS)
    workspace = workspace_at(path)
    with Steps(lang) as steps:
        found = backtest_(
            workspace, duckdb_store, clock, horizon=ahead, times=times, as_of=until,
            progress=steps, open_store=open_store,
        )  # fmt: skip
        keep(workspace, found)
        for file in out:
            steps("report", file=str(file))
            write(found, file, lang)
    if as_json:
        print_json(as_document(found))
        return
    _show(found, lang)
    show.notes(found.notes, lang)
    for file in out:
        show.line(text("predict.wrote", lang, file=str(file)))


def _show(found: Backtest, lang: Lang) -> None:
    show.line(words.head(found, lang))
    show.terminal().print(_table(words.headings(lang), words.rows(found, lang)))
    for sentence in words.sentences(found, lang):
        show.line(sentence)
    if days := words.day_rows(found, lang):
        show.line("")
        show.line(text("predict.days.title", lang))
        show.terminal().print(_table(words.day_headings(lang), days))
        for sentence in words.day_sentences(found, lang):
            show.line(sentence)


def _table(headings: Sequence[str], rows: Sequence[words.Row]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for i, heading in enumerate(headings):
        table.add_column(heading, justify="right" if i else "left")
    for row in rows:
        table.add_row(row.title, *row.cells)
    return table
