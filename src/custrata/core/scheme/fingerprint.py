"""Two hashes of a scheme: one of what it decides, one of how things are called.

A new label must move nobody; a new threshold may. So whatever only names (labels, titles, class names) goes into the
label hash, and the logic hash sees classes as numbers in order. A scheme has one logic hash in both languages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from custrata.core.conditions.tree import Constant, Name

#: Keys that only name things.
_LABELS = frozenset({"label", "labels", "missing", "else_", "unit_", "inactive"})
#: Keys whose own keys are class names: order decides, names do not.
_CLASS_KEYS = frozenset({"classes_", "rules", "groups", "ranges", "layers"})
#: Values that a scheme may write in Chinese, by the key they stand under.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "count": {"单": "order", "天": "day"},
    "in_": {"天": "days", "周": "weeks"},
    "of": {"间隔": "intervals", "活跃月份": "active months", "金额": "amount", "单数": "orders", "数值": "values",
           "得分": "scores"},
    "by": {"从低": "lower", "从高": "higher"},
    "high": {"高于均值": "above mean", "高于中位数": "above median"},
    "from_": {"单": "orders", "行": "lines"},
    "anonymous": {"空": "empty"},
}  # fmt: skip


@dataclass(frozen=True)
class Fingerprint:
    """Hexadecimal SHA-256 of the logic and of the labels of a scheme."""

    logic: str
    labels: str


def fingerprint(head: Mapping[str, Any], models: Mapping[str, Mapping[str, Any]]) -> Fingerprint:
    """From the plain values of a scheme: `head` (what holds for all) and `models` (metrics and segments, dumped)."""
    logic: dict[str, Any] = {"head": _neutral(head)}
    labels: dict[str, Any] = {}
    for section, items in models.items():
        for name, model in items.items():
            logic[f"{section}.{name}"], labels[f"{section}.{name}"] = _split(model)
    return Fingerprint(_digest(logic), _digest(labels))


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
    inner = [neutral_condition(getattr(part, f.name), classes, here) for f in fields(part)]
    return [type(part).__name__, *inner]


def _split(model: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    logic: dict[str, Any] = {}
    labels: dict[str, Any] = {}
    for key, value in model.items():
        if key in _LABELS:
            labels[key] = value
        elif key in _CLASS_KEYS and isinstance(value, Mapping):
            labels[key] = list(value)
            logic[key] = list(value.values())
        else:
            logic[key] = _neutral(value, key)
    return logic, labels


def _neutral(value: Any, key: str = "") -> Any:
    if isinstance(value, Mapping):
        return {str(k): _neutral(v, str(k)) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_neutral(v, key if key == "anonymous" else "") for v in value]
    return _WORDS.get(key, {}).get(value, value) if isinstance(value, str) else value


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()
