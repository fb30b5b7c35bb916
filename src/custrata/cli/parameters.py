"""Arguments and options of the commands, with their meaning in both languages (`English.  中文。`)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Where = Annotated[
    Path | None,
    typer.Argument(
        metavar="[SCHEME]",
        help="Scheme file, or the folder it lies in; default: here.  方案文件或其所在文件夹，默认当前。",
    ),
]
Workspace = Annotated[
    Path, typer.Option("--workspace", "-w", help="Folder of the scheme; default: here.  工作区文件夹，默认当前。")
]
Run = Annotated[str | None, typer.Option("--run", help="An older run by its id.  指定较早的批次。")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.  以 JSON 输出。")]
Anew = Annotated[
    bool,
    typer.Option("--anew", help="Forget what was loaded before, read everything.  忘记以前的载入，全部重读。"),
]
Data = Annotated[
    bool,
    typer.Option(
        "--data",
        help="Open the files too: are the headers there, can the values be read?  "
        "同时检查数据文件：表头是否齐全，数值能否读取。",
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="As-of date; default: the scheme's.  基准日，默认按方案。"),
]
AnySegment = Annotated[str | None, typer.Argument(metavar="[SEGMENT]", help="Default: all.  默认全部。")]
ListSegment = Annotated[
    str | None,
    typer.Argument(
        metavar="[SEGMENT]",
        help="Class by class of this segment; default: all customers.  按此客群逐类列出，默认全部客户。",
    ),
]
OneSegment = Annotated[str, typer.Argument(metavar="SEGMENT", help="Name of a segment.  客群名称。")]
Classes = Annotated[
    list[str] | None,
    typer.Option("--class", metavar="NAME", help="Only this class; may be repeated.  只列此类，可重复。"),
]
ListFile = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        help=".xlsx, .csv or .parquet, by the ending.  .xlsx、.csv 或 .parquet，按扩展名。",
    ),
]
ReportFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        help="report.html or report.xlsx; may be repeated.  .html 或 .xlsx 文件，可重复。",
    ),
]
PageFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        help="Write it as .html, .xlsx or .json; may be repeated.  存为 .html、.xlsx 或 .json，可重复。",
    ),
]
Picture = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help=".png, .svg, .html or .json, by the ending.  .png、.svg、.html 或 .json，按扩展名。"
    ),
]
Who = Annotated[
    str | None,
    typer.Option(
        "--who", metavar="NAME", help="Who does it; default: the user of this computer.  操作人，默认为本机用户名。"
    ),
]
CustomerId = Annotated[str, typer.Argument(metavar="CUSTOMER", help="Customer id.  客户编号。")]
