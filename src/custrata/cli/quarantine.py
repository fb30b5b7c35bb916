"""The commands about rows that cannot be used: quarantine, mend. Only Typer is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from custrata.cli.parameters import AsJson, Where, Who, Workspace


def quarantine(
    scheme: Where = None,
    workspace: Workspace = Path(),
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Write the rows to be mended, .xlsx or .csv.  把待修正的行存为 .xlsx 或 .csv。",
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="NAME", help="Only of this source.  只看此数据源。"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the rows that cannot be used, or write them to a sheet.  列出不能采用的行，或导出成表。"""
    from custrata.cli import quarantine_commands as commands

    commands.quarantine(scheme or workspace, out, source, as_json)


def mend(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE...]", help="Sheets that were filled in; default: list the mends.  已修正的表，默认列出修正。"
        ),
    ] = None,
    undo: Annotated[
        str | None,
        typer.Option(
            "--undo",
            metavar="PLACE",
            help="Take back the mends of a file, or of a row: FILE:3.  撤销对某文件或某行（文件:3）的修正。",
        ),
    ] = None,
    who: Who = None,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> None:
    """Load rows that were mended in such a sheet.  载入在该表中修正过的行。"""
    from custrata.cli import quarantine_commands as commands

    commands.mend(workspace, files or [], undo, who, as_json)


def register(app: typer.Typer, cls: Any) -> None:
    """Adds the commands to the program."""
    for command in (quarantine, mend):
        app.command(cls=cls)(command)
