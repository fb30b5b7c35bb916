"""Copies of a store for backups: a SQLite file as it is, the tables of a server as lines of JSON."""

from __future__ import annotations

import errno
import os
import pkgutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from custrata.core.errors import CustrataError, Problem
from custrata.store import WAIT

if TYPE_CHECKING:
    from custrata.store.store import DjangoStore

Form = Literal["none", "sqlite", "rows"]


@dataclass(frozen=True)
class StoreCopies:
    """Copies of the store that `open_store` opens for the same URL: a server's, or the SQLite file of a folder. Where
    the web application keeps its accounts in it, those go along; on a server Django has to know of it then."""

    url: str | None

    def dump(self, folder: Path, into: Path) -> tuple[Form, str]:
        """Writes the store into another folder, as it is at one moment whoever writes meanwhile; says in which form
        and at which version of its tables. Errors: those of `open_store`; E-BACKUP-010 there are accounts, and the web
        application is not installed."""
        if self.url:
            from custrata.store.copy_rows import write_rows

            with _opened(self.url, folder) as store:
                write_rows(store, into)
            return "rows", newest_migration()
        from custrata.store.open import FILE

        if not (folder / FILE).is_file():
            return "none", ""
        return "sqlite", _copy_file(folder / FILE, into / FILE)

    def require_empty(self, folder: Path) -> None:
        """Raises E-BACKUP-006 where the store on the server holds something. A file can be no other's."""
        if self.url:
            from custrata.store.copy_rows import require_empty

            with _opened(self.url, folder) as store:
                require_empty(store)

    def load(self, form: Form, tables: str, dumped: Path, folder: Path) -> None:
        """Writes what was dumped into the store, in one transaction; a store that holds the very same already stays as
        it is, so that who was killed can do it again. Work that waited or ran is not begun by it.

        Errors: E-BACKUP-001 it cannot be read; E-BACKUP-006 the store is not empty; E-BACKUP-010 it has accounts, and
        the web application is not installed; E-STORE-002 it is of a newer version; those of `open_store`."""
        known = newest_migration()
        if tables > known:
            raise CustrataError(Problem("E-STORE-002", str(dumped), {"found": tables, "known": known}))
        if form != "sqlite":
            from custrata.store.copy_rows import read_rows

            with _opened(self.url, folder) as store:
                read_rows(store, dumped)
        elif not self.url:
            _end_work(dumped)
        else:
            _move(self.url, dumped, folder)


def newest_migration() -> str:
    """The version of the tables that this version of Custrata knows."""
    from custrata.store import migrations

    return max(m.name for m in pkgutil.iter_modules(migrations.__path__) if m.name[0].isdigit())


@contextmanager
def _opened(url: str | None, folder: Path) -> Iterator[DjangoStore]:
    from custrata.store.open import opened

    store = opened(url, folder, WAIT)
    try:
        yield store
    finally:
        store.close()


def _copy_file(file: Path, target: Path) -> str:
    """SQLite copies a file that others write to; what it copied is looked through before anybody relies on it."""
    try:
        with (
            closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=WAIT)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):  # fmt: skip
            source.backup(copy)
            found = [row[0] for row in copy.execute("PRAGMA quick_check")]
            if found != ["ok"]:
                raise sqlite3.DatabaseError(str(found[0]))
            applied = copy.execute("SELECT max(name) FROM django_migrations WHERE app = 'store'").fetchone()[0]
    except sqlite3.Error as error:
        kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if kind == sqlite3.SQLITE_FULL:
            # It is the copy that found no room; what is copied is as sound as before.
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target)) from error
        code = "E-STORE-003" if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) else "E-STORE-001"
        raise CustrataError(Problem(code, str(file), {"why": str(error)})) from error
    return str(applied or "")


def _end_work(folder: Path) -> None:
    """Work that waited or ran when a file was copied is told to be lost: whoever wants it asks again."""
    from custrata.store.open import FILE

    try:
        with closing(sqlite3.connect(folder / FILE)) as copy, copy:
            if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'web_job'").fetchone():
                copy.execute("UPDATE web_job SET state = 'lost', pid = NULL WHERE state IN ('waiting', 'running')")
    except sqlite3.Error as error:
        raise CustrataError(Problem("E-STORE-001", str(folder / FILE), {"why": str(error)})) from error


def _move(url: str, dumped: Path, folder: Path) -> None:
    """Moves a file to a server. Where it is gone, that was done before."""
    from custrata.store.copy_rows import read_rows, write_rows
    from custrata.store.open import FILE

    if not (dumped / FILE).is_file():
        return
    with TemporaryDirectory(prefix="custrata-") as room:
        with _opened(None, dumped) as store:
            write_rows(store, Path(room))
        with _opened(url, folder) as store:
            read_rows(store, Path(room))
    for name in (f"{FILE}-wal", f"{FILE}-shm", FILE):
        (dumped / name).unlink(missing_ok=True)
