"""Starts the web application and says where it is."""

from __future__ import annotations

import sys
import threading
import webbrowser
from pathlib import Path

import typer

from custrata.cli.failure import language
from custrata.core.errors import CustrataError, Problem
from custrata.locale import text


def serve(
    workspace: Path, host: str, port: int, names: tuple[str, ...], certificate: Path | None, key: Path | None,
    behind_https: bool, open_: bool,
) -> None:  # fmt: skip
    """Serves until it is stopped."""
    try:
        from custrata.web.serve import Place
        from custrata.web.serve import serve as start
    except ImportError as error:
        raise CustrataError(Problem("E-WEB-006", "", {"module": error.name or "custrata[web]"})) from None
    place = Place(host, port, names, certificate, key, behind_https)
    lang = language()

    def told(address: str, state: str) -> None:
        typer.echo(text(f"cli.serve_{state}", lang, address=address))
        sys.stdout.flush()
        if open_ and sys.stdout.isatty():
            threading.Timer(1.5, webbrowser.open, [address]).start()

    start(workspace, place, told)
