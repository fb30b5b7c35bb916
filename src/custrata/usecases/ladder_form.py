"""A ladder as a form shows it: everything that a scheme can say of one, as people read and type it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from custrata.core.conditions import Condition
from custrata.core.conditions.operands import typed
from custrata.core.conditions.write import written
from custrata.core.levels.ladder import Ladder
from custrata.core.levels.options import EARNED, REFUNDS, RHYTHMS, Brakes, Down, New, Up
from custrata.core.levels.span import Span
from custrata.core.scheme.model import Scheme
from custrata.core.strict import Bilingual, Choice, Strict
from custrata.locale import Lang
from custrata.usecases.condition_labels import with_labels

#: How a form writes that a benefit is given, and that it is not.
_YES_NO: Mapping[Lang, tuple[str, str]] = {"zh": ("是", "否"), "en": ("yes", "no")}


@dataclass(frozen=True)
class Option:
    """Where an option of a ladder stands: under which part of it (null: it is one of its own) and which field."""

    part: str | None
    model: type[Strict]
    field: str
    percent: bool = False

    @property
    def choice(self) -> Choice | None:
        """The values that it may have, with their Chinese spellings."""
        metadata = self.model.model_fields[self.field].metadata
        return next((m for m in metadata if isinstance(m, Choice)), None)


OPTIONS: Mapping[str, Option] = {
    "review": Option(None, Ladder, "review"),
    "rise_at": Option("up", Up, "at"), "rise_by": Option("up", Up, "by"),
    "hold": Option("down", Down, "hold"), "grace": Option("down", Down, "after"),
    "fall_at": Option("down", Down, "at"), "fall_by": Option("down", Down, "by"),
    "refund": Option(None, Ladder, "refund"),
    "new_level_of": Option("new", New, "level"), "new_for": Option("new", New, "lasts"),
    "brake_fall": Option("brakes", Brakes, "fall", percent=True),
    "brake_rise": Option("brakes", Brakes, "rise", percent=True),
}  # fmt: skip
#: What options may be chosen from, in the order in which they are offered; the others are typed.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "review": tuple(dict.fromkeys(RHYTHMS.chinese.values())), "refund": tuple(sorted(set(REFUNDS.chinese.values()))),
    "rise_at": ("once", "review"), "rise_by": ("earned", "step"), "fall_at": ("once", "review", "never"),
    "fall_by": ("earned", "step"),
}  # fmt: skip


@dataclass(frozen=True)
class Rung:
    """A level: its name, its conditions as they are written, what it is called in either language, what it brings;
    empty: it has none."""

    name: str
    enter: str = ""
    keep: str = ""
    zh: str = ""
    en: str = ""
    benefits: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """A ladder as somebody wants it, the highest level first. An option that is not told stays as it is."""

    rungs: Sequence[Rung]
    options: Mapping[str, str] = field(default_factory=dict)
    zh: str = ""
    en: str = ""
    score: Mapping[str, str] = field(default_factory=dict)

    @property
    def benefits(self) -> list[str]:
        """What any level brings, in the order in which it is first named."""
        return list(dict.fromkeys(b for r in self.rungs for b in r.benefits))


def form_of(scheme: Scheme, name: str, lang: Lang) -> Wanted:
    """A ladder of a scheme as a form has it, its conditions under the labels that people read elsewhere."""
    ladder = scheme.levels[name]
    rungs = [
        Rung(r.name, with_labels(r.enter, scheme, lang), with_labels(r.keep, scheme, lang), r.zh, r.en, r.benefits)
        for r in rungs_of(ladder, lang)
    ]
    zh, en = _label(ladder.label)
    return Wanted(rungs, _options(ladder, lang), zh, en, {n: typed(w) for n, w in ladder.score.items()})


def rungs_of(ladder: Ladder, lang: Lang = "en") -> list[Rung]:
    """The levels of a ladder with their conditions as text that reads back to the same."""
    return [
        Rung(n, _text(level.enter, lang), _text(level.keep, lang), *_label(level.label),
             {k: benefit_shown(v, lang) for k, v in level.benefits.items()})
        for n, level in ladder.levels.items()
    ]  # fmt: skip


def _text(condition: Condition | None, lang: Lang) -> str:
    return "" if condition is None else written(condition, lang)


def _label(label: Bilingual | None) -> tuple[str, str]:
    """A label in Chinese and in English; the latter is empty where one text serves both."""
    if label is None:
        return "", ""
    return label.zh, "" if label.en == label.zh else label.en


def _options(ladder: Ladder, lang: Lang) -> dict[str, str]:
    found = {}
    for key, option in OPTIONS.items():
        value: Any = getattr(ladder if option.part is None else getattr(ladder, option.part), option.field)
        if isinstance(value, Span) or (value is None and option.field == "lasts"):
            value = _span(value, lang) if value is not None and value.n else ""
        elif option.percent:
            value = typed(value * 100)
        found[key] = EARNED[0] if value in EARNED and key == "new_level_of" else str(value)
    return found


def _span(span: Span, lang: Lang) -> str:
    """A length of time as a scheme may write it in this language."""
    return f"{span.n}{'天' if span.unit == 'days' else '个月'}" if lang == "zh" else str(span)


def benefit_shown(value: Any, lang: Lang) -> str:
    """A benefit as a form shows it.

    >>> benefit_shown(True, "zh"), benefit_shown(Decimal("0.95"), "zh"), benefit_shown("95折", "zh")
    ('是', '0.95', '95折')
    """
    if isinstance(value, bool):
        return _YES_NO[lang][0 if value else 1]
    return typed(value) if isinstance(value, Decimal) else str(value)


def benefit_read(said: str) -> Any:
    """A benefit as somebody typed it: yes and no in either language, a number, else the text. What begins with a zero
    that a number does not need is a text: a card, a telephone.

    >>> benefit_read("是"), benefit_read("0.95"), benefit_read("2"), benefit_read("010"), benefit_read("95折")
    (True, Decimal('0.95'), 2, '010', '95折')
    """
    said = said.strip()
    for yes, no in _YES_NO.values():
        if said.casefold() in (yes, no):
            return said.casefold() == yes
    whole, point, part = said.removeprefix("-").partition(".")
    if not (whole.isascii() and whole.isdecimal()) or len(said) > 18 or (len(whole) > 1 and whole[0] == "0"):
        return said
    if not point:
        return int(said)
    return Decimal(said) if part.isascii() and part.isdecimal() else said
