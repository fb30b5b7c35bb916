"""Workspaces for all the tests of faults: each kind is made once, and every test has a copy of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fault_shops import Corner

Made = Callable[[Callable[[Path], Corner]], Corner]


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """How a workspace is made → the one that was made so, which nobody may touch."""
    found: dict[Callable[[Path], Corner], Corner] = {}

    def seed(made: Callable[[Path], Corner]) -> Corner:
        if made not in found:
            found[made] = made(tmp_path_factory.mktemp("seed") / "shop")
        return found[made]

    return seed


@pytest.fixture
def a_copy(seeds: Made, tmp_path: Path) -> Made:
    """The same, as a copy."""
    return lambda made: seeds(made).copy(tmp_path / "shop")
