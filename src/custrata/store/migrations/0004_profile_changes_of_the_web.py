"""Corrections that an earlier web application kept to itself, for whoever opens the store before it does.

Since then they belong to the store (the web application's own migration moves them too, and finds none left).
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

#: The table from before.
_BEFORE = "web_profilechange"
_COLUMNS = ("customer_id", "column", "old", "new", "who", "at", "reason", "withdrawn")


def _moved(apps: Any, editor: Any) -> None:
    connection = editor.connection
    if _BEFORE not in connection.introspection.table_names():
        return
    before, after, *columns = (
        connection.ops.quote_name(name)
        for name in (_BEFORE, apps.get_model("store", "ProfileChange")._meta.db_table, *_COLUMNS)
    )
    said = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {after} ({said}) SELECT {said} FROM {before} ORDER BY id")
        cursor.execute(f"DELETE FROM {before}")


class Migration(migrations.Migration):
    dependencies = [("store", "0003_profile_change")]
    operations = [migrations.RunPython(_moved, migrations.RunPython.noop)]
