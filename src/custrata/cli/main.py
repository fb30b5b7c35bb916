"""The command line: one command a use case. Only Typer is imported here; the heavy libraries wait for the work."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from custrata.cli import apart as apart_
from custrata.cli import audit as audit_
from custrata.cli import backtest as backtest_
from custrata.cli import baskets as baskets_
from custrata.cli import drift as drift_
from custrata.cli import identity, workspace_care
from custrata.cli import init as init_
from custrata.cli import levels as levels_
from custrata.cli import load as load_
from custrata.cli import quarantine as quarantine_
from custrata.cli import recommend as recommend_
from custrata.cli import serve as serve_
from custrata.cli.help import Command, Group
from custrata.cli.parameters import (
    Anew,
    AnySegment,
    AsJson,
    AsOf,
    Classes,
    CustomerId,
    Data,
    ListFile,
    ListSegment,
    OneSegment,
    Picture,
    ReportFiles,
    Run,
    Where,
    Workspace,
)

app = typer.Typer(
    name="custrata",
    cls=Group,
    help="Customer segmentation from the sales records a company already has.  客户分层：从已有的销售记录开始。",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # its help alone would take longer to import than all the rest
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _speak(lang: str | None) -> str | None:
    """Before anything else, so that help and usage errors are in that language too."""
    if lang is not None:
        os.environ["CUSTRATA_LANG"] = lang
    return lang


@app.callback(invoke_without_command=True)
def _global(
    context: typer.Context,
    lang: Annotated[  # noqa: ARG001 - heard by then
        str | None,
        typer.Option(
            "--lang",
            metavar="zh|en",
            is_eager=True,
            callback=_speak,
            help="Language of the output; default: the system's.  输出语言，默认随系统。",
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.  显示错误追踪。")] = False,
    version: Annotated[bool, typer.Option("--version", help="Show the version.  显示版本。")] = False,
) -> None:
    if version:
        from custrata import __version__

        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
    if debug:
        os.environ["CUSTRATA_DEBUG"] = "1"


@app.command(cls=Command)
def check(
    scheme: Where = None,
    workspace: Workspace = Path(),
    data: Data = False,
    as_json: AsJson = False,
) -> None:
    """Check a scheme: every mistake with its line and how to mend it.  检查方案：逐条指出错误的位置与改法。"""
    from custrata.cli import commands

    commands.check(scheme or workspace, data, as_json)


@app.command(cls=Command)
def run(
    scheme: Where = None,
    workspace: Workspace = Path(),
    as_of: AsOf = None,
    anew: Anew = False,
    as_json: AsJson = False,
) -> None:
    """Read the data, classify every customer, publish the result.  读取数据、分类并发布。"""
    from custrata.cli import commands

    commands.run(scheme or workspace, as_of, as_json, anew=anew)


@app.command(cls=Command)
def summary(
    segment: AnySegment = None,
    workspace: Workspace = Path(),
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Print the share table of a segment.  显示客群的份额表。"""
    from custrata.cli import commands

    commands.summary(segment, workspace, run, as_json)


@app.command(cls=Command)
def export(
    segment: ListSegment = None,
    classes: Classes = None,
    out: ListFile = None,
    workspace: Workspace = Path(),
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Write the customers as a list for Excel.  把客户名单存为 Excel 等文件。"""
    from custrata.cli import commands

    commands.export(segment, classes, out, workspace, run, as_json)


@app.command(cls=Command)
def explain(
    customer: CustomerId,
    workspace: Workspace = Path(),
    run: Run = None,
    as_json: AsJson = False,
) -> None:
    """Tell why a customer is in each class.  说明一位客户为何属于各类。"""
    from custrata.cli import commands

    commands.explain(customer, workspace, run, as_json)


@app.command(cls=Command)
def report(
    out: ReportFiles = None,
    workspace: Workspace = Path(),
    run: Run = None,
) -> None:
    """Write the report as HTML and XLSX.  生成 HTML 与 XLSX 报告。"""
    from custrata.cli import commands

    commands.report(out, workspace, run)


@app.command(cls=Command)
def chart(
    segment: OneSegment,
    out: Picture,
    workspace: Workspace = Path(),
    run: Run = None,
) -> None:
    """Write the chart of a segment as a picture.  把客群的图表存为图片。"""
    from custrata.cli import commands

    commands.chart(segment, out, workspace, run)


@app.command(cls=Command)
def generate(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder.  新文件夹。")],
    customers: Annotated[int, typer.Option(help="Number of customers.  客户数。")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same company.  随机种子，相同则公司相同。")] = 1,
    start: Annotated[str, typer.Option(metavar="DATE", help="First day of sales.  销售起始日。")] = "2023-01-01",
    end: Annotated[str, typer.Option(metavar="DATE", help="Last day of sales.  销售截止日。")] = "2024-12-31",
    format: Annotated[str, typer.Option(help="csv, xlsx or parquet.  文件格式：csv、xlsx 或 parquet。")] = "csv",
    encoding: Annotated[str, typer.Option(help="gbk or utf-8-sig, for csv.  CSV 的编码：gbk 或 utf-8-sig。")] = "gbk",
) -> None:
    """Make a synthetic Chinese trading company to try things on.  生成一家虚构的进销存公司。"""
    from custrata.cli import commands

    commands.generate(folder, customers, seed, start, end, format, encoding)


@app.command(cls=Command)
def schema() -> None:
    """Print the JSON Schema of scheme files, for editors.  输出方案文件的 JSON Schema，供编辑器使用。"""
    from custrata.cli import commands

    commands.schema()


@app.command(cls=Command)
def demo(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to put it.  存放的文件夹。")] = Path("demo"),
) -> None:
    """Classify the customers of a real retailer.  对一家真实零售商的客户分类。"""
    from custrata.cli import commands

    commands.demo(folder)


audit_.register(app, Command)
backtest_.register(app, Command)
drift_.register(app, Command)
baskets_.register(app, Command)
apart_.register(app, Command)
identity.register(app, Command)
init_.register(app, Command)
load_.register(app, Command)
quarantine_.register(app, Command)
recommend_.register(app, Command)
levels_.register(app, Command)
workspace_care.register(app, Command)
app.command(cls=Command)(serve_.serve)


def main(argv: list[str] | None = None) -> None:
    """The program. Ends with 0, with 1 for problems that were told, with 2 for wrong usage."""
    # A command ends before its garbage is worth a search: at Python's usual threshold a tenth of a run goes into it.
    gc.set_threshold(100_000)
    arguments = _hoisted(list(sys.argv[1:] if argv is None else argv))
    try:
        status = app(args=arguments, prog_name="custrata", standalone_mode=False)
    except Exception as error:
        from custrata.cli.failure import tell

        raise SystemExit(tell(error)) from None
    raise SystemExit(status if isinstance(status, int) else 0)


def _hoisted(arguments: list[str]) -> list[str]:
    """`--lang` and `--debug` are understood anywhere: they are moved to the front, where Typer wants them."""
    front: list[str] = []
    rest: list[str] = []
    i = 0
    while i < len(arguments):
        word = arguments[i]
        if word == "--":
            rest += arguments[i:]
            break
        if word == "--debug" or word.startswith("--lang="):
            front.append(word)
        elif word == "--lang" and i + 1 < len(arguments):
            front += arguments[i : i + 2]
            i += 1
        else:
            rest.append(word)
        i += 1
    return front + rest


if __name__ == "__main__":
    main()
