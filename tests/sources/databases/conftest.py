"""An empty database on each of the servers for a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from database_shops import Shop

from servers import Server


def _shop(server: Server, folder: Path, name: str) -> Shop:
    database = "shop_" + "".join(c for c in name.lower() if c.isalnum())[-50:]
    server.create(database)
    return Shop(server, folder, database, {"CUSTRATA_DB_ERP": server.url(database)})


@pytest.fixture
def shop(server: Server, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """An empty database on each of the two servers in turn."""
    found = _shop(server, tmp_path, request.node.name)
    yield found
    server.run(f"DROP DATABASE {found.database}")


@pytest.fixture
def postgres_shop(postgres: Server, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shop]:
    found = _shop(postgres, tmp_path, request.node.name)
    yield found
    postgres.run(f"DROP DATABASE {found.database}")


@pytest.fixture
def mariadb_shop(mariadb: Server, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shop]:
    found = _shop(mariadb, tmp_path, request.node.name)
    yield found
    mariadb.run(f"DROP DATABASE {found.database}")
