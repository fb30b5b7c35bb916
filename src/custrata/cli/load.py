"""The command that brings the facts up to date: load. Only Typer is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from custrata.cli.parameters import Anew, AsJson, Where, Workspace


def load(
    scheme: Where = None,
    workspace: Workspace = Path(),
    anew: Anew = False,
    as_json: AsJson = False,
) -> None:
    """Take in what is new or changed in the sources.  载入数据源中新增或改动的部分。"""
    from custrata.cli import load_commands as commands

    commands.load(scheme or workspace, anew, as_json)


def register(app: typer.Typer, cls: Any) -> None:
    """Adds the command to the program."""
    app.command(cls=cls)(load)
