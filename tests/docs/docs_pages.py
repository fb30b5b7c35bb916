"""What the tests of the documentation share: its files and the snippets in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
READMES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh.md"}
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def written() -> list[Path]:
    """Every page that somebody reads."""
    pages = [p for p in DOCS.rglob("*.md") if "_parts" not in p.parts]
    return sorted([*pages, *READMES.values(), ROOT / "examples" / "README.md"])


def snippets(language: str) -> Iterator[Any]:
    """Every fenced block of a language, with a name to find it by."""
    for page in written():
        for i, (kind, text) in enumerate(_FENCE.findall(page.read_text("utf-8"))):
            if kind == language:
                yield pytest.param(text, id=f"{page.relative_to(ROOT)}#{i}")
