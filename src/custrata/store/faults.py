"""Turns what a database objects to into coded errors. Nothing that PostgreSQL or its driver says is told on: their
sentences name hosts and users; what is told are the standard's own codes."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import Error, NotSupportedError

from custrata.core.errors import CustrataError, Problem

DAMAGED, LOCKED, UNWRITABLE, FULL = "E-STORE-001", "E-STORE-003", "E-STORE-004", "E-STORE-005"
UNREACHABLE, LOGIN, NO_DATABASE, LOST = "E-STORE-008", "E-STORE-009", "E-STORE-010", "E-STORE-011"
DENIED, OTHER, FIXED, UNSURE = "E-STORE-012", "E-STORE-013", "E-STORE-020", "E-STORE-022"

#: SQLite's primary result codes.
_SQLITE = {
    sqlite3.SQLITE_BUSY: LOCKED, sqlite3.SQLITE_LOCKED: LOCKED, sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED, sqlite3.SQLITE_READONLY: UNWRITABLE, sqlite3.SQLITE_CANTOPEN: UNWRITABLE,
    sqlite3.SQLITE_PERM: UNWRITABLE, sqlite3.SQLITE_AUTH: UNWRITABLE, sqlite3.SQLITE_IOERR: UNWRITABLE,
    sqlite3.SQLITE_FULL: FULL,
}  # fmt: skip
#: SQLSTATEs; those of two characters are classes.
_STATES = {
    "55P03": LOCKED, "57014": LOCKED, "40001": LOCKED, "40P01": LOCKED, "42P01": DAMAGED, "42703": DAMAGED,
    "53100": FULL, "53300": UNREACHABLE, "57P03": UNREACHABLE, "28": LOGIN, "3D000": NO_DATABASE, "57P01": LOST,
    "57P02": LOST, "57P05": LOST, "25P03": LOST, "08": LOST, "42501": DENIED, "25006": DENIED, "23001": FIXED,
}  # fmt: skip
#: What libpq and the server say while connecting, where no SQLSTATE comes along; servers in China often speak Chinese.
_CONNECTING = (
    (NO_DATABASE, r"database \"[^\"]*\" does not exist|数据库 \"[^\"]*\" 不存在"),
    (LOGIN, r"password authentication failed|no password supplied|role \"[^\"]*\" does not exist|pg_hba\.conf"
            r"|authentication failed|认证失败|角色 \"[^\"]*\" 不存在|no PostgreSQL user name|not permitted to log in"),
    (DENIED, r"permission denied for database"),
)  # fmt: skip
_REASONS = {
    "connection refused": r"Connection refused|拒绝连接",
    "unknown host name": r"could not translate host name|Name or service not known|failed to resolve|getaddrinfo",
    "no answer in time": r"timeout|timed out|超时",
    "too many connections": r"too many (clients|connections)|53300",
    "starting up or shutting down": r"starting up|shutting down|recovery mode",
    "TLS": r"SSL|certificate",
}
_WHILE_CONNECTING = re.compile(r"connection (failed|timeout|is bad)|connection to server .* failed|resolve host")


@contextmanager
def told(place: str, *, committing: bool = False) -> Iterator[None]:
    """Raises what a database objects to inside as a coded error with that place."""
    try:
        yield
    except Error as error:
        driver = _driver_error(error)
        problem = _problem(error, driver, place, committing)
        # SQLite's sentences hold no secret, and --debug shows them.
        raise CustrataError(problem) from (error if hasattr(driver, "sqlite_errorcode") else None)


def _problem(error: Error, driver: BaseException, place: str, committing: bool) -> Problem:
    code, why = _sqlite(driver) if hasattr(driver, "sqlite_errorcode") else _postgresql(error, driver)
    if code == LOST and committing:
        code = UNSURE
    return Problem(code, place, {"why": why})


def _sqlite(driver: Any) -> tuple[str, str]:
    why = str(driver)
    if driver.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_TRIGGER:
        return FIXED, why
    gone = why.startswith(("no such table", "no such column"))
    return (DAMAGED if gone else _SQLITE.get(driver.sqlite_errorcode & 0xFF, OTHER)), why


def _postgresql(error: Error, driver: Any) -> tuple[str, str]:
    if isinstance(error, NotSupportedError) and driver is error:
        return OTHER, str(error)  # Django's own sentence: the server is too old.
    state, said = getattr(driver, "sqlstate", None), str(driver)
    reason = next((r for r, words in _REASONS.items() if re.search(words, f"{said} {state}")), "")
    if state:
        code = _STATES.get(state) or _STATES.get(state[:2], OTHER)
        return code, reason or f"SQLSTATE {state} {type(driver).__name__}"
    if _WHILE_CONNECTING.search(said):
        code = next((c for c, words in _CONNECTING if re.search(words, said)), UNREACHABLE)
        return code, reason or type(driver).__name__
    # Without an SQLSTATE it was not the server that objected: the connection is no more.
    lost = type(driver).__name__ in ("OperationalError", "InterfaceError")
    return (LOST if lost else OTHER), reason or type(driver).__name__


def _driver_error(error: BaseException) -> BaseException:
    """The driver's own error below Django's."""
    found: BaseException | None = error
    while found is not None:
        if hasattr(found, "sqlite_errorcode") or hasattr(found, "sqlstate"):
            return found
        found = found.__cause__ or found.__context__
    return error
