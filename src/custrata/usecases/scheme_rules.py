"""A condition into the text of a scheme, as a class of a rules segment that is there, or of a new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custrata.core.cuts import ELSE
from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.edit import with_entry, with_value
from custrata.core.scheme.model import NAME, Head
from custrata.core.scheme.yaml import Document, read
from custrata.core.segments.rules import Rules
from custrata.locale import Lang


def with_rule(text: str, segment: str, label: str, where: str, lang: Lang) -> str:
    """The text with one more class: before the class of everybody else where the segment is there, in a segment of its
    own otherwise. The condition is not checked; whoever publishes the text does that.

    Raises E-WEB-033 for a name that cannot be one, E-WEB-031 where the segment is there and no rules segment, E-WEB-035
    where it has such a class.
    """
    if not label or not NAME.match(segment):
        raise CustrataError(Problem("E-WEB-033", "", {"name": segment if label else label}))
    document = read(text, "scheme.yaml")
    section = _section(document)
    found = (document.data.get(section) or {}).get(segment)
    if found is None:
        rest, otherwise = {"zh": ("其余", "其余"), "en": ("Others", "else")}[lang]
        entry: dict[str, Any] = {label: where, **({rest: otherwise} if label != rest else {})}
        return with_value(text, (section, segment), {Rules.zh if section != "segments" else Rules.kind: entry})
    kind = next((k for k in (Rules.kind, Rules.zh) if isinstance(found, Mapping) and k in found), None)
    if kind is None:
        raise CustrataError(Problem("E-WEB-031", document.place((section, segment)), {"name": segment}))
    classes = found[kind]
    if isinstance(classes, list):
        classes = {k: v for item in classes if isinstance(item, Mapping) for k, v in item.items()}
    if label in classes:
        raise CustrataError(Problem("E-WEB-035", document.place((section, segment, kind, label)), {}))
    last = next((k for k, v in classes.items() if isinstance(v, str) and v.strip() in ELSE), None)
    return with_entry(text, (section, segment, kind), label, where, before=last)


def _section(document: Document) -> str:
    """The key of the segments, as this scheme writes it."""
    chinese = next(zh for zh, field in Head.chinese_keys().items() if field == "segments")
    return chinese if chinese in document.data else "segments"
