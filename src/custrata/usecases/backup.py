"""`custrata backup`: everything of a workspace that cannot be made anew, in one file."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, Literal, Protocol

from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.loader import FILE_NAMES, find
from custrata.usecases.backup_archive import FILES, FORMAT, STORE, Member, add, add_manifest
from custrata.usecases.ports import Clock
from custrata.usecases.workspace import Workspace, lock_at_once

#: How a store is kept in a backup: as the SQLite file that it is, as rows of a server's tables, or there is none.
StoreForm = Literal["none", "sqlite", "rows"]
STORE_FILE = "store.sqlite3"

#: In `.custrata`: what the next load makes again, what is being made, who holds what, and the key that signs sessions,
#: of which a restored workspace makes its own.
_FACTS = "facts.duckdb"
_NOT_KEPT = ("staging", "evidence", "lock", "worker.lock", "scheme.lock", "backup.lock", "publishing", "web", "secret")
_TRIES = 3


class StoreCopies(Protocol):
    """Copies a store out of and into the database that the environment names."""

    def dump(self, folder: Path, into: Path) -> tuple[StoreForm, str]:
        """Writes the store of a workspace's own folder into another one, as it is at one moment, whoever writes
        meanwhile, with the accounts that lie in it; says in which form, and at which version of its tables."""

    def require_empty(self, folder: Path) -> None:
        """Raises E-BACKUP-006 where the store that a workspace's own folder would have holds something."""

    def load(self, form: StoreForm, tables: str, dumped: Path, folder: Path) -> None:
        """Writes what was dumped into the store of a workspace's own folder, all or nothing; one that holds the very
        same stays as it is."""


@dataclass(frozen=True)
class Backup:
    """A backup that was written; `files` and `size` (bytes) are those of what is in it."""

    path: Path
    made_at: datetime
    files: int
    size: int
    packed: int
    store: StoreForm
    with_data: bool
    with_facts: bool


def backup(
    workspace: Workspace, copies: StoreCopies, clock: Clock, target: Path, *, with_data: bool = False,
    with_facts: bool = False,
) -> Backup:  # fmt: skip
    """Writes the scheme, runs, plans, identities, mends and the store of a workspace, with the accounts of the web
    application, into a ZIP; with `with_data` also
    what is in `data/`, with `with_facts` the loaded facts, which are made anew from the data otherwise.

    `target` is the file (`.zip`), or a folder for one that is named after workspace and moment. It appears, or replaces
    an older one, when it is complete, and only its owner can read it. Others may write meanwhile, except with
    `with_facts` (E-RUN-005). Errors: E-SCHEME-020 no workspace; E-BACKUP-007 it cannot be written; E-BACKUP-008 it
    would lie in what it is made of; those of the store.
    """
    scheme_file = workspace.scheme_file or find(workspace.path)
    now = clock().astimezone(UTC)
    path = target if target.suffix.lower() == ".zip" else target / f"{workspace.path.name}-{now:%Y%m%d-%H%M%S}.zip"
    path = path.absolute()
    if path.resolve().is_relative_to(workspace.home.resolve()):
        raise CustrataError(Problem("E-BACKUP-008", str(path), {"folder": workspace.home.name}))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _swept(workspace, path.parent):
            # Readable by its owner only, as everybody's records should be.
            room = Path(tempfile.mkdtemp(prefix=f".{path.name}{_mark(workspace)}", suffix=".new", dir=path.parent))
            try:
                partial = room / "packed"
                made = _written(workspace, scheme_file, copies, clock, now, partial, path, with_data, with_facts)
                with partial.open("rb+") as file:
                    os.fsync(file.fileno())
                partial.replace(path)
            finally:
                shutil.rmtree(room, ignore_errors=True)
    except OSError as error:
        raise CustrataError(Problem("E-BACKUP-007", str(path), {"why": error.strerror or str(error)})) from error
    return made


