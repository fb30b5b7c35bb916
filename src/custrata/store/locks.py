"""Lets one transaction change a store at a time, on PostgreSQL as on SQLite."""

from __future__ import annotations

from typing import Any

_KEY = 0x637573747261  # "custra"


def take_turn(connection: Any, wait: float) -> None:
    """Waits until no other transaction changes the store, up to `wait` seconds, and holds that right to the end of the
    transaction. SQLite's transactions do so from their beginning."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{max(1, round(wait * 1000))}ms"])
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_KEY])
