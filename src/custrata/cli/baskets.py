"""The command that tells what is bought together: baskets. Only Typer is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from custrata.cli.parameters import AsJson, Run, Workspace

By = Annotated[
    str,
    typer.Option(
        "--by", metavar="WHAT", help="product, category or brand.  按 product 商品、category 类别或 brand 品牌。"
    ),
]
Segment = Annotated[
    str | None, typer.Option("--segment", metavar="NAME", help="Class by class of this segment.  按此客群逐类分析。")
]
Class = Annotated[str | None, typer.Option("--class", metavar="NAME", help="Only this class.  只看此类客户。")]
Least = Annotated[
    int | None,
    typer.Option(
        "--least", min=1, metavar="N",
        help="Fewest orders that have a pair; default: one order in 2,000, at least 5.  "
        "同时含两者的最少订单数；默认为订单数的两千分之一，至少 5 单。",
    ),
]  # fmt: skip
Within = Annotated[
    int,
    typer.Option(
        "--within", min=1, max=3650, metavar="DAYS", help="Days in which B follows A.  先买 A、在几天内再买 B。"
    ),
]
Most = Annotated[int, typer.Option("--most", min=1, metavar="N", help="Lines of each table.  每张表的行数。")]


def baskets(
    workspace: Workspace = Path(),
    by: By = "product",
    segment: Segment = None,
    class_: Class = None,
    least: Least = None,
    within: Within = 90,
    most: Most = 15,
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Tell what customers buy together, and what they buy after it.  分析哪些商品常一起购买、之后又买什么。"""
    from custrata.cli import baskets_commands as commands

    commands.baskets(workspace, by, segment, class_, least, within, most, run, as_json)


def register(app: typer.Typer, cls: Any) -> None:
    """Adds the command to the program."""
    app.command(cls=cls)(baskets)
