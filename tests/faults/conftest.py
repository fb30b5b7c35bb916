"""Workspaces for all the tests of faults: each kind is made once, and every test has a copy of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fault_shops import Corner

from corner_shops import database
from servers import Server

Making = Callable[[Path, str | None], Corner]
Made = Callable[[Making], Corner]


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Making, Server | None], Corner]:
    """How a workspace is made, and the server that has its store → the one that was made so, which nobody may touch."""
    found: dict[tuple[Making, bool], Corner] = {}

    def seed(made: Making, server: Server | None = None) -> Corner:
        key = (made, server is not None)
        if key not in found:
            url = database(server.url("postgres")) if server else None
            found[key] = made(tmp_path_factory.mktemp("seed") / "shop", url)
        return found[key]

    return seed


@pytest.fixture
def a_copy(seeds: Made, tmp_path: Path) -> Made:
    """The same, as a copy."""
    return lambda made: seeds(made).copy(tmp_path / "shop")
