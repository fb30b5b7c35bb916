"""`custrata restore`: a workspace as it was when it was backed up, in a folder that has none."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import get_args

from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.loader import FILE_NAMES
from custrata.usecases.backup import StoreCopies, StoreForm
from custrata.usecases.backup_archive import FILES, STORE, Member, copy_out, damaged, opened_backup
from custrata.usecases.workspace import Workspace, lock_at_once, replace_file

#: The folder to unpack into, the files in it that tell that everything is unpacked and that the store is filled, and
#: one that who is at it holds.
_ROOM, _UNPACKED, _WHOLE, _LOCK = ".restoring-", "unpacked", "whole", "lock"


@dataclass(frozen=True)
class Restored:
    """What was restored; `made_at` is when the backup was made."""

    path: Path
    made_at: datetime
    files: int
    runs: int
    store: StoreForm
    with_data: bool
    with_facts: bool


def restore(archive: Path, folder: Path, copies: StoreCopies) -> Restored:
    """Writes the workspace of a backup into a folder, after every file of it was found to be what it was.

    A kill leaves no workspace there, or a whole one; restoring the same backup again goes on where it ended. Rows of a
    store on a server go into the store that the environment names. Errors: E-BACKUP-001 no backup, or damaged; 002 of a
    newer version; 003 there is a workspace already; 004 a file would lie outside of the folder; 005 a file is not what
    it was; 006 the store is not empty; 007 the folder cannot be written; 009 files are in the way; those of the store.
    """
    with opened_backup(archive) as (packed, manifest, members):
        try:
            made_at, tables = datetime.fromisoformat(manifest["made_at"]), str(manifest["store"]["tables"])
            form: StoreForm = manifest["store"]["form"]
            if form not in get_args(StoreForm):
                raise ValueError(f"store: {form}")
        except (KeyError, TypeError, ValueError) as error:
            raise damaged(archive, f"manifest.json: {error}") from error
        workspace = Workspace(folder.resolve())
        try:
            if not _carried_on(workspace, members, lambda room: _fill(room, workspace, copies, form, tables)):
                _require_room(workspace, members)
                for member in members:
                    copy_out(packed, member, archive, None)
                copies.require_empty(workspace.home)
                _put(packed, members, archive, workspace, copies, form, tables)
        except OSError as error:
            raise CustrataError(Problem("E-BACKUP-007", str(folder), {"why": error.strerror or str(error)})) from error
    return Restored(
        workspace.path, made_at, len(members), len(workspace.run_ids()), form, bool(manifest.get("with_data")),
        bool(manifest.get("with_facts")),
    )  # fmt: skip


def _require_room(workspace: Workspace, members: list[Member]) -> None:
    there = [n for n in (workspace.home.name, *FILE_NAMES) if (workspace.path / n).exists()]
    if there:
        raise CustrataError(Problem("E-BACKUP-003", str(workspace.path), {"found": ", ".join(there)}))
    if workspace.path.exists() and not workspace.path.is_dir():
        raise CustrataError(Problem("E-BACKUP-007", str(workspace.path), {"why": "it is a file"}))
    _require_free(workspace, [m.name.removeprefix(f"{FILES}/") for m in members if m.name.startswith(f"{FILES}/")])


def _require_free(workspace: Workspace, names: list[str]) -> None:
    taken = [n for n in names if (workspace.path / n).exists()]
    if taken:
        values = {"names": ", ".join(taken[:3]), "n": len(taken)}
        raise CustrataError(Problem("E-BACKUP-009", str(workspace.path), values))


def _put(
    packed: zipfile.ZipFile, members: list[Member], archive: Path, workspace: Workspace, copies: StoreCopies,
    form: StoreForm, tables: str,
) -> None:  # fmt: skip
    """Unpacks into a folder beside, fills the store, and moves all of it into place; last what makes a workspace."""
    workspace.path.mkdir(parents=True, exist_ok=True)
    room = Path(tempfile.mkdtemp(prefix=_ROOM, dir=workspace.path))
    with (room / _LOCK).open("a+", encoding="utf-8") as handle:
        lock_at_once(handle)
        try:
            for member in members:
                copy_out(packed, member, archive, room / member.name)
            replace_file(room / _UNPACKED, _told(members))
            _fill(room, workspace, copies, form, tables)
        except BaseException as error:
            if not _unsure(error):
                shutil.rmtree(room, ignore_errors=True)
            raise
        replace_file(room / _WHOLE, _told(members))
        _move_in(room, workspace)
    shutil.rmtree(room, ignore_errors=True)  # Windows keeps a file that is open, as the lock was


def _unsure(error: BaseException) -> bool:
    """Whether the store may be filled all the same: the connection was lost at the very end. Whoever restores again
    finds out."""
    return isinstance(error, CustrataError) and any(p.code == "E-STORE-022" for p in error.problems)


def _fill(room: Path, workspace: Workspace, copies: StoreCopies, form: StoreForm, tables: str) -> None:
    """Fills the store from what was unpacked, unless that was done before: a kill may have come between the store's own
    word and ours."""
    home = room / FILES / workspace.home.name
    if form != "none":
        copies.load(form, tables, home if form == "sqlite" else room / STORE, home)


def _carried_on(workspace: Workspace, members: list[Member], fill: Callable[[Path], None]) -> bool:
    """Completes what a killed restoring of the same backup has left: all of it was unpacked, and a part may be in its
    place. False where there is nothing to complete; what was not even unpacked is removed."""
    for room in sorted(workspace.path.glob(f"{_ROOM}*")):
        with (room / _LOCK).open("a+", encoding="utf-8") as handle:
            try:
                lock_at_once(handle)
            except OSError:
                continue  # somebody is at it
            whole, unpacked = room / _WHOLE, room / _UNPACKED
            same = unpacked.is_file() and unpacked.read_text("utf-8") == _told(members)
            if unpacked.is_file() and not same:
                continue
            if same and not whole.is_file():
                fill(room)
                replace_file(whole, _told(members))
            done = same and _move_in(room, workspace)
        shutil.rmtree(room, ignore_errors=True)
        if same:
            return done
    return False


def _told(members: list[Member]) -> str:
    """What tells a backup from others."""
    return "".join(f"{m.sha256} {m.size} {m.name}\n" for m in members)


def _move_in(room: Path, workspace: Workspace) -> bool:
    """Moves what was unpacked into place; says whether anything was left to move. Raises E-BACKUP-009 where a file is
    in the way."""
    new = room / FILES
    home = new / workspace.home.name
    own = [file for file in new.rglob("*") if file.is_file() and not file.is_relative_to(home)]
    left = bool(own) or home.is_dir()
    _require_free(workspace, [file.relative_to(new).as_posix() for file in own])
    for file in sorted(f for f in own if f.parent != new):
        _move(file, workspace.path / file.relative_to(new))
    if home.is_dir():
        home.replace(workspace.home)
    for file in sorted(f for f in own if f.parent == new):
        _move(file, workspace.path / file.name)
    return left


def _move(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    file.replace(target)
