"""The command about the state of the data: audit. Only Typer is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from custrata.cli.parameters import AsJson, AsOf, Where, Workspace


def audit(
    scheme: Where = None,
    workspace: Workspace = Path(),
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Write it as .html or .json; may be repeated.  存为 .html 或 .json，可重复。",
        ),
    ] = None,
    control: Annotated[
        Path | None,
        typer.Option(
            "--control",
            metavar="FILE",
            help="Totals of the months from the books: .csv, .xlsx or .yaml.  各月账面总额：.csv、.xlsx 或 .yaml。",
        ),
    ] = None,
    fail_under: Annotated[
        int | None,
        typer.Option(
            "--fail-under",
            metavar="N",
            min=0,
            max=100,
            help="End with status 1 if the score is below N.  得分低于 N 时以状态 1 结束。",
        ),
    ] = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Tell what is wrong with the data, and what that does to the classes.  审计数据质量及其对分层的影响。"""
    from custrata.cli import audit_commands as commands

    commands.audit(scheme or workspace, out or [], control, fail_under, as_of, as_json)


def register(app: typer.Typer, cls: Any) -> None:
    """Adds the command to the program."""
    app.command(cls=cls)(audit)
