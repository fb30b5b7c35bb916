"""Whether a plan still holds, told without reading any data: what publishing it would find changed, as far as files,
the scheme and the store tell. What they cannot tell (a database that nobody asked since) counts as unchanged, for
publishing looks again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from custrata.core.errors import CustrataError
from custrata.core.scan import DatabaseRecord
from custrata.core.scheme.model import Scheme
from custrata.core.scheme.sources import Source
from custrata.core.store import PlanEntry
from custrata.sources.files.find import find_files, shown_name
from custrata.usecases.identity_store import ledger_file
from custrata.usecases.identity_store import state as who_is_who
from custrata.usecases.levels.kept import waiting_folder
from custrata.usecases.levels.plan_ground import latest, overrides_hash, runs_before
from custrata.usecases.levels.sealed import PLAN_FILE
from custrata.usecases.load.loaded import Loaded
from custrata.usecases.load.units import Present, digest, sha256
from custrata.usecases.mend_book import book_file, mends_in_force
from custrata.usecases.scheme_file import scheme_text
from custrata.usecases.store import Store
from custrata.usecases.workspace import PublishedRun, Workspace

#: What can have changed since a plan was made, in both languages.
CHANGED: Mapping[str, tuple[str, str]] = {
    "facts": ("facts", "业务事实"), "rules": ("rules of the scheme", "方案的规则"),
    "overrides": ("overrides", "人工调整"),
    "levels": ("levels", "等级"), "files": ("files of the plan", "变动方案的文件"),
}  # fmt: skip
#: What told the facts of a plan from others, in `PLAN_FILE`.
GROUNDS = "grounds"
#: Larger files of unchanged size are not read to tell whether they were only touched.
_MOST_BYTES = 64 << 20


def grounds(workspace: Workspace, ready: Loaded) -> dict[str, Any]:
    """What a plan's facts are known by without reading them: the files with their size and time, how far the ledger of
    identities and the book of mends went, who counted as whom, and the latest correction of a profile. Held by the
    writer's lock."""
    units = [
        {"source": u.source, "name": u.name, "database": isinstance(u.record, DatabaseRecord), "mends": u.mends,
         "bytes": getattr(u.record, "bytes", 0), "sha256": u.record.sha256, "touched_ns": u.touched_ns}
        for u in ready.result.state.units
    ]  # fmt: skip
    return {
        "units": units, "ledger": _size(ledger_file(workspace)), "book": _size(book_file(workspace)),
        "merged": _digest(ready.at.merged), "correction": max((c.id for c in ready.at.changes), default=0),
    }  # fmt: skip


def changed_since(workspace: Workspace, store: Store, entry: PlanEntry, now: datetime) -> list[str]:
    """Which of `CHANGED` publishing a plan that waits would be refused for; none: as far as can be told, it holds."""
    folder = waiting_folder(workspace, entry.id)
    if not (folder / PLAN_FILE).is_file():
        return ["files"]
    try:
        ground, record = _told(folder)
    except (OSError, ValueError, AttributeError):
        return ["files"]
    try:
        scheme = workspace.scheme()
    except CustrataError:
        return ["rules"]
    found = {
        "facts": _facts_changed(workspace, store, scheme, entry, ground, record),
        "rules": _rules_changed(workspace, scheme, PublishedRun(entry.id, folder, dict(record))),
        "overrides": entry.overrides
        != overrides_hash(store.overrides(), entry.as_of, now.astimezone(ZoneInfo(scheme.timezone)).date()),
        "levels": _levels_changed(store, entry),
    }
    return [name for name, changed in found.items() if changed]


