"""Every sentence that a person reads, in Chinese and in English, one TOML file an area and language."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")
_FOLDERS: dict[Lang, str] = {"zh": "zh_Hans", "en": "en"}


@lru_cache
def catalog(area: str, lang: Lang) -> dict[str, Any]:
    """All texts of one area (`errors`, `report`, `cli` …) in one language."""
    return tomllib.loads((files(__name__) / _FOLDERS[lang] / f"{area}.toml").read_text("utf-8"))


def text(key: str, lang: Lang, /, **values: Any) -> str:
    """The sentence behind `area.name`, with `{placeholders}` filled from `values`.

    A key that no catalogue holds raises `KeyError`: a missing translation is a fault of ours, and tests find it.

    >>> text("cli.customers", "zh", n=3)
    '3 位客户'
    """
    area, _, name = key.partition(".")
    entry: Any = catalog(area, lang)
    for part in name.split("."):
        entry = entry[part]
    return str(entry).format(**values) if values else str(entry)


def counted(key: str, n: int, lang: Lang, /, **values: Any) -> str:
    """The sentence for a number of things: that of `area.name_one` for one of them.

    >>> counted("cli.customers", 1, "en"), counted("cli.customers", 1200, "en")
    ('1 customer', '1,200 customers')
    """
    return text(f"{key}_one" if n == 1 else key, lang, n=f"{n:,}", **values)


def source_title(name: str, lang: Lang, area: str = "cli.source_") -> str:
    """What a source is called; of one of several sources of interactions with its own name.

    >>> source_title("orders", "zh"), source_title("interactions.complaint", "en")
    ('销售', 'interactions (complaint)')
    """
    base, _, part = name.partition(".")
    title = text(f"{area}{base}", lang)
    if not part:
        return title
    return f"{title}（{part}）" if lang == "zh" else f"{title} ({part})"
