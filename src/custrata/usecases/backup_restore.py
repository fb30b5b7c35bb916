"""`custrata restore`: a workspace as it was when it was backed up, in a folder that has none."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import get_args

from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.loader import FILE_NAMES
from custrata.usecases.backup import StoreCopies, StoreForm
from custrata.usecases.backup_archive import FILES, STORE, Member, copy_out, damaged, opened_backup
from custrata.usecases.workspace import Workspace


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

    A kill leaves no workspace there, or a whole one. Rows of a store on a server go into the store that the environment
    names. Errors: E-BACKUP-001 no backup, or damaged; 002 of a newer version; 003 there is a workspace already; 004 a
    file would lie outside of the folder; 005 a file is not what it was; 006 the store is not empty; 007 the folder
    cannot be written; 009 files are in the way; those of the store.
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
        _require_room(workspace, members)
        for member in members:
            copy_out(packed, member, archive, None)
        try:
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
    own = [m.name.removeprefix(f"{FILES}/") for m in members if m.name.startswith(f"{FILES}/")]
    taken = [n for n in own if (workspace.path / n).exists()]
    if taken:
        values = {"names": ", ".join(taken[:3]), "n": len(taken)}
        raise CustrataError(Problem("E-BACKUP-009", str(workspace.path), values))


def _put(
    packed: zipfile.ZipFile, members: list[Member], archive: Path, workspace: Workspace, copies: StoreCopies,
    form: StoreForm, tables: str,
) -> None:  # fmt: skip
    """Unpacks into a folder beside, fills the store, and moves all of it into place; last what makes a workspace."""
    workspace.path.mkdir(parents=True, exist_ok=True)
    room = Path(tempfile.mkdtemp(prefix=".restoring-", dir=workspace.path))
    try:
        for member in members:
            copy_out(packed, member, archive, room / member.name)
        new = room / FILES
        home = new / workspace.home.name
        dumped = home if form == "sqlite" else room / STORE
        if form != "none":
            copies.load(form, tables, dumped, home)
        own = [file for file in new.rglob("*") if file.is_file() and not file.is_relative_to(home)]
        for file in sorted(f for f in own if f.parent != new):
            _move(file, workspace.path / file.relative_to(new))
        if home.is_dir():
            home.replace(workspace.home)
        for file in sorted(f for f in own if f.parent == new):
            _move(file, workspace.path / file.name)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _move(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    file.replace(target)
