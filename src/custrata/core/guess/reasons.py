"""Why something was guessed, as a sentence in either language. The sentences stand in locale/*/guess.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from custrata.core.facts.columns import CANONICAL
from custrata.locale import Lang, catalog, text


@dataclass(frozen=True)
class Concerning:
    """A name inside a reason that each language calls differently: a concept, a canonical column, a kind of table."""

    area: str
    name: str

    def text(self, lang: Lang) -> str:
        if self.area == "column":
            kind, _, column = self.name.rpartition(".")
            found = next(c for c in CANONICAL[kind] if c.name == column)
            return found.key if lang == "zh" else found.name
        return str(catalog("guess", lang)[self.area].get(self.name, self.name))


@dataclass(frozen=True)
class Reason:
    """A sentence of guess.toml and what fills it; shares are given as 0..1 and shown in percent.

    >>> Reason("values_days", {"share": 0.97}).text("en")
    '97% of the values are dates'
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, lang: Lang) -> str:
        shown = {key: _shown(value, lang) for key, value in self.values.items()}
        return text(f"guess.reasons.{self.code}", lang, **shown)


@dataclass(frozen=True)
class Evidence:
    """A reason and its weight: log-odds, for if positive, against if negative."""

    weight: float
    reason: Reason


def _shown(value: Any, lang: Lang) -> Any:
    if isinstance(value, Concerning):
        return value.text(lang)
    if isinstance(value, float):
        # 99.6% is not all of them.
        return f"{min(99, round(value * 100)) if value < 1 else 100}%"
    if isinstance(value, list | tuple):
        return ("、" if lang == "zh" else ", ").join(str(_shown(v, lang)) for v in value)
    return value
