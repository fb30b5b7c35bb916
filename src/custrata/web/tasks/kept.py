"""Where answers of work lie that pages show again and again."""

from __future__ import annotations

from pathlib import Path

AUDIT, DUPLICATES, LATER = "audit.json", "duplicates.json", "duplicates-later.json"


def kept(home: Path, name: str) -> Path:
    """A file below the workspace's `.custrata`."""
    return home / "web" / name
