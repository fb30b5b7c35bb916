"""`custrata prune`, and what every publishing ends with: older runs make room, as far as nobody needs them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from custrata.core.errors import CustrataError
from custrata.core.schedule.options import Keep
from custrata.core.scheme.model import Scheme
from custrata.core.store import RunEntry
from custrata.usecases.levels.kept import MOVES, has_store, store_of
from custrata.usecases.levels.rollback import in_order
from custrata.usecases.levels.standings import BASE, SINCE, STANDINGS, has_standings
from custrata.usecases.ports import Clock
from custrata.usecases.store import OpenStore
from custrata.usecases.workspace import THINNED, PublishedRun, Workspace, replace_file

_LEVELS = (STANDINGS, BASE, SINCE, MOVES)
"""What the history of the ladders is read from; JSON, which says what a run was, is small and stays as well."""


@dataclass(frozen=True)
class Retired:
    """A run that is out of the kept ones: gone altogether or, where later levels and the history rest on it, thinned.
    `size` is what was freed, in bytes."""

    id: str
    day: date
    gone: bool
    size: int


def prune(
    workspace: Workspace, open_store: OpenStore, clock: Clock, *, keep: Keep | None = None, dry_run: bool = False
) -> list[Retired]:  # fmt: skip
    """Removes runs that the scheme's `keep` (or another one) does not keep, oldest first; with `dry_run` only tells.

    Never removed: the current run, also where somebody rolled back to it, and runs that are newer than the oldest kept
    one. Of a run whose levels were applied the standings and moves stay, and what says how it came about. Runs that
    were rolled back are not counted among the kept ones. Errors: E-RUN-005 where another process is writing.
    """
    scheme, now = workspace.scheme(), clock()
    with workspace.writing(now), workspace.scratch() as scratch:
        entries: Mapping[str, RunEntry] = {}
        if scheme.levels or has_store(workspace):
            with store_of(workspace, open_store) as store:
                entries = {r.id: r for r in store.runs()}
        found = outdated(workspace, scheme, keep or scheme.keep, entries, now)
        return found if dry_run else [r for r in found if _retire(workspace, r, now, scratch)]


def make_room(
    workspace: Workspace, scheme: Scheme, entries: Mapping[str, RunEntry], now: datetime, scratch: Path
) -> None:  # fmt: skip
    """The same after publishing, by who is writing. A file that another program holds is left for the next time."""
    for retired in outdated(workspace, scheme, scheme.keep, entries, now):
        _retire(workspace, retired, now, scratch)


def outdated(
    workspace: Workspace, scheme: Scheme, keep: Keep, entries: Mapping[str, RunEntry], now: datetime
) -> list[Retired]:  # fmt: skip
    """The runs that are not kept any more, oldest first by the order of publishing, with what removing them frees.
    `entries` are those of the store by id, the newest first."""
    if keep.runs is None or not workspace.run_ids():
        return []
    zone, current = ZoneInfo(scheme.timezone), workspace.current_id
    runs, moments = [], {}
    for id in in_order(workspace.run_ids(), entries):
        with suppress(CustrataError):  # one whose record is damaged stays for somebody to look at
            runs.append(workspace.run(id))
            moments[id] = datetime.fromisoformat(runs[-1].record["published_at"])
    holding = [r for r in runs if not _rolled_back(entries, r.id)]
    days = [moments[r.id].astimezone(zone).date() for r in holding]
    cut = keep.cut(days, now.astimezone(zone).date())
    kept = holding[cut].id if cut < len(holding) else None
    older = runs if kept is None else runs[: next(n for n, r in enumerate(runs) if r.id == kept)]
    found, links = [], Links()
    for run in older:
        if run.id == current:
            continue
        applied = has_standings(run.folder) and not _rolled_back(entries, run.id)
        going = _going(run) if applied else _files(run.folder)
        if going:
            size = sum(links.freed(file) for file in going)
            found.append(Retired(run.id, moments[run.id].astimezone(zone).date(), not applied, size))
    return found


def _rolled_back(entries: Mapping[str, RunEntry], run: str) -> bool:
    return run in entries and entries[run].state == "rolled back"


def _going(run: PublishedRun) -> list[Path]:
    """Files that go where levels and history stay."""
    return [file for file in _files(run.folder) if file.suffix != ".json" and file.name not in _LEVELS]


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


class Links:
    """What removing files frees, one after the other: a file that several runs share (`evidence_write`) is gone with
    the last of its names."""

    def __init__(self) -> None:
        self._left: dict[tuple[int, int], int] = {}

    def freed(self, file: Path) -> int:
        """The bytes that are free once this name of a file is removed, after all those that were asked for before."""
        try:
            found = file.stat()
        except OSError:
            return 0
        key = (found.st_dev, found.st_ino)
        self._left[key] = self._left.get(key, found.st_nlink) - 1
        return found.st_size if self._left[key] <= 0 else 0


def _retire(workspace: Workspace, retired: Retired, now: datetime, scratch: Path) -> bool:
    """False where a file could not be removed. A kill leaves the run as it was, gone, or marked as thinned."""
    run = workspace.run(retired.id)
    try:
        if retired.gone:
            # In one step out of everybody's sight; what is left of it there, the next writer removes.
            target = scratch / f"gone-{run.id}"
            run.folder.replace(target)
            shutil.rmtree(target, ignore_errors=True)
            return True
        going = _going(run)
        if not run.thinned:
            at = now.astimezone(UTC).isoformat(timespec="seconds")
            said = {"at": at, "removed": sorted(file.name for file in going)}
            replace_file(run.folder / THINNED, json.dumps(said, ensure_ascii=False, indent=2) + "\n")
        for file in going:
            file.unlink(missing_ok=True)
    except OSError:
        return False
    return True
