"""The commands about levels: plan, apply, approve, reject, override, level, movement, runs, rollback. Only Typer is
imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from custrata.cli.parameters import AsJson, AsOf, CustomerId, Where, Who, Workspace

PlanId = Annotated[
    str | None,
    typer.Argument(
        metavar="[PLAN]", help="A plan by its id; default: the newest that waits.  变动方案编号，默认最新待定的。"
    ),
]
LadderName = Annotated[
    str | None,
    typer.Option("--ladder", metavar="NAME", help="Which ladder, where there are several.  有多个等级体系时指定其一。"),
]


def plan(
    scheme: Where = None,
    workspace: Workspace = Path(),
    as_of: AsOf = None,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="An .html or .xlsx file of the plan, or of the comparison; may be repeated.  "
            "变动方案或比较结果的 .html 或 .xlsx 文件，可重复。",
        ),
    ] = None,
    what_if: Annotated[
        Path | None,
        typer.Option(
            "--what-if",
            metavar="FILE",
            help="Compare with another scheme, customer by customer; nobody moves.  "
            "与另一分层方案逐客户比较，不变动客户。",
        ),
    ] = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Show who would rise and fall, before anybody moves.  先看谁将升级、降级，暂不变动。"""
    from custrata.cli import levels_commands as commands

    if what_if is not None:
        commands.what_if(scheme or workspace, as_of, what_if, out or [], as_json)
        return
    commands.plan(scheme or workspace, as_of, out or [], who, as_json)


def apply(plan: PlanId = None, workspace: Workspace = Path(), who: Who = None, as_json: AsJson = False) -> None:
    """Make exactly what a plan says everybody's level.  按变动方案生效，分毫不差。"""
    from custrata.cli import levels_commands as commands

    commands.apply(workspace, plan, who, as_json)


def approve(
    plan: PlanId = None,
    comment: Annotated[str, typer.Option("--comment", metavar="TEXT", help="What to add.  审批意见。")] = "",
    workspace: Workspace = Path(),
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Approve a plan that trips a brake.  批准超出闸门的变动方案。"""
    from custrata.cli import levels_commands as commands

    commands.decide(workspace, plan, True, comment, who, as_json)


def reject(
    plan: PlanId = None,
    comment: Annotated[str, typer.Option("--comment", metavar="TEXT", help="Why not.  不批准的理由。")] = "",
    workspace: Workspace = Path(),
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Reject a plan.  驳回变动方案。"""
    from custrata.cli import levels_commands as commands

    commands.decide(workspace, plan, False, comment, who, as_json)


def override(
    customer: Annotated[
        str | None, typer.Argument(metavar="[CUSTOMER]", help="Default: list what holds.  默认列出现行的人工调整。")
    ] = None,
    level: Annotated[str | None, typer.Argument(metavar="[LEVEL]", help="The level to give.  给予的等级。")] = None,
    floor: Annotated[
        bool, typer.Option("--floor", help="At least this level, not exactly it.  至少为此等级，而非固定为它。")
    ] = False,
    start: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day; default: today.  起始日，默认今天。")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Last day; default: for good.  截止日，默认长期。")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.  理由。")] = "",
    end: Annotated[
        int | None, typer.Option("--end", metavar="NUMBER", help="Take this one back.  撤销这一条。")
    ] = None,
    expiring: Annotated[
        int | None,
        typer.Option("--expiring", min=0, metavar="DAYS", help="List what ends so soon.  列出这些天内到期的。"),
    ] = None,
    ladder: LadderName = None,
    workspace: Workspace = Path(),
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Give a customer a level by hand, or list such levels.  人工调整客户等级，或列出人工调整。"""
    from custrata.cli import levels_commands as commands

    commands.override(workspace, customer, level, floor, start, until, reason, end, expiring, ladder, who, as_json)


def level(customer: CustomerId, workspace: Workspace = Path(), as_json: AsJson = False) -> None:
    """Tell a customer's level: why, what comes next, how it came.  说明客户的等级：原因、距下一级、经过。"""
    from custrata.cli import levels_commands as commands

    commands.level(workspace, customer, as_json)


def movement(
    start: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day; default: of the month.  起始日，默认月初。")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Last day; default: the latest.  截止日，默认最近一次。")
    ] = None,
    ladder: Annotated[
        str | None,
        typer.Option("--ladder", metavar="NAME", help="Only this ladder; default: all.  只看一个等级体系，默认全部。"),
    ] = None,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help=".xlsx, .html, .png or .svg; may be repeated.  .xlsx、.html、.png 或 .svg 文件，可重复。",
        ),
    ] = None,
    workspace: Workspace = Path(),
    as_json: AsJson = False,
) -> None:
    """Report how many customers each level had, won, lost and has.  等级变动表：期初、增减、期末。"""
    from custrata.cli import levels_commands as commands

    commands.movement(workspace, start, end, ladder, out or [], as_json)


def runs(workspace: Workspace = Path(), as_json: AsJson = False) -> None:
    """List the published runs.  列出已发布的批次。"""
    from custrata.cli import levels_commands as commands

    commands.runs(workspace, as_json)


def rollback(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run to go back to.  要恢复到的批次。")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.  理由。")] = "",
    workspace: Workspace = Path(),
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Make an earlier run current again, levels and all.  恢复到较早的批次，包括等级。"""
    from custrata.cli import levels_commands as commands

    commands.rollback(workspace, run, reason, who, as_json)


def register(app: typer.Typer, cls: Any) -> None:
    """Adds the commands to the program."""
    for command in (plan, apply, approve, reject, override, level, movement, runs, rollback):
        app.command(cls=cls)(command)
