"""Tells whether the files of a plan are still those that were written: a plan may wait for days, and is published as it
lies there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from custrata.usecases.evidence import LINES, ORDERS

#: What tells it: `plan.json`, which does not tell of itself.
PLAN_FILE = "plan.json"
#: Written when the plan is applied.
_STAMPED = "record.json"
_CHUNK = 1 << 20


def seal(folder: Path) -> dict[str, dict[str, Any]]:
    """For each file of a plan its size in bytes and its SHA-256. Of the orders and lines, which may be many gigabytes
    that several runs share, the size."""
    return {file.name: _told(file) for file in sorted(folder.iterdir()) if file.name != PLAN_FILE}


def sealed_of(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    """What a plan says that its files are known by; nothing where it does not say."""
    try:
        found = json.loads((folder / PLAN_FILE).read_text("utf-8")).get("files", {})
    except (OSError, ValueError, AttributeError):
        return {}
    return found if isinstance(found, dict) else {}


def broken(folder: Path, sealed: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The first file of a plan that is gone or another one than was written; null where all are there. The record, in
    which a kill may have left when it was to be published, only has to be there."""
    for name, said in sealed.items():
        file = folder / name
        try:
            same = file.is_file() if name == _STAMPED else _told(file) == said
        except OSError:
            same = False
        if not same:
            return name
    return None


def _told(file: Path) -> dict[str, Any]:
    said: dict[str, Any] = {"size": file.stat().st_size}
    if file.name in (ORDERS, LINES):
        return said
    digest = hashlib.sha256()
    with file.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            digest.update(chunk)
    return {**said, "sha256": digest.hexdigest()}
