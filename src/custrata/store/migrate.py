"""Brings the tables of a store up to date, in one transaction that only one process at a time is in."""

from __future__ import annotations

import pkgutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.transaction import atomic

from custrata.core.errors import CustrataError, Problem
from custrata.store import migrations
from custrata.store.locks import take_turn
from custrata.store.triggers import guard_again

_PAUSE = 0.02


def bring_up_to_date(alias: str, place: str, wait: float) -> None:
    """Applies the migrations that the store lacks. One question to the database tells whether there are any.

    Raises E-STORE-002 where the store knows migrations that this version does not.
    """
    connection = connections[alias]
    if not _lacking(connection, place):
        return
    with _foreign_keys_unchecked(connection, wait), atomic(using=alias):
        take_turn(connection, wait)
        # Another process may have done it meanwhile.
        if _lacking(connection, place):
            _migrate(connection)


def _lacking(connection: Any, place: str) -> bool:
    known = {m.name for m in pkgutil.iter_modules(migrations.__path__) if m.name[0].isdigit()}
    applied = {name for app, name in MigrationRecorder(connection).applied_migrations() if app == "store"}
    if applied - known:
        values = {"found": max(applied - known), "known": max(known)}
        raise CustrataError(Problem("E-STORE-002", place, values))
    return bool(known - applied)


def _migrate(connection: Any) -> None:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("store"))
    guard_again(connection)


@contextmanager
def _foreign_keys_unchecked(connection: Any, wait: float) -> Iterator[None]:
    """SQLite cannot stop checking them inside a transaction, and Django's migrations there need it stopped; they check
    all keys at their end."""
    if connection.vendor != "sqlite":
        yield
        return
    _write_ahead(connection, wait)
    connection.disable_constraint_checking()
    try:
        yield
    finally:
        connection.enable_constraint_checking()


def _write_ahead(connection: Any, wait: float) -> None:
    """Readers and a writer do not wait for each other. The file remembers it; a network drive may not be able to."""
    deadline = time.monotonic() + wait
    while True:
        try:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA journal_mode=WAL")
            return
        except OperationalError as error:
            # SQLite does not wait here as it does elsewhere.
            busy = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE)
