"""Triggers by which the database itself refuses to change what was decided, whoever asks.

Migrations name these operations, so what they do must stay: a change is a new operation in a new migration. SQLite
drops the triggers of a table that a migration rebuilds; they are made again after it (`guard_again`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import migrations

_FUNCTION = """
CREATE OR REPLACE FUNCTION custrata_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % stay as they were added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
_REFUSE_ROW = "FOR EACH ROW {when} EXECUTE FUNCTION custrata_refuse()"


def added_only(table: str) -> Any:
    """Rows of the table can be added and read."""
    return _guard(table, "")


def ended_once(table: str, fixed: Sequence[str]) -> Any:
    """Rows can be added and read, and `ended_at` set once, with `ended_by`; the columns `fixed` never change."""
    return _guard(table, _unless_ended(fixed))


def _unless_ended(fixed: Sequence[str]) -> str:
    changed = " OR ".join(f"OLD.{c} {{differs}} NEW.{c}" for c in fixed)
    return f"OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR {changed}"


def guard_again(connection: Any) -> None:
    """Makes the triggers of SQLite anew as the tables are now, after migrations that may have rebuilt them.

    Which tables are guarded, and how, is said by their models: `Lasting` rows are only added; those of a manager that
    can `end` them are ended once. PostgreSQL keeps its triggers.
    """
    if connection.vendor != "sqlite":
        return
    from django.apps import apps

    from custrata.store.models import ENDED, Lasting

    for model in apps.get_app_config("store").get_models():
        if not issubclass(model, Lasting):
            continue
        table, columns = model._meta.db_table, [f.column for f in model._meta.concrete_fields]
        ends = hasattr(model.objects.none(), "end")
        changed = _unless_ended([c for c in columns if c not in ENDED]) if ends else ""
        with connection.schema_editor(atomic=False) as editor:
            for statements in (_DROP, _CREATE):
                _each(table, changed, statements)(None, editor)


def _guard(table: str, changed: str) -> Any:
    return migrations.RunPython(_each(table, changed, _CREATE), _each(table, changed, _DROP))


def _each(table: str, changed: str, statements: dict[str, Sequence[str]]) -> Callable[[Any, Any], None]:
    def run(_apps: Any, editor: Any) -> None:
        vendor = editor.connection.vendor
        differs = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}[vendor]
        when = f"WHEN ({changed.format(differs=differs)})" if changed else ""
        for statement in statements[vendor]:
            sql = statement if statement is _FUNCTION else statement.format(table=table, when=when)
            editor.execute(sql, params=None)

    return run


_RAISE = "BEGIN SELECT RAISE(ABORT, 'rows of {table} stay as they were added'); END"
_CREATE: dict[str, Sequence[str]] = {
    "sqlite": (
        f"CREATE TRIGGER {{table}}_update BEFORE UPDATE ON {{table}} {{when}} {_RAISE}",
        f"CREATE TRIGGER {{table}}_delete BEFORE DELETE ON {{table}} {_RAISE}",
        # INSERT OR REPLACE deletes without asking the trigger above.
        f"CREATE TRIGGER {{table}}_replace BEFORE INSERT ON {{table}}"
        f" WHEN EXISTS (SELECT 1 FROM {{table}} WHERE id = NEW.id) {_RAISE}",
    ),
    "postgresql": (
        _FUNCTION,
        f"CREATE TRIGGER {{table}}_update BEFORE UPDATE ON {{table}} {_REFUSE_ROW}",
        f"CREATE TRIGGER {{table}}_delete BEFORE DELETE ON {{table}} {_REFUSE_ROW.replace('{when}', '')}",
        "CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION custrata_refuse()",
    ),
}
_DROP: dict[str, Sequence[str]] = {
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS {{table}}_{event}" for event in ("update", "delete", "replace")),
    "postgresql": tuple(
        f"DROP TRIGGER IF EXISTS {{table}}_{event} ON {{table}}" for event in ("update", "delete", "truncate")
    ),
}
