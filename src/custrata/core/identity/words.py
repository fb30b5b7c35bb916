"""The words of words.toml, ready to be looked up."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """The whole table; nobody may change it."""
    return tomllib.loads((files(__package__) / "words.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def nothing() -> frozenset[str]:
    """Values that stand for none."""
    return frozenset(words()["nothing"])


@lru_cache(maxsize=1)
def places() -> frozenset[str]:
    """Provinces and cities of China by their short names."""
    found = words()["places"]
    return frozenset(found) | {city for cities in found.values() for city in cities}


@lru_cache
def longest_first(area: str, name: str) -> tuple[str, ...]:
    """A list of words so that 有限公司 is tried before 公司."""
    return tuple(sorted(words()[area][name], key=lambda w: (-len(w), w)))
