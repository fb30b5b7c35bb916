"""Conditions under the names that people read on pages: labels in place of names, and back again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from typing import Any

from custrata.core.conditions import ConditionError, Field, parse
from custrata.core.conditions.operands import Arithmetic, Constant, Name
from custrata.core.conditions.tree import Among, Both, Compare, Missing, Not
from custrata.core.conditions.write import quoted, written
from custrata.core.errors import Problem, did_you_mean
from custrata.core.scheme.model import Scheme
from custrata.core.strict import Bilingual
from custrata.locale import Lang
from custrata.usecases.names import attribute_label

_BARE = re.compile(r"[^\W\d][\w.]*\Z")


def labels(scheme: Scheme) -> dict[str, Bilingual]:
    """Name → what people call it, of every metric, segment, ladder and attribute that is called something else."""
    models: dict[str, Any] = {**scheme.metrics, **scheme.segments, **scheme.levels}
    told = {name: model.label for name, model in models.items()}
    told |= {name: attribute_label(scheme, name) for name in attributes_of(scheme) if name not in models}
    return {name: label for name, label in told.items() if label is not None}


def attributes_of(scheme: Scheme) -> list[str]:
    """The columns of customers that conditions may name: those that the source maps and those that the scheme reads."""
    source = scheme.sources.customers
    mapped = source.columns if source is not None else {}
    # The number is asked for by its own name, and the day of a row tells of the row.
    return [n for n in dict.fromkeys((*mapped, *scheme.attributes)) if n not in ("customer_id", "updated_at")]


def meant(called: Mapping[str, Bilingual | None]) -> dict[str, str]:
    """What people call a name → the name, where it is called so in either language and nothing else is.

    >>> meant({"spend": Bilingual(zh="消费", en="Spend"), "net": Bilingual(zh="消费", en="Net spend"), "orders": None})
    {'Spend': 'spend', 'Net spend': 'net'}
    """
    said: dict[str, set[str]] = {}
    for name, label in called.items():
        for word in (label.zh, label.en) if label is not None else ():
            said.setdefault(word, set()).add(name)
    return {word: next(iter(names)) for word, names in said.items() if word not in called and len(names) == 1}


def by_name(part: Any, names: Mapping[str, str]) -> Any:
    """A condition with names in place of what they are called; a label of several words stands in quotes, where only a
    name makes sense."""

    def named(o: Any) -> Any:
        word = o.value if isinstance(o, Constant) else None
        return Name(names[word]) if isinstance(word, str) and word in names else o

    def visit(o: Any) -> Any:
        if isinstance(o, Name):
            return replace(o, name=names.get(o.name, o.name))
        if isinstance(o, Arithmetic):
            return replace(o, left=visit(named(o.left)), right=visit(named(o.right)))
        if isinstance(o, Compare | Among | Missing):
            o = replace(o, left=named(o.left))
        return _inner(o, visit)

    return visit(part)


def _inner(part: Any, visit: Callable[[Any], Any]) -> Any:
    if isinstance(part, tuple):
        return tuple(visit(p) for p in part)
    if isinstance(part, Both | Not | Compare | Among | Missing):
        return replace(part, **{f.name: visit(getattr(part, f.name)) for f in dataclass_fields(part)})
    return part


def with_names(said: str, scheme: Scheme, lang: Lang) -> str:
    """A condition as a scheme has it, of one that names labels; one that names none, and what is no condition, is left
    as it is.

    >>> from custrata.core.scheme.model import Scheme
    >>> scheme = Scheme.parse("scheme: s\\nmetrics: {spend_12m: {monetary: 12 months, label: {zh: 近 12 个月消费, "
    ...     "en: Spend in 12 months}}}\\n")
    >>> with_names("“近 12 个月消费” >= 2万", scheme, "zh")
    'spend_12m >= 2万'
    >>> with_labels("spend_12m >= 2万", scheme, "zh"), with_labels("spend_12m >= 2万", scheme, "en")
    ('“近 12 个月消费” >= 2万', "'Spend in 12 months' >= 2万")
    """
    names = meant(_called(scheme))
    try:
        found = parse(said)
        changed = by_name(found, names)
        return said if changed == found else written(changed, lang)
    except ConditionError:
        return said


def with_labels(said: str, scheme: Scheme, lang: Lang) -> str:
    """A condition under the labels of the reader's language, as far as they lead back to the same names."""
    shown = typed(scheme, lang)
    try:
        found = parse(said)
        return written(by_name(found, shown), lang) if shown.keys() & set(found.names()) else said
    except ConditionError:
        return said


def spelled(word: str, lang: Lang) -> str:
    """A label as it can be typed: one of several words in quotes."""
    if _BARE.match(word):
        return word
    return f"“{word}”" if lang == "zh" and not set("“”") & set(word) else quoted(word)


def names_called(scheme: Scheme, lang: Lang) -> dict[str, str]:
    """Name → what people call it, of everything that a condition may name."""
    return {name: label.in_(lang) if label is not None else name for name, label in _called(scheme).items()}


def typed(scheme: Scheme, lang: Lang) -> dict[str, str]:
    """Name → its label as it can be typed in a condition, where that leads back to the name."""
    known, back = labels(scheme), meant(_called(scheme))
    return {n: spelled(word, lang) for n, label in known.items() if back.get(word := label.in_(lang)) == n}


def spoken(problems: Iterable[Problem], fields: Mapping[str, Field], lang: Lang) -> list[Problem]:
    """Problems of a condition for who wrote or built it on a page: names are what people call them, as they can be
    typed, and no place says which parameter it was.

    >>> spend = Field("number", label=Bilingual(zh="消费", en="Spend"))
    >>> wrong = Problem("E-SCHEME-003", "where", {"name": "年消费", "known": "spend"})
    >>> [found] = spoken([wrong], {"spend": spend}, "zh")
    >>> found.text("zh")
    'E-SCHEME-003: 没有名为“年消费”的指标、客群或属性。是不是“消费”？'
    """
    titles = {n: f.label.in_(lang) if f.label is not None else n for n, f in fields.items()}

    def said(problem: Problem) -> Problem:
        values = dict(problem.values)
        if problem.code == "E-SCHEME-003":
            near = did_you_mean(str(values["name"]), {*titles.values(), *fields})
            values["known"] = ("、" if lang == "zh" else ", ").join(titles.values())
            values["suggestion"] = titles.get(near, near) if near else None
        for key in ("name", "segment"):
            word = values.get(key)
            if word in titles and not (problem.code == "E-SCHEME-015" and key == "name"):
                values[key] = titles[word]
        return replace(problem, place="", values=values)

    return [said(p) for p in problems]


def _called(scheme: Scheme) -> dict[str, Bilingual | None]:
    every = (*attributes_of(scheme), *scheme.metrics, *scheme.segments, *scheme.levels)
    return {**dict.fromkeys(every), **labels(scheme)}
