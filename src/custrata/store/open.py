"""Opens a store under an alias of its own, so that a process can have several."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from django.db import connections

from custrata.core.errors import CustrataError, Problem
from custrata.store import VARIABLE
from custrata.store.configure import configured, file_settings, server_settings
from custrata.store.faults import told
from custrata.store.migrate import bring_up_to_date
from custrata.store.store import DjangoStore

FILE = "store.sqlite3"
_numbers = count(1)


def opened(url: str | None, folder: Path, wait: float) -> DjangoStore:
    """As `custrata.store.open_store` says."""
    configured()
    if url:
        entry, place = server_settings(url), VARIABLE
    else:
        _make(folder)
        entry, place = file_settings(folder.resolve() / FILE, wait), str(folder / FILE)
    alias = f"custrata-{next(_numbers)}"
    # Django fills in its defaults, and wants a default database for it.
    connections.settings[alias] = connections.configure_settings({"default": {}, alias: entry})[alias]
    store = DjangoStore(alias, place, wait, own=True)
    try:
        with told(place):
            bring_up_to_date(alias, place, wait)
    except BaseException:
        store.close()
        raise
    return store


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        values = {"why": error.strerror or type(error).__name__}
        raise CustrataError(Problem("E-STORE-004", str(folder), values)) from error
