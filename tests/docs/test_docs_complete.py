"""The documentation tells of every kind, option, column, error and command there is, in both languages alike."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

from custrata.cli.main import app
from custrata.core import sql
from custrata.core.facts.columns import CANONICAL
from custrata.core.metrics.base import REGISTRY as METRICS
from custrata.core.schedule.options import Keep, Schedule
from custrata.core.scheme.model import Head, Purchase
from custrata.core.scheme.sources import Interactions, Orders, ReturnRule, Returns, Source
from custrata.core.segments.base import REGISTRY as SEGMENTS
from custrata.locale import catalog

DOCS = Path(__file__).resolve().parents[2] / "docs"
LANGS = ("en", "zh")
KINDS = [("metrics", k, m) for k, m in METRICS.all().items()] + [("segments", k, m) for k, m in SEGMENTS.all().items()]
COMMANDS: Any = typer.main.get_command(app)


def page(lang: str, *names: str) -> str:
    file = DOCS / lang / Path(*names).with_suffix(".md")
    assert file.is_file(), f"{file} is missing: describe it, then python docs/generate.py"
    return file.read_text("utf-8")


def spellings(model: Any) -> set[str]:
    english = {info.alias or name for name, info in model.model_fields.items()}
    return english | set(model.chinese_keys())


def test_the_generated_pages_are_up_to_date(generator: ModuleType) -> None:
    stale = [str(p) for p in generator.outdated()]
    assert not stale, f"python docs/generate.py; out of date: {stale}"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("family", "kind", "model"), KINDS, ids=lambda v: v if isinstance(v, str) else "")
def test_every_kind_has_a_page_with_meaning_formula_example_source_and_every_option(
    lang: str, family: str, kind: str, model: Any
) -> None:
    text = page(lang, "reference", family, kind)
    for heading in {"en": ("Formula", "Options", "Example", "Source"), "zh": ("公式", "选项", "例子", "来源")}[lang]:
        assert f"\n## {heading}\n" in text
    unnamed = [s for s in spellings(model) | {kind, model.zh} if f"`{s}`" not in text]
    assert not unnamed, f"{kind}: not named: {unnamed}"
    assert f"({kind}.md)" in page(lang, "reference", family, "index")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("model", [Head, Purchase, Source, Orders, Returns, ReturnRule, Interactions, Schedule, Keep])
def test_every_option_of_a_scheme_is_named(lang: str, model: Any) -> None:
    text = page(lang, "reference", "scheme")
    assert not [s for s in spellings(model) if f"`{s}`" not in text]


@pytest.mark.parametrize("lang", LANGS)
def test_every_column_is_named(lang: str) -> None:
    text = page(lang, "reference", "scheme")
    columns = [c for found in CANONICAL.values() for c in found]
    assert not [c.name for c in columns if f"`{c.name}`" not in text or f"`{c.key}`" not in text]


@pytest.mark.parametrize("lang", LANGS)
def test_every_error_code_is_told(lang: str) -> None:
    text = page(lang, "reference", "errors")
    assert not [code for code in catalog("errors", lang) if f"`{code}`" not in text]  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", LANGS)
def test_every_command_and_its_options_are_told(lang: str) -> None:
    text = page(lang, "reference", "commands")
    for name, command in COMMANDS.commands.items():
        section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
        assert section, name
        flags = [o for p in command.params for o in p.opts if o.startswith("--")]
        assert not [o for o in flags if f"`{o}" not in section[1]], name
    assert not [o for p in COMMANDS.params for o in p.opts if o.startswith("--") and f"`{o}" not in text]


@pytest.mark.parametrize("lang", LANGS)
def test_every_function_of_sql_metrics_is_named(lang: str) -> None:
    text = page(lang, "guide", "sql")
    words = {re.split(r"[ (]", w)[0] for w in (*sql.AGGREGATES, *sql.SCALARS)} - {"…"}
    assert not [w for w in words if not re.search(rf"`{w}\b", text)]


def test_both_languages_have_the_same_pages() -> None:
    en, zh = ({p.relative_to(DOCS / lang) for p in (DOCS / lang).rglob("*.md")} for lang in LANGS)
    assert en == zh


def test_both_languages_have_the_same_headings() -> None:
    """Equal in rank: no chapter of a page in one language only."""
    for file in sorted((DOCS / "en").rglob("*.md")):
        other = DOCS / "zh" / file.relative_to(DOCS / "en")
        depths = [re.findall(r"^(#+) ", _without_code(f.read_text("utf-8")), re.MULTILINE) for f in (file, other)]
        assert depths[0] == depths[1], file


@pytest.mark.parametrize(("lang", "config"), [("en", "zensical.toml"), ("zh", "zensical.zh.toml")])
def test_every_page_is_in_the_navigation_and_no_font_is_fetched(lang: str, config: str) -> None:
    project = tomllib.loads((DOCS.parent / config).read_text("utf-8"))["project"]
    named = set(re.findall(r"'([^']+\.md)'", str(project["nav"])))
    assert named == {p.relative_to(DOCS / lang).as_posix() for p in (DOCS / lang).rglob("*.md")}
    assert project["theme"]["font"] is False


def _without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
