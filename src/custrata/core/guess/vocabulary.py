"""The words that headers, statuses and total rows are recognised by, and what they mean together.

Words stand in words/zh.toml and words/en.toml, one file a language; a company adds its own in a file of the same form.
A word is made of parts (单号 is `order number`), and parts together make a concept (`order number` is the order's
number), whatever the language: so one new word for a customer works in every combination with number, name or phone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from itertools import product
from typing import Any

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.facts.columns import CANONICAL
from custrata.core.guess.fold import compact, plain, units

Units = tuple[str, ...]
Parts = frozenset[str]
LANGUAGES = ("zh", "en")
_AREAS = ("people", "documents", "dates", "money", "prices", "goods", "contacts", "other")
SECTIONS = ("parts", "headers", "units", "multiples", "statuses", "settled", "walk_in", "flags", "rows")


@dataclass(frozen=True)
class Concept:
    """What a column can be: how strongly (log-odds) it speaks for each canonical column and each kind of table, and
    its name as a further column, empty where it is of no use as one."""

    name: str
    serves: Mapping[tuple[str, str], float] = field(default_factory=dict)
    tells: Mapping[str, float] = field(default_factory=dict)
    attribute: str = ""


@dataclass(frozen=True)
class StatusRule:
    """Statuses that mean the same: whole ones, and pieces of them."""

    meaning: str
    certainty: float
    exact: frozenset[str] = frozenset()
    contains: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """Everything that is recognised by its words. Keys are folded: case, width and traditional characters are one."""

    words: Mapping[Units, Units]
    patterns: Mapping[Parts, tuple[str, ...]]
    concepts: Mapping[str, Concept]
    headers: Mapping[Units, str] = field(default_factory=dict)
    units: Mapping[Units, str] = field(default_factory=dict)
    multiples: Mapping[Units, int] = field(default_factory=dict)
    statuses: tuple[StatusRule, ...] = ()
    walk_in: frozenset[str] = frozenset()
    settled: frozenset[str] = frozenset()
    """Statuses of complaints, tickets and the like that mean that nothing is left to do."""
    flags: Mapping[str, bool] = field(default_factory=dict)
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def longest(self) -> int:
        return max(map(len, self.words), default=1)

    def extended(self, toml: str, place: str = "") -> Vocabulary:
        """With the words of a company's own file, which come before the built-in ones.

        `headers` names whole headers: `"档口流水" = "order_id"`, a canonical column or a concept. Errors: E-GUESS-001
        not TOML, E-GUESS-002 a section, part, concept or meaning that does not exist.

        >>> own = vocabulary().extended('[parts]\\ncustomer = ["档主"]')
        >>> own.words[("档", "主")]
        ('customer',)
        """
        try:
            data = tomllib.loads(toml)
        except tomllib.TOMLDecodeError as error:
            raise CustrataError(Problem("E-GUESS-001", place, {"reason": str(error)})) from error
        problems = list(_unknown(data, self, place))
        if problems:
            raise CustrataError.all(problems)
        return _with_words(self, data, first=True)


@lru_cache
def vocabulary() -> Vocabulary:
    """The built-in words of every language."""
    concepts, patterns = _concepts()
    result = Vocabulary({}, patterns, concepts)
    for language in LANGUAGES:
        result = _with_words(result, _read(f"{language}.toml"))
    return result


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("words", *name.split("/")).read_text("utf-8"))


def _concepts() -> tuple[dict[str, Concept], dict[Parts, tuple[str, ...]]]:
    groups = _read("concepts/groups.toml")
    concepts: dict[str, Concept] = {}
    patterns: dict[Parts, tuple[str, ...]] = {}
    for area in _AREAS:
        for name, entry in _read(f"concepts/{area}.toml").items():
            serves = {(kind, c): float(w) for kind in CANONICAL for c, w in entry.get(kind, {}).items()}
            concepts[name] = Concept(name, serves, entry.get("tells", {}), entry.get("attribute", ""))
            for written in entry["is"]:
                for parts in _alternatives(written, groups):
                    patterns[parts] = tuple(dict.fromkeys((*patterns.get(parts, ()), name)))
    return concepts, patterns


def _alternatives(written: str, groups: Mapping[str, str]) -> list[Parts]:
    """`@who? number` → one set of parts for every choice."""
    choices: list[list[str]] = []
    for token in written.split():
        name = token.removesuffix("?")
        named = (groups[choice[1:]] if choice.startswith("@") else choice for choice in name.split("|"))
        options = [part for choice in named for part in choice.split("|")]
        choices.append([*options, ""] if token.endswith("?") else options)
    made = [frozenset(p for p in chosen if p) for chosen in product(*choices)]
    return [parts for parts in dict.fromkeys(made) if parts]


def _with_words(known: Vocabulary, data: Mapping[str, Any], *, first: bool = False) -> Vocabulary:
    words = dict(known.words)
    for parts, entries in data.get("parts", {}).items():
        for entry in entries:
            words[units(entry)] = tuple(parts.split())
    rules = tuple(
        StatusRule(
            r["meaning"],
            r.get("certainty", 0.95),
            frozenset(map(compact, r.get("exact", ()))),
            _sorted(r.get("contains", ())),
        )
        for r in data.get("statuses", {}).get("rule", ())
    )
    flags = {plain(w): word == "yes" for word, found in data.get("flags", {}).items() for w in found}
    rows = {k: (*known.rows.get(k, ()), *map(plain, v)) for k, v in data.get("rows", {}).items()}
    concepts, headers = dict(known.concepts), dict(known.headers)
    for header, meant in data.get("headers", {}).items():
        concept = meant if meant in concepts else f"own_{meant}"
        if concept not in concepts:
            concepts[concept] = Concept(concept, {(k, c.name): 9.0 for k in CANONICAL for c in CANONICAL[k]
                                                  if c.name == meant})  # fmt: skip
        headers[units(header)] = concept
    return replace(
        known,
        words=words,
        concepts=concepts,
        headers=headers,
        units={**known.units, **_by_units(data.get("units", {}))},
        multiples={**known.multiples, **{k: int(v) for k, v in _by_units(data.get("multiples", {})).items()}},
        statuses=(*rules, *known.statuses) if first else (*known.statuses, *rules),
        walk_in=known.walk_in | _plains(data.get("walk_in", {}).get("words", ())),
        settled=known.settled | frozenset(map(compact, data.get("settled", {}).get("words", ()))),
        flags={**known.flags, **flags},
        rows={**known.rows, **rows},
    )


def _by_units(section: Mapping[str, list[str]]) -> dict[Units, str]:
    return {units(word): meant for meant, found in section.items() for word in found}


def _plains(found: Any) -> frozenset[str]:
    return frozenset(map(plain, found))


def _sorted(found: Any) -> tuple[str, ...]:
    return tuple(sorted(map(plain, found), key=len, reverse=True))


def _unknown(data: Mapping[str, Any], known: Vocabulary, place: str) -> Any:
    parts = {p for found in known.words.values() for p in found} | {p for found in known.patterns for p in found}
    columns = {c.name for found in CANONICAL.values() for c in found}
    meanings = {r.meaning for r in known.statuses}

    def problem(at: str, name: str, choices: Any) -> Problem:
        values = {"name": name, "known": ", ".join(sorted(choices)), "suggestion": did_you_mean(name, choices)}
        return Problem("E-GUESS-002", f"{place} {at}".strip(), values)

    for section in data:
        if section not in SECTIONS:
            yield problem(section, section, SECTIONS)
    for written in data.get("parts", {}):
        for part in written.split():
            if part not in parts:
                yield problem(f"parts.{written}", part, parts)
    for header, meant in data.get("headers", {}).items():
        if meant not in columns and meant not in known.concepts:
            yield problem(f"headers.{header}", str(meant), columns)
    for rule in data.get("statuses", {}).get("rule", ()):
        if rule.get("meaning") not in meanings:
            yield problem("statuses", str(rule.get("meaning", "")), meanings)
