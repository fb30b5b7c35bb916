"""What every command needs: the moment, the workspace, the language, a day, JSON for programs."""

from __future__ import annotations

import getpass
import json
import os
import sys
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custrata.cli.at import with_workspace_in
from custrata.cli.failure import language, told_language
from custrata.core.errors import CustrataError, Problem
from custrata.locale import Lang
from custrata.usecases.workspace import Workspace

if TYPE_CHECKING:
    from custrata.usecases.store import Store


def clock() -> datetime:
    """The moment, as use cases ask for it."""
    return datetime.now(UTC)


def open_store(folder: Path) -> Store:
    """The store of a workspace; on a server where the environment names one."""
    from custrata.store import VARIABLE
    from custrata.store import open_store as opened

    return opened(os.environ.get(VARIABLE), folder)


def workspace_at(path: Path) -> Workspace:
    """The workspace of a scheme file or folder. Raises E-SCHEME-021 where there is none."""
    if not path.exists():
        raise CustrataError(Problem("E-SCHEME-021", str(path), {}))
    return Workspace.at(path)


def language_of(path: Path) -> Lang:
    """The user's language; where neither he nor his system says one, that of the scheme, from here on."""
    if told_language() is None and path.exists():
        with suppress(CustrataError):  # it is told where it matters
            os.environ["CUSTRATA_LANG"] = Workspace.at(path).scheme().lang
    return language()


def own_name() -> str:
    """How the user calls this program."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "custrata" and called.parent != Path() and "/" in sys.argv[0] else "custrata"


def user(name: str | None = None) -> str:
    """Who does it: as he says, else as this computer calls him; where it knows nobody (in a container, say), its
    system."""
    try:
        return name or getpass.getuser()
    except (OSError, KeyError, ImportError):
        return sys.platform


def day_of(value: str | None) -> date | None:
    """A date as an option writes it. Raises E-CLI-001."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise CustrataError(Problem("E-CLI-001", "", {"value": value})) from None


def plain(value: Any) -> Any:
    """Python values as JSON has them: decimals as numbers, dates as text."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def print_json(value: Any) -> None:
    """An answer for programs, readable for people too."""
    sys.stdout.write(json.dumps(with_workspace_in(value), ensure_ascii=False, indent=2) + "\n")
