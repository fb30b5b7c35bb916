"""Whether a condition makes sense for a scheme: every name exists, every class is one, numbers meet numbers.

An attribute of the customers source is text, whatever it spells. What it is compared with says how it is read: as a
number beside a number, as a date beside a date, as it is beside a text in quotes or a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from custrata.core.arithmetic import TooLarge
from custrata.core.conditions.tree import (
    Among,
    Arithmetic,
    Both,
    Compare,
    Condition,
    Constant,
    Missing,
    Name,
    Not,
    Operand,
)
from custrata.core.errors import Problem, did_you_mean
from custrata.core.facts.spelled import DateOrder
from custrata.core.strict import Bilingual
from custrata.locale import catalog

Type = Literal["number", "text", "date", "class"]
#: What an operand can be: the type of a field, an attribute (text that may spell a number or a date), or unknown.
_Kind = Literal["number", "text", "date", "class", "attribute", "unknown"]


_Said = Compare | Among | Operand


@dataclass(frozen=True)
class Field:
    """A name that conditions may use. `classes` maps every spelling of a class (key, zh, en) to the label in use."""

    type: Type
    classes: Mapping[str, str] | None = None
    missing: str | None = None
    """Label of a segment's missing class: no class is null, so that is what `is missing` means for it."""
    attribute: bool = False
    """Whether it is a column of the customers source."""
    dates: DateOrder = "ymd"
    """How that source writes dates."""
    label: Bilingual | None = None
    """What people call it, where that is not its name."""
    called: Mapping[str, Bilingual] = field(default_factory=dict)
    """Label in use of a class → what it is called in either language."""


def bind(condition: Condition, fields: Mapping[str, Field], place: str) -> tuple[Condition, list[Problem]]:
    """The condition with class names in the scheme's own spelling and attributes read as what they are compared with;
    and what is wrong with it."""
    binder = _Binder(fields, place)
    return binder.visit(condition), binder.problems


def spellings(classes: Sequence[tuple[str, str, str]], lang: str) -> dict[str, str]:
    """Every spelling of every class → its label: from (key, zh, en)."""
    found: dict[str, str] = {}
    for position in (2, 1, 0):
        for names in classes:
            found[names[position]] = names[1] if lang == "zh" else names[2]
    return found


def called(classes: Sequence[tuple[str, str, str]], lang: str) -> dict[str, Bilingual]:
    """Label in use of every class → what it is called in either language: from (key, zh, en)."""
    return {(zh if lang == "zh" else en): Bilingual(zh=zh, en=en) for _, zh, en in classes}


