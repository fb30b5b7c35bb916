"""The review list of duplicates: what the last search found, without what people have decided since."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from custrata.core.errors import CustrataError
from custrata.core.identity.ledger import pair
from custrata.locale import Lang
from custrata.sources.files.find import find_files
from custrata.usecases.identity_store import state
from custrata.usecases.workspace import Workspace, replace_file
from custrata.web.data_page import read_kept
from custrata.web.tasks.kept import AUDIT, DUPLICATES, LATER, kept

Pairs = list[dict[str, Any]]
#: The check of the audit that counts customers under several numbers by exact keys.
_REPEATED = "A-DUP-005"


def told_of(workspace: Workspace) -> dict[str, Any] | None:
    """What the last search found; null before the first."""
    return read_kept(kept(workspace.home, DUPLICATES))


def audit_saw(workspace: Workspace, lang: Lang) -> dict[str, Any] | None:
    """What the last audit says of customers under several numbers: its sentence, how many numbers those are and when;
    null where there was no audit, or it had nothing to compare."""
    told = read_kept(kept(workspace.home, AUDIT))
    said = (told or {}).get(lang) or {}
    for finding in (*said.get("findings", ()), *said.get("passed", ())):
        if told is not None and finding.get("code") == _REPEATED:
            at = datetime.fromisoformat(told["at"])
            return {"message": finding["message"], "customers": int(finding.get("customers") or 0), "at": at}
    return None


def changed_since(workspace: Workspace, at: datetime) -> bool:
    """Whether the files of customers changed after a search, or of a database a run was published after it."""
    try:
        sources = workspace.scheme().sources
        people = sources.customers if sources.customers is not None and sources.customers.told else sources.orders
        files = find_files(list(people.file), workspace.path) if people.file else []
        if any(f.stat().st_mtime > at.timestamp() for f in files):
            return True
    except (CustrataError, OSError):
        return False
    if files or not workspace.run_ids():
        return False
    return datetime.fromisoformat(workspace.run().record["published_at"]) > at


def open_pairs(workspace: Workspace, told: dict[str, Any]) -> tuple[Pairs, Pairs]:
    """Pairs that nobody has decided since the search, and those of them that somebody put off."""
    now = state(workspace)
    left = [
        _side_by_side(p) for p in told["pairs"]
        if now.resolve(p["a"]) != now.resolve(p["b"]) and pair(p["a"], p["b"]) not in now.apart
    ]  # fmt: skip
    off = _off(workspace)
    waits = [p for p in left if pair(p["a"], p["b"]) not in off]
    return waits, [p for p in left if pair(p["a"], p["b"]) in off]


def doubtful_pairs(workspace: Workspace) -> int:
    """How many pairs wait for a person."""
    told = told_of(workspace)
    return len(open_pairs(workspace, told)[0]) if told else 0


def certain_groups(workspace: Workspace, told: dict[str, Any]) -> Pairs:
    """Groups that rules would make and that are not made yet."""
    now = state(workspace)
    return [g for g in told["certain"] if len({now.resolve(i) for i in g["ids"]}) > 1]


def put_off(workspace: Workspace, a: str, b: str, *, off: bool) -> None:
    """Puts a pair off, or takes it back among those to decide."""
    known = _off(workspace)
    changed = known | {pair(a, b)} if off else known - {pair(a, b)}
    if changed != known:
        file = kept(workspace.home, LATER)
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_file(file, json.dumps({"pairs": sorted(changed)}, ensure_ascii=False))


def _off(workspace: Workspace) -> set[tuple[str, str]]:
    found = read_kept(kept(workspace.home, LATER)) or {}
    return {(str(a), str(b)) for a, b in found.get("pairs", ())}


def _side_by_side(found: dict[str, Any]) -> dict[str, Any]:
    """A pair with its fields beside one another."""
    one, two = found["records"]
    return found | {"fields": [(n, one.get(n, ""), two.get(n, "")) for n in dict.fromkeys((*one, *two))]}
