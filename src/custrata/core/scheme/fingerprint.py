"""Two hashes of a scheme: one of what it decides, one of how things are called.

A new label must move nobody; a new threshold may. So whatever only names (labels, titles, class names) goes into the
label hash, and the logic hash sees classes as numbers in order. A scheme has one logic hash in both languages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fingerprint:
    """Hexadecimal SHA-256 of the logic and of the labels of a scheme."""

    logic: str
    labels: str


def fingerprint(
    head: Mapping[str, Any], metrics: Mapping[str, Any], segments: Mapping[str, Any], ladders: Mapping[str, Any],
    places: Mapping[str, Mapping[str, str]], care: Mapping[str, Any] | None = None,
) -> Fingerprint:  # fmt: skip
    """From `head` (plain values that hold for everybody), and the metrics, segments and ladders by name. `places` maps
    segment → class label → place among its classes. `care` is what decides nothing of any customer: when work is done
    and what is kept."""
    logic: dict[str, Any] = {"head": head}
    labels: dict[str, Any] = dict(care or {})
    for section, models in (("metrics", metrics), ("segments", segments)):
        for name, model in models.items():
            decides, names = model.decides_and_names()
            decides |= model.logic(places) if section == "segments" else {}
            logic[f"{section}.{name}"], labels[f"{section}.{name}"] = {"kind": model.kind, **decides}, names
    for name, ladder in ladders.items():
        logic[f"levels.{name}"], labels[f"levels.{name}"] = ladder.logic(places), ladder.naming()
    return Fingerprint(_digest(logic), _digest(labels))


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()
