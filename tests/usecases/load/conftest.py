"""A PostgreSQL and a MariaDB for the session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servers import Server, running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    yield from running("postgresql")


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Server]:
    yield from running("mariadb")


@pytest.fixture(params=["postgres", "mariadb"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the two in turn."""
    found: Server = request.getfixturevalue(request.param)
    return found
