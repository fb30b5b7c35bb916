"""The rule builder's form: rows and groups as nested fields, and what its buttons do to them.

A part is named by its place: `0.2` is the third part of the first part. `join.<place>` is the kind of a group,
`field.`, `op.` and `value.` make a row (`value.` as often as there are values), `words.` is text. `parts.<place>` tells
how many parts a group has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.customers.build import JOINS, Group, Node, Row, Words

ROOT = "r"
_MOST_PARTS, _MOST_DEPTH, _MOST_VALUES = 60, 8, 200


def read(form: Any) -> Group:
    """What stands in a form; one empty row for an empty form. Raises E-WEB-039 for one that is larger than a person
    makes them."""
    left = [_MOST_PARTS * 4]

    def part(place: str, depth: int) -> Node:
        left[0] -= 1
        if depth > _MOST_DEPTH or left[0] < 0:
            raise CustrataError(Problem("E-WEB-039", "", {"depth": _MOST_DEPTH, "parts": _MOST_PARTS}))
        join = form.get(f"join.{place}")
        if join is not None:
            said = form.get(f"parts.{place}", "0")
            n = int(said) if said.isdecimal() and len(said) < 4 else 0
            if n > _MOST_PARTS:
                raise CustrataError(Problem("E-WEB-039", "", {"depth": _MOST_DEPTH, "parts": _MOST_PARTS}))
            return Group(join if join in JOINS else "all", tuple(part(f"{place}.{i}", depth + 1) for i in range(n)))
        if (words := form.get(f"words.{place}")) is not None:
            return Words(words)
        field, op = form.get(f"field.{place}", ""), form.get(f"op.{place}", "")
        sent = form.getlist(f"value.{place}")
        # Of two bounds each keeps its place; elsewhere a value that is not there is none.
        values = sent[:2] if op == "between" and any(v.strip() for v in sent) else [v for v in sent if v.strip()]
        return Row(field, op, tuple(values[:_MOST_VALUES]))

    found = part(ROOT, 0)
    return found if isinstance(found, Group) else Group("all", (Row(),))


def half_filled(root: Group) -> int:
    """How many rows name a field and lack the value to compare it with: they stay in the form and count for nothing.
    Rows without anything are no rows yet."""
    return sum(half_filled(p) if isinstance(p, Group) else lacks_value(p) for p in root.parts)


def begun(part: Node) -> bool:
    """Whether anything was chosen or written yet."""
    if isinstance(part, Group):
        return any(begun(p) for p in part.parts)
    return bool(part.field) if isinstance(part, Row) else part.complete


def lacks_value(part: Node) -> bool:
    """Whether a row is begun and not complete.

    >>> lacks_value(Row("spend", ">=")), lacks_value(Row("spend", "missing")), lacks_value(Row())
    (True, False, False)
    """
    return isinstance(part, Row) and bool(part.field) and not part.complete


def after(root: Group, do: str) -> Group:
    """The groups after a button: `row:<place>` and `group:<place>` add to a group, `drop:<place>` takes a part away."""
    what, _, place = do.partition(":")
    steps = [int(s) for s in place.split(".")[1:] if s.isdecimal() and len(s) < 4]
    if what == "row":
        return _grown(root, steps, Row())
    if what == "group":
        return _grown(root, steps, Group("any", (Row(),)))
    return _without(root, steps) if what == "drop" and steps else root


def _grown(group: Group, steps: Sequence[int], new: Node) -> Group:
    if not steps:
        return replace(group, parts=(*group.parts, new))
    return _changed(group, steps[0], lambda p: _grown(p, steps[1:], new) if isinstance(p, Group) else p)


def _without(group: Group, steps: Sequence[int]) -> Group:
    if len(steps) > 1:
        changed = _changed(group, steps[0], lambda p: _without(p, steps[1:]) if isinstance(p, Group) else p)
        # A group without parts says nothing.
        return replace(changed, parts=tuple(p for p in changed.parts if not isinstance(p, Group) or p.parts))
    parts = tuple(p for i, p in enumerate(group.parts) if i != steps[0])
    return replace(group, parts=parts)


def _changed(group: Group, at: int, how: Any) -> Group:
    return replace(group, parts=tuple(how(p) if i == at else p for i, p in enumerate(group.parts)))
