"""The command that tells what a customer would buy next: recommend. Only Typer is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from custrata.cli.parameters import AsJson, ListFile, Run, Workspace

Customer = Annotated[str | None, typer.Argument(metavar="[CUSTOMER]", help="Customer id.  客户编号。")]
All = Annotated[bool, typer.Option("--all", help="Every customer, into a file.  为所有客户推荐，存为文件。")]
Product = Annotated[
    str | None,
    typer.Option(
        "--product", metavar="TEXT",
        help="What goes with this product, and what is like it (id or name).  与此商品相关、相似的商品（编号或名称）。",
    ),
]  # fmt: skip
New = Annotated[
    bool, typer.Option("--new", help="Only what the customer has not bought yet.  只推荐客户未买过的商品。")
]
Segment = Annotated[
    str | None,
    typer.Option(
        "--segment", metavar="NAME",
        help="Best sellers for newcomers by class of this segment.  新客户按此客群各类的畅销品推荐。",
    ),
]  # fmt: skip
HalfLife = Annotated[
    int,
    typer.Option(
        "--half-life", min=1, metavar="DAYS", help="Days after which a purchase weighs half.  权重减半的天数。"
    ),
]
Durable = Annotated[
    int,
    typer.Option(
        "--durable", min=1, metavar="DAYS",
        help="From so many days between purchases on, a product is not recommended anew before they have passed.  "
        "复购间隔达到此天数的为耐用品，间隔未满不再推荐。",
    ),
]  # fmt: skip
Most = Annotated[int, typer.Option("--most", min=1, max=50, metavar="N", help="How many for each.  每位推荐几种。")]


def recommend(
    customer: Customer = None,
    every: All = False,
    out: ListFile = None,
    product: Product = None,
    new: New = False,
    segment: Segment = None,
    half_life: HalfLife = 90,
    durable: Durable = 180,
    most: Most = 10,
    workspace: Workspace = Path(),
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Recommend products to a customer, or to all.  为一位或所有客户推荐商品。"""
    from custrata.cli import recommend_commands as commands

    asked = commands.Asked(customer, every, out, product, new, segment, half_life, durable, most)
    commands.recommend(asked, workspace, run, as_json)


def register(app: typer.Typer, cls: Any) -> None:
    """Adds the command to the program."""
    app.command(cls=cls)(recommend)
