"""Puts this folder on the path, so that every test can ask `shops` for a company and `naive` for the plain answer.

A PostgreSQL and a MariaDB are started when the first test asks for one, and serve all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

from custrata.web import setup
from servers import Server, running

# Before a test of the store sets Django up for the store alone.
setup()

#: Every conftest is a module of the same name, which doctests cannot tell apart; there are none in them.
collect_ignore_glob = ["conftest.py", "*/conftest.py"]

#: The same companies every time; HYPOTHESIS_EXAMPLES=500 looks for new ones, and makes what fails as small as it can.
_EXAMPLES = os.environ.get("HYPOTHESIS_EXAMPLES")
settings.register_profile(
    "custrata", max_examples=int(_EXAMPLES or 12), deadline=None, derandomize=_EXAMPLES is None, database=None,
    phases=tuple(p for p in Phase if _EXAMPLES or p not in (Phase.shrink, Phase.explain)),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
settings.load_profile("custrata")


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
