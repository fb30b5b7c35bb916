"""The command that compares two runs: drift. Only Typer is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from custrata.cli.parameters import AsJson, PageFiles, Workspace

OneRun = Annotated[
    str | None, typer.Argument(metavar="[RUN]", help="Id of a run; default: the current one.  批次编号，默认当前批次。")
]
Against = Annotated[
    str | None,
    typer.Option(
        metavar="RUN",
        help="Compare with this run; default: that of about a month before.  与此批次比较，默认约一个月前的批次。",
    ),
]
Segment = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Bin by bin, or class by class, of this one.  逐区间或逐类查看此项。"),
]


def drift(
    run: OneRun = None,
    against: Against = None,
    only: Segment = None,
    workspace: Workspace = Path(),
    out: PageFiles = None,
    as_json: AsJson = False,
) -> None:
    """Tell how far customers have moved since an earlier run.  看客户与较早批次相比变化了多少。"""
    from custrata.cli import drift_commands as commands

    commands.drift(workspace, run, against, only, out or [], as_json)


def register(app: typer.Typer, cls: Any) -> None:
    """Adds the command to the program."""
    app.command(cls=cls)(drift)