@lru_cache(maxsize=64)
def _told(folder: Path) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What a plan says it stands on, and its record; they do not change while it waits."""
    ground = json.loads((folder / PLAN_FILE).read_text("utf-8")).get(GROUNDS, {})
    return ground, json.loads((folder / "record.json").read_text("utf-8"))


def _levels_changed(store: Store, entry: PlanEntry) -> bool:
    try:
        return entry.base != latest(*runs_before(store, entry.as_of))
    except CustrataError:  # levels were applied for a later day
        return True


def _rules_changed(workspace: Workspace, scheme: Scheme, planned: PublishedRun) -> bool:
    """Beside each other as they are written: what an ERP preset says for a scheme is said of both."""
    try:
        if scheme_text(workspace) == planned.record["scheme"]["text"]:
            return False
        return scheme.fingerprint.logic != planned.scheme().fingerprint.logic
    except (CustrataError, KeyError):
        return True


def _facts_changed(
    workspace: Workspace, store: Store, scheme: Scheme, entry: PlanEntry, ground: Mapping[str, Any],
    record: Mapping[str, Any],
) -> bool:  # fmt: skip
    if not ground:  # a plan of an older version does not say
        return False
    units: Sequence[Mapping[str, Any]] = ground["units"]
    if _size(ledger_file(workspace)) != ground["ledger"]:
        try:
            if _digest(who_is_who(workspace).mapping) != ground["merged"]:
                return True
        except CustrataError:
            return True
    if store.latest_profile_change() != ground["correction"]:
        counts = {*scheme.attributes, "joined_at"}
        if any(c.id > ground["correction"] and c.column in counts for c in store.profile_changes()):
            return True
    if _size(book_file(workspace)) != ground["book"] and _mended(workspace, units):
        return True
    if any(u["database"] for u in units) and _loaded_since(workspace, entry, record, units):
        return True
    return any(
        _files_changed(config, [u for u in units if u["source"] == name], workspace.path)
        for name, config in scheme.sources.named().items()
        if config.file
    )


def _files_changed(config: Source, units: Sequence[Mapping[str, Any]], base: Path) -> bool:
    """Whether other files lie there than those that were read, or one of them is another one. Of a workbook of which
    several sheets are read the file is looked at, not its sheets."""
    patterns = [_book(p, base) for p in config.file]
    try:
        there = {shown_name(p, base): p for p in find_files(list(dict.fromkeys(patterns)), base)}
    except CustrataError:
        return True
    read = {_book(u["name"], base, there): u for u in units}
    return set(read) != set(there) or any(_another(there[name], u) for name, u in read.items())


def _book(name: str, base: Path, known: Mapping[str, Path] | None = None) -> str:
    """The workbook of a sheet that is named as `book.xlsx[sheet]`; another name as it is."""
    whole = name in known if known is not None else (base / Path(name).expanduser()).exists()
    book, bracket, _ = name.rpartition("[")
    return book if name.endswith("]") and bracket and book and not whole and "." in book else name


def _another(path: Path, unit: Mapping[str, Any]) -> bool:
    try:
        found = path.stat()
    except OSError:
        return True
    if found.st_size != int(unit["bytes"]):
        return True
    if found.st_mtime_ns == unit["touched_ns"] or found.st_size > _MOST_BYTES:
        return False
    return _hash(str(path), found.st_size, found.st_mtime_ns) != str(unit["sha256"])


@lru_cache(maxsize=512)
def _hash(path: str, size: int, touched_ns: int) -> str:
    """The hash of a file of this size and time: one that was only touched is read once."""
    try:
        return sha256(Present(Path(path), path, size, touched_ns))
    except CustrataError:
        return ""


def _mended(workspace: Workspace, units: Sequence[Mapping[str, Any]]) -> bool:
    try:
        mends = mends_in_force(workspace)
    except CustrataError:
        return True
    own = [
        digest([m for m in mends if m.source == u["source"] and m.sha256 == u["sha256"]], u["name"]) for u in units
    ]  # fmt: skip
    return own != [u["mends"] for u in units]


def _loaded_since(
    workspace: Workspace, entry: PlanEntry, record: Mapping[str, Any], units: Sequence[Mapping[str, Any]]
) -> bool:
    """Whether a run published since read other rows of a database than the plan."""
    try:
        shown = workspace.run().record
        if datetime.fromisoformat(shown["published_at"]) <= entry.created_at:
            return False
        names = {u["source"] for u in units if u["database"]}
        return any(_reach(record, n) != _reach(shown, n) for n in names)
    except (CustrataError, KeyError, ValueError):
        return False


def _reach(record: Mapping[str, Any], source: str) -> list[tuple[Any, ...]]:
    """How far the loads of a source went."""
    return [(i.get("sha256"), i.get("watermark"), i.get("rows")) for i in record["inputs"].get(source, ())]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _digest(merged: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(sorted(merged.items())).encode()).hexdigest()
