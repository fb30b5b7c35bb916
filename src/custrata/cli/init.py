"""The command that makes a scheme from files: init. Only Typer is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from custrata.cli.parameters import AsJson


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where the scheme is to stand.  方案所在的文件夹。")
    ],
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Exports of sales, and of returns, customers, products, complaints, visits if there are any.  "
            "销售导出文件；如有退货、客户、商品、投诉、拜访等导出，一并列出。",
        ),
    ],
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing, take the best guess.  不询问，采用最可能的推测。")
    ] = False,
    no_run: Annotated[bool, typer.Option("--no-run", help="Only write the scheme.  只写方案，不运行。")] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Replace the scheme that stands there.  替换已有的方案。"),
    ] = False,
    header: Annotated[
        list[str] | None,
        typer.Option(metavar="[FILE=]ROW", help="Row of the headers, for one file or all.  表头所在行（可指定文件）。"),
    ] = None,
    encoding: Annotated[
        list[str] | None,
        typer.Option(metavar="[FILE=]NAME", help="Encoding of text, such as big5.  文本编码。"),
    ] = None,
    delimiter: Annotated[
        list[str] | None,
        typer.Option(metavar="[FILE=]SIGN", help="comma, semicolon, tab or pipe.  列分隔符。"),
    ] = None,
    sheet: Annotated[
        list[str] | None,
        typer.Option(metavar="[FILE=]NAME", help="The only sheet to read.  只读这张工作表。"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a scheme from exports, without writing YAML.  由导出文件生成方案，不必自己编写。"""
    from custrata.cli import init_commands as commands

    reading = {"header": header or (), "encoding": encoding or (), "delimiter": delimiter or (), "sheet": sheet or ()}
    commands.init(folder, files, reading, yes=yes, no_run=no_run, force=force, as_json=as_json)


def register(app: typer.Typer, cls: Any) -> None:
    """Adds the command to the program."""
    app.command(cls=cls)(init)
