"""One classified company for all web tests; each test that changes it has a copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from web_shops import Shop, make, served


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("web") / "company")


@pytest.fixture(scope="module")
def shop(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The workspace of a test module."""
    with served(template, tmp_path_factory.mktemp("shop") / "company") as found:
        yield found


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Shop]:
    """A workspace in which nothing is yet."""
    (tmp_path / "nothing").mkdir()
    with served(tmp_path / "nothing", tmp_path / "门店") as found:
        yield found


@pytest.fixture
def own_shop(template: Path, tmp_path: Path) -> Iterator[Shop]:
    """A workspace of a test's own. Not beside `shop` in one test: a process serves one at a time."""
    with served(template, tmp_path / "company") as found:
        yield found
