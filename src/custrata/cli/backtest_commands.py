"""What backtest does: calls the use case, shows how each way to predict fared, and what that means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rich.table import Table

from custrata.cli import show
from custrata.cli.progress import Steps
from custrata.cli.shared import clock, day_of, language_of, open_store, print_json, workspace_at
from custrata.core.errors import CustrataError, Problem
from custrata.core.windows import Window, parse_window
from custrata.locale import Lang, text
from custrata.usecases.backtest import Backtest


def backtest(path: Path, horizon: str, times: int, as_of: str | None, as_json: bool) -> None:
    """`custrata backtest`"""
    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.backtest import as_document
    from custrata.usecases.backtest import backtest as backtest_

    lang, ahead, until = language_of(path), _horizon(horizon), day_of(as_of)
    with Steps(lang) as steps:
        found = backtest_(
            workspace_at(path), duckdb_store, clock, horizon=ahead, times=times, as_of=until,
            progress=steps, open_store=open_store,
        )  # fmt: skip
    if as_json:
        print_json(as_document(found))
        return
    _show(found, lang)
    show.notes(found.notes, lang)


def _horizon(value: str) -> Window:
    """Raises E-PREDICT-007 for what is no number of days or months."""
    try:
        found = parse_window(value)
    except ValueError:
        found = None
    if found is None or found.unit not in ("days", "months"):
        raise CustrataError(Problem("E-PREDICT-007", "--horizon", {"value": value}))
    return found


def _show(found: Backtest, lang: Lang) -> None:
    days = ", ".join(_day(c.as_of) for c in found.cuts)
    show.line(text("predict.head", lang, n=len(found.cuts), days=days, ahead=_ahead(found.horizon, lang)))
    means = found.means()
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(text("predict.way", lang))
    columns = ("ranking", "tenth", "error", "purchases", "off", "spend")
    for column in columns:
        table.add_column(text(f"predict.{column}", lang), justify="right")
    for mean in means:
        values = (
            _number(mean.ranking, "{:.3f}"), _number(mean.tenth, "{:.1%}"), _number(mean.error, "{:.3f}"),
            _number(mean.purchases, "{:+.1%}"), _number(mean.off, "{:.2f}"), _number(mean.spend, "{:+.1%}"),
        )  # fmt: skip
        table.add_row(text(f"predict.by.{mean.by}", lang), *values)
    show.terminal().print(table)
    for sentence in sentences(found, lang):
        show.line(sentence)


def sentences(found: Backtest, lang: Lang) -> Sequence[str]:
    """What the figures mean for somebody who has a tenth of the customers to call."""
    means = {m.by: m for m in found.means()}
    rule, best = means["rule"], found.best()
    said = [text("predict.silent", lang, share=f"{rule.share:.1%}", ahead=_ahead(found.horizon, lang))]
    if best is None:
        return [*said, text("predict.no_model", lang)]
    values: dict[str, Any] = {"model": text(f"predict.by.{best.by}", lang)}
    if best.tenth is not None and rule.tenth is not None:
        said.append(text("predict.reach", lang, **values, found=f"{best.tenth:.1%}", rule=f"{rule.tenth:.1%}",
                         most=f"{min(1.0, 0.1 / max(rule.share, 1e-9)):.1%}"))  # fmt: skip
    said.append(text("predict.better" if found.worth_a_model() else "predict.no_better", lang, **values))
    return said


def _number(value: float | None, shape: str) -> str:
    return "–" if value is None else shape.format(value)


def _day(day: date) -> str:
    return day.isoformat()


def _ahead(horizon: Window, lang: Lang) -> str:
    from custrata.core.metrics.predicted import ahead_text

    return ahead_text(horizon, lang)
