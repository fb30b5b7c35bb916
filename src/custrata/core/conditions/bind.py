"""Whether a condition makes sense for a scheme: every name exists, every class is one, numbers meet numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

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

Type = Literal["number", "text", "date", "class"]


@dataclass(frozen=True)
class Field:
    """A name that conditions may use. `classes` maps every spelling of a class (key, zh, en) to the label in use."""

    type: Type
    classes: Mapping[str, str] | None = None
    missing: str | None = None
    """Label of a segment's missing class: no class is null, so that is what `is missing` means for it."""


def bind(condition: Condition, fields: Mapping[str, Field], place: str) -> tuple[Condition, list[Problem]]:
    """The condition with class names in the scheme's own spelling, and what is wrong with it."""
    problems: list[Problem] = []

    def visit(c: Condition) -> Condition:
        if isinstance(c, Both):
            return replace(c, parts=tuple(visit(p) for p in c.parts))
        if isinstance(c, Not):
            return replace(c, part=visit(c.part))
        if isinstance(c, Missing):
            type_of(c.left)
            field = fields.get(c.left.name) if isinstance(c.left, Name) else None
            if field is None or field.missing is None:
                return c
            return Compare(c.left, "!=" if c.negated else "=", Constant(field.missing))
        kind = type_of(c.left)
        field = fields.get(c.left.name) if isinstance(c.left, Name) else None
        if isinstance(c, Among):
            return replace(c, values=tuple(literal(v, kind, field, c.left) for v in c.values))
        right = _as_word(c.right, fields) if kind in ("text", "class", "date") else c.right
        if kind in ("text", "class") and c.op not in ("=", "!="):
            wrong(f"{_shown(c.left)} {c.op}")
        if isinstance(right, Constant):
            return replace(c, right=literal(right, kind, field, c.left))
        if (other := type_of(right)) != kind and "unknown" not in (other, kind):
            wrong(f"{_shown(c.left)} {c.op} {_shown(right)}")
        return replace(c, right=right)

    def literal(value: Constant, kind: str, field: Field | None, left: Operand) -> Constant:
        if kind == "class" and field is not None and field.classes is not None:
            word = _plain_text(value)
            if word not in field.classes:
                known = sorted(set(field.classes.values()))
                values = {"name": word, "segment": _shown(left), "known": ", ".join(known)}
                problems.append(
                    Problem("E-SCHEME-015", place, values | {"suggestion": did_you_mean(word, field.classes)})
                )
                return value
            return Constant(field.classes[word])
        if kind == "text":
            return Constant(_plain_text(value))
        if kind == "date" and isinstance(value.value, str):
            try:
                return Constant(date.fromisoformat(value.value))
            except ValueError:
                wrong(f"{_shown(left)} … '{value.value}'")
        fits = {"number": Decimal, "date": date}.get(kind)
        if fits is not None and not isinstance(value.value, fits):
            wrong(f"{_shown(left)} … '{value.value}'")
        return value

    def type_of(o: Operand) -> str:
        if isinstance(o, Name):
            if o.name not in fields:
                known, near = ", ".join(sorted(fields)), did_you_mean(o.name, fields)
                problems.append(Problem("E-SCHEME-003", place, {"name": o.name, "known": known, "suggestion": near}))
                return "unknown"
            return fields[o.name].type
        if isinstance(o, Arithmetic):
            for side in (o.left, o.right):
                if type_of(side) not in ("number", "unknown"):
                    wrong(_shown(o))
            return "number"
        return {Decimal: "number", str: "text"}.get(type(o.value), "date")

    def wrong(what: str) -> None:
        problems.append(Problem("E-SCHEME-016", place, {"what": what}))

    return visit(condition), problems


def spellings(classes: Sequence[tuple[str, str, str]], lang: str) -> dict[str, str]:
    """Every spelling of every class → its label: from (key, zh, en)."""
    found: dict[str, str] = {}
    for position in (2, 1, 0):
        for names in classes:
            found[names[position]] = names[1] if lang == "zh" else names[2]
    return found


def _as_word(o: Operand, fields: Mapping[str, Field]) -> Operand:
    """In `rfm is 重要价值` the right side is a word, not a metric."""
    return Constant(o.name) if isinstance(o, Name) and o.name not in fields else o


def _plain_text(value: Constant) -> str:
    return format(value.value, "f") if isinstance(value.value, Decimal) else str(value.value)


def _shown(o: Any) -> str:
    return str(o.text("en"))
