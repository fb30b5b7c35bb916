"""What the documentation shows works: schemes parse, Python runs, links lead somewhere."""

from __future__ import annotations

import re
import sys
from io import StringIO
from pathlib import Path
from urllib.parse import unquote

import pytest
from docs_pages import DOCS, ROOT, snippets, written
from ruamel.yaml import YAML

from custrata.core.scheme.model import Head, Scheme

_HEAD = {info.alias or name for name, info in Head.model_fields.items()} | set(Head.chinese_keys())
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("text", list(snippets("yaml")))
def test_every_scheme_shown_parses(text: str) -> None:
    """A whole scheme as it stands; a part of one under a name."""
    keys = set(YAML(typ="safe").load(StringIO(text)))
    assert keys <= _HEAD, "a yaml block is a scheme or a part of one"
    Scheme.parse(text if keys & {"scheme", "方案"} else f"scheme: Part\n{text}")


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda p: p.name)
def test_every_example_parses_and_tells_about_itself(path: Path) -> None:
    scheme = Scheme.load(path)
    assert path.read_text("utf-8").startswith("# ")
    assert scheme.segments and scheme.sources.orders.file
    assert scheme.lang == ("zh" if re.search(r"[\u4e00-\u9fff]", path.name) else "en")
    assert path.name in (ROOT / "examples" / "README.md").read_text("utf-8")


@pytest.mark.parametrize("text", list(snippets("python")))
def test_every_python_example_runs(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(text, "<example>", "exec"), {"__name__": "example"})


@pytest.mark.parametrize("path", written(), ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_to_a_file(path: Path) -> None:
    text = _CODE.sub("", path.read_text("utf-8"))
    broken = [
        link for link in _LINK.findall(text)
        if not link.startswith(("http:", "https:", "#")) and not (path.parent / unquote(link.split("#")[0])).exists()
    ]  # fmt: skip
    assert not broken


@pytest.mark.parametrize("path", written(), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_page_leads_elsewhere_for_what_a_reader_needs(path: Path) -> None:
    """Nothing that a page shows is fetched from another host."""
    text = path.read_text("utf-8")
    assert not re.search(r"!\[[^\]]*\]\(https?:|<script|<img|<link", text)


def test_pictures_are_small() -> None:
    sizes = {p.name: p.stat().st_size for p in (DOCS / "images").iterdir()}
    assert sizes and all(size < 300_000 for size in sizes.values()), sizes


def test_the_generator_says_what_is_out_of_date() -> None:
    import subprocess

    done = subprocess.run(
        [sys.executable, str(DOCS / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
