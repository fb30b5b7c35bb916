"""Two hashes of a scheme: one of what it decides, one of how things are called.

A new label must move nobody; a new threshold may. So whatever only names (labels, titles, class names) goes into the
label hash, and the logic hash sees classes as numbers in order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Keys that only name things.
_LABELS = frozenset({"label", "labels", "missing", "else_", "unit_"})
#: Keys whose own keys are class names: order decides, names do not.
_CLASS_KEYS = frozenset({"classes_", "rules", "groups", "ranges", "layers"})


@dataclass(frozen=True)
class Fingerprint:
    """Hexadecimal SHA-256 of the logic and of the labels of a scheme."""

    logic: str
    labels: str


def fingerprint(
    head: Mapping[str, Any], models: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]
) -> Fingerprint:
    """From the plain values of a scheme: `head` (what holds for all), `models` (metrics and segments, dumped), and
    `names` (class label → `segment#index`, for class names that occur inside conditions)."""
    logic: dict[str, Any] = {"head": head}
    labels: dict[str, Any] = {}
    for section, items in models.items():
        for name, model in items.items():
            logic[f"{section}.{name}"], labels[f"{section}.{name}"] = _split(model, names)
    return Fingerprint(_digest(logic), _digest(labels))


def _split(model: Mapping[str, Any], names: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    logic: dict[str, Any] = {}
    labels: dict[str, Any] = {}
    for key, value in model.items():
        if key in _LABELS:
            labels[key] = value
        elif key in _CLASS_KEYS and isinstance(value, Mapping):
            labels[key] = list(value)
            logic[key] = [_neutral(v, names) for v in value.values()]
        else:
            logic[key] = _neutral(value, names)
    return logic, labels


def _neutral(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _neutral(v, names) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_neutral(v, names) for v in value]
    return names.get(value, value) if isinstance(value, str) else value


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()
