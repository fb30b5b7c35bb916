"""An ERP's database that a test can read, on the server that the ERP wants."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from erp_shops import Erp

from servers import Server

#: What runs in Tryton's own environment.
collect_ignore = ["tryton"]


@pytest.fixture(scope="session")
def untouched() -> dict[tuple[str, str], str]:
    """(preset, statements) → the database that they made, as long as no test has changed it."""
    return {}


@pytest.fixture
def erp(
    request: pytest.FixtureRequest, tmp_path: Path, untouched: dict[tuple[str, str], str]
) -> Callable[[str, str], Erp]:
    """Makes a database out of statements, `erp("odoo", sql)`, or takes the one that they made for another test."""

    def make(preset: str, sql: str) -> Erp:
        server: Server = request.getfixturevalue("mariadb" if preset in ("erpnext", "jsherp") else "postgres")
        if (preset, sql) not in untouched:
            # The numbers of databases that were changed are never used again: nobody reads those.
            untouched[preset, sql] = f"{preset}_{next(_NUMBERS)}"
            server.create(untouched[preset, sql], sql)
        return Erp(server, untouched[preset, sql], preset, tmp_path, lambda: untouched.pop((preset, sql), None))

    return make


_NUMBERS = iter(range(1_000_000))
