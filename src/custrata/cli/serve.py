"""`custrata serve`: the web application over a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Where = Annotated[
    Path, typer.Argument(metavar="WORKSPACE", help="Folder of the workspace; it may be empty.  工作区文件夹，可为空。")
]
Host = Annotated[
    str, typer.Option(metavar="HOST", help="Address to serve on; 0.0.0.0 is all.  服务地址；0.0.0.0 为全部。")
]
Port = Annotated[int, typer.Option(metavar="PORT", min=1, max=65535, help="Port.  端口。")]
Names = Annotated[
    list[str] | None,
    typer.Option("--name", metavar="NAME", help="A name browsers may call this server by.  浏览器可用的域名。"),
]
Certificate = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Certificate (PEM) to speak HTTPS with.  HTTPS 证书（PEM）。")
]
Key = Annotated[Path | None, typer.Option(metavar="FILE", help="Its private key (PEM).  证书私钥（PEM）。")]
Behind = Annotated[
    bool, typer.Option("--behind-https", help="A proxy in front speaks HTTPS.  前置代理使用 HTTPS。")
]
Quiet = Annotated[bool, typer.Option("--no-open", help="Do not open the browser.  不打开浏览器。")]


def serve(
    workspace: Where = Path(),
    host: Host = "127.0.0.1",
    port: Port = 8400,
    name: Names = None,
    certificate: Certificate = None,
    key: Key = None,
    behind_https: Behind = False,
    no_open: Quiet = False,
) -> None:
    """Open a workspace in the browser.  在浏览器中打开工作区。"""
    from custrata.cli import serve_commands

    serve_commands.serve(workspace, host, port, tuple(name or ()), certificate, key, behind_https, not no_open)
