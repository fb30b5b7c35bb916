"""The command about the state of the data: audit. Only Typer is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Optional

import typer


def audit(
    scheme: Annotated[
        Optional[Path],  # noqa: UP045 - Typer reads this at run time
        typer.Argument(
            metavar="[SCHEME]",
            help="Scheme file, or the folder it lies in; default: here.  方案文件或其所在文件夹，默认当前。",
        ),
    ] = None,
    workspace: Annotated[
        Path, typer.Option("--workspace", "-w", help="Folder of the scheme; default: here.  工作区文件夹，默认当前。")
    ] = Path(),
    out: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Write it as .html or .json; may be repeated.  存为 .html 或 .json，可重复。",
        ),
    ] = None,
    control: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            "--control",
            metavar="FILE",
            help="Totals of the months from the books: .csv, .xlsx or .yaml.  各月账面总额：.csv、.xlsx 或 .yaml。",
        ),
    ] = None,
    fail_under: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(
            "--fail-under",
            metavar="N",
            min=0,
            max=100,
            help="End with status 1 if the score is below N.  得分低于 N 时以状态 1 结束。",
        ),
    ] = None,
    as_of: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--as-of", metavar="DATE", help="As-of date; default: the scheme's.  基准日，默认按方案。"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.  以 JSON 输出。")] = False,
) -> None:
    """Tell what is wrong with the data, and what that does to the classes.  审计数据质量及其对分层的影响。"""
    from custrata.cli import audit_commands as commands

    commands.audit(scheme or workspace, out or [], control, fail_under, as_of, as_json)


def register(app: typer.Typer, cls: Any) -> None:
    """Adds the command to the program."""
    app.command(cls=cls)(audit)
