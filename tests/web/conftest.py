"""One classified company for all web tests; each test that changes it has a copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from web_browser import ARGS, CHROMIUM
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, beside which Django would not talk to a database.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield found
        found.close()