class _Binder:
    def __init__(self, fields: Mapping[str, Field], place: str) -> None:
        self.fields, self.place = fields, place
        self.problems: list[Problem] = []

    def visit(self, c: Condition) -> Condition:
        if isinstance(c, Both):
            return replace(c, parts=tuple(self.visit(p) for p in c.parts))
        if isinstance(c, Not):
            return replace(c, part=self.visit(c.part))
        if isinstance(c, Missing):
            left, _ = self.side(c.left)
            field = self.fields.get(c.left.name) if isinstance(c.left, Name) else None
            if field is None or field.missing is None:
                return replace(c, left=left)
            return Compare(left, "!=" if c.negated else "=", self.class_(field, field.missing))
        return self.among(c) if isinstance(c, Among) else self.compare(c)

    def among(self, c: Among) -> Condition:
        left, kind = self.side(c.left)
        if kind == "attribute":
            kinds = {_kind_of(v) for v in c.values}
            kind = kinds.pop() if len(kinds) == 1 else "text"
            left = self.read(left, kind)
        shown = replace(c, left=_called(c.left, self.fields))
        return replace(c, left=left, values=tuple(self.constant(v, kind, left, shown) for v in c.values))

    def compare(self, c: Compare) -> Condition:
        shown = replace(c, left=_called(c.left, self.fields), right=_called(c.right, self.fields))
        left, kind = self.side(c.left)
        right, other = self.side(c.right, words=kind in ("text", "class", "date", "attribute"))
        if isinstance(left, Constant) and not isinstance(right, Constant):
            kind, left, right = self.sides(right, other, left, kind, shown, turned=True)
        else:
            kind, left, right = self.sides(left, kind, right, other, shown)
        if kind in ("text", "class") and c.op not in ("=", "!="):
            self.wrong(shown, "no_order", kind)
        return replace(c, left=left, right=right)

    def sides(
        self, left: Operand, kind: _Kind, right: Operand, other: _Kind, shown: _Said, turned: bool = False
    ) -> tuple[_Kind, Operand, Operand]:
        """Both sides under one kind; where one is a constant it is the right one (`turned`: it was written left)."""
        if kind == "attribute":
            kind = "text" if other == "attribute" else other
            left = self.read(left, kind)
        if isinstance(right, Constant):
            right = self.constant(right, kind, left, shown)
        elif other == "attribute":
            right = self.read(right, kind)
        elif kind != other and "unknown" not in (kind, other):
            self.wrong(shown, "different", kind, other)
        return kind, *((right, left) if turned else (left, right))

    def side(self, o: Operand, words: bool = False) -> tuple[Operand, _Kind]:
        """One side of a comparison and its kind. `words`: a name that is none of the scheme's is a word, as in
        `rfm is 重要价值`."""
        try:
            o.shape()
        except TooLarge:
            self.problems.append(Problem("E-SCHEME-043", self.place, {"what": _short(o.text("en"))}))
            return o, "unknown"
        return self.operand(o, words)

    def operand(self, o: Operand, words: bool = False) -> tuple[Operand, _Kind]:
        if isinstance(o, Constant):
            return o, _kind_of(o)
        if isinstance(o, Name):
            if (field := self.fields.get(o.name)) is None:
                if words:
                    return Constant(o.name), "text"
                known, near = ", ".join(sorted(self.fields)), did_you_mean(o.name, self.fields)
                self.problems.append(
                    Problem("E-SCHEME-003", self.place, {"name": o.name, "known": known, "suggestion": near})
                )
                return o, "unknown"
            called = replace(o, label=field.label) if field.label is not None else o
            return called, "attribute" if field.attribute and field.type == "text" else field.type
        sides = []
        for side in (o.left, o.right):
            bound, kind = self.operand(side)
            if kind not in ("number", "attribute", "unknown"):
                self.wrong(_called(o, self.fields), "no_number", kind)
            sides.append(self.read(bound, "number") if kind == "attribute" else bound)
        return Arithmetic(o.op, *sides), "number"

    def read(self, o: Operand, kind: _Kind) -> Operand:
        """An attribute read as a number or a date; a text stays as it is."""
        if not isinstance(o, Name) or kind not in ("number", "date"):
            return o
        return replace(o, read=kind, dates=self.fields[o.name].dates)

    def constant(self, value: Constant, kind: _Kind, left: Operand, shown: _Said) -> Constant:
        """A constant as the other side, of this kind, compares with it."""
        name = left.name if isinstance(left, Name) else ""
        field = self.fields.get(name)
        if kind == "class" and field is not None and field.classes is not None:
            word = next((w for w in _words(value) if w in field.classes), None)
            if word is not None:
                return self.class_(field, field.classes[word])
            word = _words(value)[0]
            values = {"name": word, "segment": name, "known": ", ".join(sorted(set(field.classes.values())))}
            near = did_you_mean(word, field.classes)
            self.problems.append(Problem("E-SCHEME-015", self.place, values | {"suggestion": near}))
            return value
        if kind in ("text", "class"):
            return Constant(_words(value)[0])
        if kind == "date" and isinstance(value.value, str):
            try:
                return Constant(date.fromisoformat(value.value))
            except ValueError:
                self.wrong(shown, "no_date", value=value.value)
        elif kind in ("number", "date") and (other := _kind_of(value)) != kind:
            self.wrong(shown, "different", kind, other)
        return value

    @staticmethod
    def class_(field: Field, label: str) -> Constant:
        return Constant(label, label=field.called.get(label))

    def wrong(self, what: _Said, why: str, *kinds: str, **values: str) -> None:
        said = {"what": _short(what.text("en")), "what_zh": _short(what.text("zh"))}
        for lang, key in (("en", "why"), ("zh", "why_zh")):
            words = catalog("conditions", lang)["misfit"]
            said[key] = words[why].format(*(words["kinds"][k] for k in kinds), **values)
        self.problems.append(Problem("E-SCHEME-016", self.place, said))


def _called(o: Operand, fields: Mapping[str, Field]) -> Operand:
    """The same with what people call its names, to be told."""
    if isinstance(o, Name) and (field := fields.get(o.name)) is not None and field.label is not None:
        return replace(o, label=field.label)
    if isinstance(o, Arithmetic):
        return replace(o, left=_called(o.left, fields), right=_called(o.right, fields))
    return o


def _short(shown: str) -> str:
    return shown if len(shown) <= 80 else f"{shown[:77]}…"


def _kind_of(c: Constant) -> _Kind:
    return "number" if isinstance(c.value, Decimal) else "text" if isinstance(c.value, str) else "date"


def _words(value: Constant) -> list[Any]:
    """What a constant says as a word: as it was written, or without its leading zeros and commas."""
    plain = format(value.value, "f") if isinstance(value.value, Decimal) else str(value.value)
    return [value.written, plain] if value.written else [plain]
