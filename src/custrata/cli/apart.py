"""The command that tells what sets a class of customers apart: apart. Only Typer is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from custrata.cli.parameters import AsJson, AsOf, Run, Workspace

Class = Annotated[
    str | None, typer.Argument(metavar="[SEGMENT=CLASS]", help="A class: tier=big.  某一类：消费层级=高消费。")
]
Leavers = Annotated[
    bool, typer.Option("--leavers", help="Those who stopped buying, instead of a class.  不看某类，看不再购买的客户。")
]
Days = Annotated[
    int,
    typer.Option(
        "--days", min=7, max=3650, metavar="N",
        help="Leavers bought in so many days before a day, and nothing in as many after it.  "
        "某日之前这么多天内买过、之后同样天数内没有再买者，即为不再购买。",
    ),
]  # fmt: skip
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="NAME", help="Leave this metric out; may be repeated.  排除此指标，可重复。"),
]
Own = Annotated[
    bool, typer.Option("--own", help="Keep in what the class itself is made of.  不排除判定此类所用的指标。")
]


def apart(
    class_: Class = None,
    leavers: Leavers = False,
    days: Days = 90,
    without: Without = None,
    own: Own = False,
    as_of: AsOf = None,
    workspace: Workspace = Path(),
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Tell what sets a class, or those who stopped buying, apart.  说明某类客户或不再购买的客户有何不同。"""
    from custrata.cli import apart_commands as commands

    commands.apart(commands.Asked(class_, leavers, days, tuple(without or ()), own, as_of), workspace, run, as_json)


def register(app: typer.Typer, cls: Any) -> None:
    """Adds the command to the program."""
    app.command(cls=cls)(apart)
