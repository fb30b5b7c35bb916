"""The generator of the reference pages, which is no part of the package."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType

import pytest
from docs_pages import DOCS


@pytest.fixture(scope="session")
def generator() -> ModuleType:
    # As a script it finds its parts beside it.
    sys.path.insert(0, str(DOCS))
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def checks_page(generator: ModuleType) -> Callable[[str], str]:
    """The page of the audit's checks in one language."""
    made: Callable[[str], str] = importlib.import_module("_make.told").checks_page
    return made
