"""An empty place for a store, on SQLite and on a real PostgreSQL in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_places import Place

from servers import Server

DATABASE = "custrata_store"


@pytest.fixture(scope="session")
def store_server(postgres: Server) -> Server:
    """The server with a database for stores, which lie in schemas of their own."""
    postgres.create(DATABASE)
    return postgres


def _on_postgres(server: Server, folder: Path, schema: str = "one") -> Place:
    server.run(f"DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema};", DATABASE)
    return Place("postgresql", folder, server.url(DATABASE) + f"?options=-csearch_path%3D{schema}")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Each of the two in turn."""
    if request.param == "sqlite":
        found = Place("sqlite", tmp_path)
    else:
        found = _on_postgres(request.getfixturevalue("store_server"), tmp_path)
    yield found
    found.close()


@pytest.fixture
def file_place(tmp_path: Path) -> Iterator[Place]:
    found = Place("sqlite", tmp_path)
    yield found
    found.close()


@pytest.fixture
def server_place(store_server: Server, tmp_path: Path) -> Iterator[Place]:
    found = _on_postgres(store_server, tmp_path)
    yield found
    found.close()
