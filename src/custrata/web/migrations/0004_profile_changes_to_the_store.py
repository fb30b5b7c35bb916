"""Corrections of profiles move to the store."""

from __future__ import annotations

from typing import Any

from django.db import migrations

_COLUMNS = ("customer_id", "column", "old", "new", "who", "at", "reason", "withdrawn")


def _moved(apps: Any, editor: Any) -> None:
    alias = editor.connection.alias
    before = apps.get_model("web", "ProfileChange").objects.using(alias).order_by("id")
    changes = apps.get_model("store", "ProfileChange")
    rows = [changes(**dict(zip(_COLUMNS, row, strict=True))) for row in before.values_list(*_COLUMNS)]
    changes.objects.using(alias).bulk_create(rows, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("web", "0003_profile_change"), ("store", "0003_profile_change")]
    operations = [
        migrations.RunPython(_moved, migrations.RunPython.noop),
        migrations.DeleteModel("ProfileChange"),
    ]
