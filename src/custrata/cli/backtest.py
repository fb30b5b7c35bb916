"""The command that holds predictions against what came: backtest. Only Typer is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from custrata.cli.parameters import AsJson, AsOf, PageFiles, Where, Workspace

Horizon = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="How far ahead, such as 3 months; 90 days by default.  预测多久，如 3 个月；默认 90 天。",
    ),
]
Times = Annotated[
    int, typer.Option(min=1, max=24, help="How many past days to predict from.  从多少个过去的日期起预测。")
]


def backtest(
    scheme: Where = None,
    workspace: Workspace = Path(),
    horizon: Horizon = None,
    times: Times = 3,
    as_of: AsOf = None,
    out: PageFiles = None,
    as_json: AsJson = False,
) -> None:
    """Predict from past days and compare with what came.  从过去的日期预测，与后来的实际比较。"""
    from custrata.cli import backtest_commands as commands

    commands.backtest(scheme or workspace, horizon, times, as_of, out or [], as_json)


def register(app: typer.Typer, cls: Any) -> None:
    """Adds the command to the program."""
    app.command(cls=cls)(backtest)
