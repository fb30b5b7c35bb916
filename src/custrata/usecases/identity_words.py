"""Why two customers may be one, in words: what agrees, what is alike, what differs, what nobody told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custrata.core.identity.levels import BY_FIELD, COMPARISONS, UNKNOWN
from custrata.locale import Lang, text
from custrata.usecases.identity import Doubt


def evidence(doubt: Doubt, lang: Lang) -> list[str]:
    """One phrase a field on which the two say something, the strongest agreement first, then what speaks against them.

    `phone: the same`, `name: sounds the same`, `against: different tax numbers`.
    """
    said = []
    for comparison in COMPARISONS:
        number = doubt.levels[comparison.field]
        if number == UNKNOWN:
            continue
        level = BY_FIELD[comparison.field].level(number)
        assert level is not None
        name = text(f"identity.field.{comparison.field}", lang)
        said.append(
            (-number, text("identity.says", lang, field=name, level=text(f"identity.level.{level.name}", lang)))
        )
    phrases = [phrase for _, phrase in sorted(said, key=lambda s: s[0])]
    if doubt.against:
        phrases.append(text("identity.against", lang, what=against(doubt, lang)))
    return phrases


def against(doubt: Doubt, lang: Lang) -> str:
    """What speaks against a pair, with a comma between."""
    return text("identity.comma", lang).join(text(f"identity.trait.{name}", lang) for name in doubt.against)


def why_left(doubt: Doubt, lang: Lang) -> str:
    """Why rules did not merge the pair."""
    if doubt.against:
        return against(doubt, lang)
    return text(f"identity.why.{doubt.why}", lang) if doubt.why in _WHY else text(f"identity.trait.{doubt.why}", lang)


_WHY = ("doubtful", "size", "kept_apart")


def rule_words(rule: str | None, lang: Lang) -> str:
    """A rule as people say it: `tax number and similar name`."""
    if rule is None:
        return ""
    names = [text(f"identity.sign.{sign}", lang) for sign in rule.split("+")]
    return text("identity.and", lang).join(names)


def cell(record: Mapping[str, Any], field: str) -> str:
    """What a record says of a field; '' for nothing."""
    value = record.get(field)
    return "" if value is None else str(value)
