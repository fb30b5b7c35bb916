"""The commands about who is who: duplicates, merge, split, resolve. Only Typer is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from custrata.cli.parameters import AsJson, Where, Who, Workspace

Reason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why; it stays in the ledger.  理由，将写入合并记录。")
]


def duplicates(
    scheme: Where = None,
    workspace: Workspace = Path(),
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Write the doubtful pairs for review, .xlsx or .csv.  把待核对的客户对存为 .xlsx 或 .csv。",
        ),
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option("--decisions", metavar="FILE", help="Record what was filled in there.  登记该文件中填写的决定。"),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Record the merges by rule.  登记按规则的合并。")] = False,
    limit: Annotated[
        int,
        typer.Option("--limit", min=0, metavar="N", help="Show so many of each.  每类显示几条。"),
    ] = 20,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Find customers that are entered twice.  查找重复的客户。"""
    from custrata.cli import identity_commands as commands

    commands.duplicates(scheme or workspace, out, decisions, apply, limit, who, as_json)


def merge(
    customers: Annotated[
        list[str], typer.Argument(metavar="CUSTOMER...", help="Two or more customer ids.  两个或更多客户编号。")
    ],
    reason: Reason = "",
    keep: Annotated[
        str | None,
        typer.Option(
            "--keep",
            metavar="CUSTOMER",
            help="The id that stays; default: by the scheme's rule.  保留的编号，默认按方案规则。",
        ),
    ] = None,
    who: Who = None,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> None:
    """Make customers one.  把几位客户合并为一位。"""
    from custrata.cli import identity_commands as commands

    commands.merge(workspace, customers, reason, keep, who, as_json)


def split(
    customer: Annotated[
        str | None,
        typer.Argument(
            metavar="[CUSTOMER]", help="The id that is to stand for itself again.  要恢复为独立客户的编号。"
        ),
    ] = None,
    undo: Annotated[
        int | None,
        typer.Option(
            "--undo", metavar="NUMBER", help="Undo this entry of the ledger instead.  改为撤销合并记录中的这一条。"
        ),
    ] = None,
    reason: Reason = "",
    who: Who = None,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> None:
    """Take a customer out of a merge, or undo a decision.  把客户从合并中拆出，或撤销一项决定。"""
    from custrata.cli import identity_commands as commands

    commands.split(workspace, customer, undo, reason, who, as_json)


def resolve(
    customer: Annotated[
        str, typer.Argument(metavar="CUSTOMER", help="Customer id, merged or not.  客户编号，合并与否均可。")
    ],
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="MOMENT", help="As it was then: a date, or a date and time.  当时的归属：日期或时间。"
        ),
    ] = None,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> None:
    """Tell which customer an id stands for, and by whose decision.  查询编号归入哪位客户，以及依据。"""
    from custrata.cli import identity_commands as commands

    commands.resolve(workspace, customer, at, as_json)


def register(app: typer.Typer, command: Any) -> None:
    """Adds the commands to the program; `command` is the class that prints their help."""
    for function in (duplicates, merge, split, resolve):
        app.command(cls=command)(function)
