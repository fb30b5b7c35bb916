"""The generator of the reference pages, which is no part of the package."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest
from docs_pages import DOCS


@pytest.fixture(scope="session")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
