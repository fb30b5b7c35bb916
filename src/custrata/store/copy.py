"""Copies of a store for backups: a SQLite file as it is, the tables of a server as lines of JSON."""

from __future__ import annotations

import json
import pkgutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from custrata.core.errors import CustrataError, Problem
from custrata.store import VARIABLE, WAIT

if TYPE_CHECKING:
    from custrata.store.store import DjangoStore

Form = Literal["none", "sqlite", "rows"]
_BATCH = 1000


@dataclass(frozen=True)
class StoreCopies:
    """Copies of the store that `open_store` opens for the same URL: a server's, or the SQLite file of a folder."""

    url: str | None

    def dump(self, folder: Path, into: Path) -> tuple[Form, str]:
        """Writes the store into another folder, as it is at one moment whoever writes meanwhile; says in which form
        and at which version of its tables. Errors: those of `open_store`."""
        if self.url:
            with _opened(self.url, folder) as store:
                _write_rows(store, into)
            return "rows", newest_migration()
        from custrata.store.open import FILE

        if not (folder / FILE).is_file():
            return "none", ""
        return "sqlite", _copy_file(folder / FILE, into / FILE)

    def require_empty(self, folder: Path) -> None:
        """Raises E-BACKUP-006 where the store on the server holds something. A file can be no other's."""
        if self.url:
            with _opened(self.url, folder) as store:
                _require_empty(store)

    def load(self, form: Form, tables: str, dumped: Path, folder: Path) -> None:
        """Writes what was dumped into the store, in one transaction.

        Errors: E-BACKUP-001 it cannot be read; E-BACKUP-006 the store is not empty; E-STORE-002 it is of a newer
        version; those of `open_store`."""
        known = newest_migration()
        if tables > known:
            raise CustrataError(Problem("E-STORE-002", str(dumped), {"found": tables, "known": known}))
        if form == "sqlite" and self.url:
            with _opened(None, dumped) as store:
                _write_rows(store, dumped)
        if form == "rows" or self.url:
            with _opened(self.url, folder) as store:
                _read_rows(store, dumped)


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
        busy = getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        code = "E-STORE-003" if busy else "E-STORE-001"
        raise CustrataError(Problem(code, str(file), {"why": str(error)})) from error
    return str(applied or "")


def _models() -> list[Any]:
    """The tables, each after those that it refers to."""
    from django.apps import apps

    waiting, done = list(apps.get_app_config("store").get_models()), []
    while waiting:
        ready = [m for m in waiting if not {f.related_model for f in m._meta.concrete_fields} & set(waiting) - {m}]
        done += ready
        waiting = [m for m in waiting if m not in ready]
    return done


def _write_rows(store: DjangoStore, into: Path) -> None:
    from django.db import connections
    from django.db.transaction import atomic

    from custrata.store.faults import told

    connection = connections[store.alias]
    with told(store.place), atomic(using=store.alias):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for model in _models():
            with (into / f"{model._meta.model_name}.jsonl").open("w", encoding="utf-8", newline="\n") as file:
                columns = [f.attname for f in model._meta.concrete_fields]
                rows = model._base_manager.using(store.alias).order_by("pk").values_list(*columns)
                for row in rows.iterator(chunk_size=_BATCH):
                    told_row = dict(zip(columns, map(_plain, row), strict=True))
                    file.write(json.dumps(told_row, ensure_ascii=False) + "\n")


def _read_rows(store: DjangoStore, dumped: Path) -> None:
    from django.core.exceptions import ValidationError
    from django.core.management.color import no_style
    from django.db import connections

    from custrata.store.faults import told

    connection = connections[store.alias]
    with store.transaction(), told(store.place):
        _require_empty(store)
        for model in _models():
            file = dumped / f"{model._meta.model_name}.jsonl"
            if not file.is_file():
                continue  # a table that is newer than the backup
            try:
                rows = [_row(model, line) for line in file.read_text("utf-8").split("\n") if line]
            except (ValueError, TypeError, AttributeError, ValidationError) as error:
                values = {"why": f"{file.name}: {error}", "why_zh": f"{file.name}: {error}"}
                raise CustrataError(Problem("E-BACKUP-001", file.name, values)) from error
            model._base_manager.using(store.alias).bulk_create(rows, batch_size=_BATCH)
        with connection.cursor() as cursor:
            # The next row gets the number after the last one's.
            for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
                cursor.execute(statement)


def _row(model: Any, line: str) -> Any:
    fields = {f.attname: f for f in model._meta.concrete_fields}
    found = json.loads(line)
    if set(found) - set(fields):
        raise ValueError(f"unknown columns {sorted(set(found) - set(fields))}")
    return model(**{name: fields[name].to_python(value) for name, value in found.items()})


def _plain(value: Any) -> Any:
    """A day or a moment as text, to the microsecond; everything else is JSON."""
    return value.isoformat() if isinstance(value, date) else value


def _require_empty(store: DjangoStore) -> None:
    from custrata.store.faults import told

    with told(store.place):
        held = [m._meta.db_table for m in _models() if m._base_manager.using(store.alias).exists()]
    if held:
        raise CustrataError(Problem("E-BACKUP-006", VARIABLE, {"tables": ", ".join(held)}))
