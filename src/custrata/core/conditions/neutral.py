"""Conditions as plain values in which nothing depends on how classes are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from custrata.core.conditions.tree import Constant, Name


def neutral_condition(
    part: Any, classes: Mapping[str, Mapping[str, str]], known: Mapping[str, str] | None = None
) -> Any:
    """A condition as plain values in which the class of a segment is its place among the classes, not its name.

    `classes` maps segment → class label → place; labels that are in none of them (values of the data) stay.
    """
    if isinstance(part, Constant):
        return [(known or {}).get(str(part.value), str(part.value)), part.percent]
    if isinstance(part, tuple):
        return [neutral_condition(p, classes, known) for p in part]
    if not hasattr(part, "__dataclass_fields__"):
        return part
    left = getattr(part, "left", None)
    here = classes.get(left.name) if isinstance(left, Name) else None
    inner = [neutral_condition(getattr(part, f.name), classes, here) for f in fields(part) if f.compare]
    return [type(part).__name__, *inner]