@contextmanager
def _swept(workspace: Workspace, folder: Path) -> Iterator[None]:
    """Without what a killed backup of this workspace has left in a folder. Where another backup of it is at work, or
    nothing can be written in the workspace, what is there stays."""
    with ExitStack() as stack:
        try:
            if not workspace.home.is_dir():
                raise FileNotFoundError
            lock_at_once(stack.enter_context((workspace.home / "backup.lock").open("a+", encoding="utf-8")))
        except OSError:
            pass
        else:
            for left in folder.glob(f".*{_mark(workspace)}*.new"):
                shutil.rmtree(left, ignore_errors=True)
        yield


def _mark(workspace: Workspace) -> str:
    """What tells the unfinished backups of this workspace from those of others in the same folder."""
    return f".{hashlib.sha256(str(workspace.path.resolve()).encode()).hexdigest()[:12]}-"


def _written(
    workspace: Workspace, scheme_file: Path, copies: StoreCopies, clock: Clock, now: datetime, partial: Path,
    path: Path, with_data: bool, with_facts: bool,
) -> Backup:  # fmt: skip
    """Files that vanish while they are copied (a plan becomes a run, an old run is removed) make it begin again; at
    last nobody else may write."""
    for attempt in range(_TRIES):
        alone = with_facts or attempt == _TRIES - 1
        with workspace.writing(clock()) if alone else nullcontext():
            try:
                with (
                    _private(partial) as file,
                    zipfile.ZipFile(file, "w") as archive,
                    tempfile.TemporaryDirectory(dir=partial.parent) as room,
                ):
                    # First the store: every run that it names then is among the files that follow.
                    form, tables = copies.dump(workspace.home, Path(room))
                    base = f"{FILES}/{workspace.home.name}" if form == "sqlite" else STORE
                    members = [add(archive, f"{base}/{f.name}", f) for f in sorted(Path(room).iterdir())]
                    own = (path.resolve(), partial.parent.resolve())
                    for one in _files(workspace, scheme_file, with_data, with_facts):
                        if not any(one.resolve().is_relative_to(o) for o in own):
                            name = f"{FILES}/{one.relative_to(workspace.path).as_posix()}"
                            members.append(add(archive, name, one))
                    said = {"with_data": with_data, "with_facts": with_facts}
                    add_manifest(archive, _manifest(workspace, scheme_file, now, form, tables, members) | said)
            except FileNotFoundError:
                if alone:
                    raise
                continue
        size = sum(m.size for m in members)
        return Backup(path, now, len(members), size, partial.stat().st_size, form, with_data, with_facts)
    raise AssertionError("unreachable")


def _private(path: Path) -> IO[bytes]:
    """A new file that its owner alone can read."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "w+b")


def _manifest(
    workspace: Workspace, scheme_file: Path, now: datetime, form: StoreForm, tables: str, members: list[Member]
) -> dict[str, Any]:  # fmt: skip
    return {
        "format": FORMAT, "made_at": now.isoformat(timespec="seconds"), "workspace": workspace.path.name,
        "scheme": scheme_file.name, "store": {"form": form, "tables": tables},
        "versions": {"custrata": version("custrata"), "python": platform.python_version()},
        "files": [{"path": m.name, "size": m.size, "sha256": m.sha256} for m in members],
    }  # fmt: skip


def _files(workspace: Workspace, scheme_file: Path, with_data: bool, with_facts: bool) -> Iterator[Path]:
    """The files that are copied as they are. Plans come before runs: one that is applied meanwhile is in one of them,
    or vanishes while it is copied."""
    yield from sorted({scheme_file, *(f for n in FILE_NAMES if (f := workspace.path / n).is_file())})
    if workspace.home.is_dir():
        for entry in sorted(workspace.home.iterdir()):
            made = entry.name.startswith((_FACTS, STORE_FILE)) or entry.name in _NOT_KEPT or entry.suffix == ".new"
            if not made or (with_facts and entry.name in (_FACTS, f"{_FACTS}.wal")):
                yield from _below(entry)
    if with_data:
        yield from _below(workspace.path / "data")


def _below(entry: Path) -> Iterator[Path]:
    if entry.is_file():
        yield entry
        return
    for folder, folders, names in os.walk(entry):
        folders.sort()
        for name in sorted(names):
            with suppress(OSError):
                if (Path(folder) / name).is_file():
                    yield Path(folder) / name
