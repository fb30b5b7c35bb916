"""The documentation tells of every check of the audit, of every key of its JSON, in both languages alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from custrata.core.audit.finding import PARTS, Effect, Example
from custrata.core.audit.model import ColumnProfile, MonthSum
from custrata.core.audit.running import checks
from custrata.core.audit.score import CAPS, WEIGHTS
from custrata.locale import LANGS, Lang, catalog

PageOf = Callable[[str], str]
DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("lang", LANGS)
def test_every_check_is_described_with_meaning_formula_and_source(lang: Lang, checks_page: PageOf) -> None:
    text = checks_page(lang)
    for check in checks():
        words = check.words(lang)
        assert f"### {words['title']} `{check.code}`" in text
        assert f"`{check.kind}`" in text
        assert f"`{check.zh}`" in text
        for key in ("meaning", "formula", "basis", "mend"):
            assert words[key].replace("<", "&lt;") in text, (check.code, key)


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_has_every_part_with_its_weight_and_the_limits_of_the_score(lang: Lang, checks_page: PageOf) -> None:
    text = checks_page(lang)
    for part in PARTS:
        assert f"## {catalog('audit', lang)['part'][part]}" in text
        assert f"| {WEIGHTS[part]:.0%} |" in text
    assert str(CAPS["warning"]) in text
    assert str(CAPS["serious"]) in text


@pytest.mark.parametrize("lang", LANGS)
def test_every_key_of_the_json_is_named(lang: Lang, checks_page: PageOf) -> None:
    text = checks_page(lang)
    named = [f.name for kind in (Example, Effect, ColumnProfile, MonthSum) for f in fields(kind)]
    assert not [name for name in (*named, "score", "cap", "parts", "findings", "filled") if f"`{name}`" not in text]


@pytest.mark.parametrize("lang", LANGS)
def test_the_hand_written_parts_are_there(lang: Lang) -> None:
    assert (DOCS / "_parts" / lang / "checks.md").is_file()
    assert (DOCS / "_parts" / lang / "commands" / "audit.md").is_file()
