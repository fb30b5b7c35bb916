"""What people decided and what was published, in a database through Django: a SQLite file or PostgreSQL.

This package is a Django app (`INSTALLED_APPS = ["custrata.store"]`). Django itself is imported when a store is opened,
not before.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custrata.store.store import DjangoStore

__all__ = ["VARIABLE", "WAIT", "open_store"]

VARIABLE = "CUSTRATA_STORE_URL"
"""The environment variable that holds the URL of a store on PostgreSQL."""

WAIT = 10.0
"""How many seconds to wait for another writer."""


def open_store(url: str | None, folder: Path, *, wait: float = WAIT) -> DjangoStore:
    """Opens the store and brings its tables up to date; where there is none yet, it is made.

    `url` is a `postgresql://user:password@host:port/database`, which is kept in memory only and never told; null or
    empty: the SQLite file `store.sqlite3` in `folder`. `wait` is how many seconds a change waits for another writer.
    Django is set up by this call unless the process has done so itself; in a web application it must know the app
    `custrata.store`. A store is to be closed by the thread that used it.

    Errors: E-STORE-001 damaged or no store; 002 written by a newer version; 003 another writer takes too long; 004 the
    folder or file cannot be written; 005 no space left; 006 the URL is none; 007 psycopg is missing; 008 the server
    cannot be reached; 009 it does not let us in; 010 it has no such database; 011 and 022 the connection was lost;
    012 a permission is missing; 013 the database refuses; 014 Django is set up without the app.

    >>> import tempfile
    >>> store = open_store(None, Path(tempfile.mkdtemp()))
    >>> store.runs()
    []
    >>> store.close()
    """
    from custrata.store.open import opened

    return opened(url, folder, wait)
