"""The rows of a store as lines of JSON, one file a table, and back: its own tables, and the accounts of the web
application where it keeps them in the same database."""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Iterator, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connections
from django.db.transaction import atomic

from custrata.core.errors import CustrataError, Problem
from custrata.store import VARIABLE
from custrata.store.faults import told

if TYPE_CHECKING:
    from custrata.store.store import DjangoStore

_BATCH = 1000
#: What belongs to accounts besides the tables of the web application itself: users and their second factors. Sessions
#: and failed log-ins end with the machine.
_ACCOUNTS = ("auth.user", "otp_totp.totpdevice", "otp_static.staticdevice", "otp_static.statictoken")
#: A table that is there where accounts are.
_SIGN = "web_member"
#: Says which version each app's tables had.
_VERSIONS = "versions.json"


def write_rows(store: DjangoStore, into: Path) -> None:
    """Writes every table as it is at one moment. Raises E-BACKUP-010 where there are accounts that Django does not know
    the tables of."""
    connection = connections[store.alias]
    with told(store.place), atomic(using=store.alias):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        accounts = _has_accounts(connection)
        if accounts:
            _require_web(store.place)
        found = _models(accounts)
        for model in found:
            with (into / _file(model)).open("w", encoding="utf-8", newline="\n") as file:
                for row in _rows(store, model):
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
        versions = _applied(connection, {m._meta.app_label for m in found})
    (into / _VERSIONS).write_text(json.dumps(versions) + "\n", "utf-8")


def read_rows(store: DjangoStore, dumped: Path) -> None:
    """Writes what was dumped into an empty store, in one transaction; one that holds the very same stays as it is.
    Errors: E-BACKUP-001, E-BACKUP-006, E-BACKUP-010, E-STORE-002."""
    accounts = (dumped / "web.member.jsonl").is_file()
    if accounts:
        _require_web(str(dumped))
    _require_known(dumped)
    connection = connections[store.alias]
    if accounts and not _has_accounts(connection):
        with told(store.place):
            call_command("migrate", database=store.alias, verbosity=0, interactive=False)
    with store.transaction(), told(store.place):
        # A table without a file is newer than the backup.
        files = {model: file for model in _models(accounts) if (file := dumped / _file(model)).is_file()}
        rows = {model: _read(model, file) for model, file in files.items()}
        if all(_plain_rows(own) == list(_rows(store, model)) for model, own in rows.items()):
            return
        require_empty(store)
        for model, own in rows.items():
            _add(store, model, own)
        with connection.cursor() as cursor:
            # The next row gets the number after the last one's.
            for statement in connection.ops.sequence_reset_sql(no_style(), list(rows)):
                cursor.execute(statement)


def require_empty(store: DjangoStore) -> None:
    """Raises E-BACKUP-006 where a table holds something."""
    connection = connections[store.alias]
    with told(store.place):
        models = _models(_has_accounts(connection) and apps.is_installed("custrata.web"))
        held = [m._meta.db_table for m in models if m._base_manager.using(store.alias).exists()]
    if held:
        raise CustrataError(Problem("E-BACKUP-006", VARIABLE, {"tables": ", ".join(held)}))


def _models(accounts: bool) -> list[Any]:
    """The tables, each after those that it refers to."""
    waiting = list(apps.get_app_config("store").get_models())
    if accounts:
        waiting += [*map(apps.get_model, _ACCOUNTS), *apps.get_app_config("web").get_models()]
    done: list[Any] = []
    while waiting:
        ready = [m for m in waiting if not {f.related_model for f in m._meta.concrete_fields} & set(waiting) - {m}]
        done += ready
        waiting = [m for m in waiting if m not in ready]
    return done


def _file(model: Any) -> str:
    name = model._meta.model_name if model._meta.app_label == "store" else model._meta.label_lower
    return f"{name}.jsonl"


def _rows(store: DjangoStore, model: Any) -> Iterator[dict[str, Any]]:
    columns = [f.attname for f in model._meta.concrete_fields]
    rows = model._base_manager.using(store.alias).order_by("pk").values_list(*columns)
    for row in rows.iterator(chunk_size=_BATCH):
        yield dict(zip(columns, map(_plain, row), strict=True))


def _plain_rows(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [{f.attname: _plain(getattr(r, f.attname)) for f in r._meta.concrete_fields} for r in rows]


def _plain(value: Any) -> Any:
    """A day or a moment as text, to the microsecond; everything else is JSON."""
    return value.isoformat() if isinstance(value, date) else value


def _read(model: Any, file: Path) -> list[Any]:
    try:
        rows = [_row(model, line) for line in file.read_text("utf-8").split("\n") if line]
    except (ValueError, TypeError, AttributeError, ValidationError) as error:
        values = {"why": f"{file.name}: {error}", "why_zh": f"{file.name}: {error}"}
        raise CustrataError(Problem("E-BACKUP-001", file.name, values)) from error
    return rows


def _row(model: Any, line: str) -> Any:
    fields = {f.attname: f for f in model._meta.concrete_fields}
    found = json.loads(line)
    if set(found) - set(fields):
        raise ValueError(f"unknown columns {sorted(set(found) - set(fields))}")
    made = model(**{name: fields[name].to_python(value) for name, value in found.items()})
    if model._meta.label_lower == "web.job" and made.state in ("waiting", "running"):
        # Whoever wants that work asks again.
        made.state, made.pid = "lost", None
    return made


def _add(store: DjangoStore, model: Any, rows: Sequence[Any]) -> None:
    rows_of = model._base_manager.using(store.alias)
    # Django gives a column that notes the moment of adding this one's.
    dated = [f.attname for f in model._meta.concrete_fields if getattr(f, "auto_now_add", False)]
    moments = [[getattr(row, name) for name in dated] for row in rows]
    rows_of.bulk_create(rows, batch_size=_BATCH)
    if dated and rows:
        for row, own in zip(rows, moments, strict=True):
            for name, moment in zip(dated, own, strict=True):
                setattr(row, name, moment)
        rows_of.bulk_update(rows, dated, batch_size=_BATCH)


def _has_accounts(connection: Any) -> bool:
    with connection.cursor() as cursor:
        return _SIGN in connection.introspection.table_names(cursor)


def _require_web(place: str) -> None:
    if not apps.is_installed("custrata.web"):
        raise CustrataError(Problem("E-BACKUP-010", place, {}))


def _applied(connection: Any, labels: set[str]) -> dict[str, str]:
    from django.db.migrations.recorder import MigrationRecorder

    applied = MigrationRecorder(connection).applied_migrations()
    return {label: max(name for app, name in applied if app == label) for label in sorted(labels)}


def _require_known(dumped: Path) -> None:
    """Raises E-STORE-002 where tables are of a newer version than this."""
    file = dumped / _VERSIONS
    if not file.is_file():
        return  # by a version that kept no accounts
    try:
        versions = dict(json.loads(file.read_text("utf-8")))
    except (ValueError, TypeError) as error:
        values = {"why": f"{file.name}: {error}", "why_zh": f"{file.name}: {error}"}
        raise CustrataError(Problem("E-BACKUP-001", file.name, values)) from error
    for label, found in versions.items():
        module = import_module(f"{apps.get_app_config(label).module.__name__}.migrations")
        known = max(m.name for m in pkgutil.iter_modules(module.__path__) if m.name[0].isdigit())
        if str(found) > known:
            raise CustrataError(Problem("E-STORE-002", str(dumped), {"found": found, "known": known}))
