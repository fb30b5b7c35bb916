"""A run that a later one took the place of is still published: which one is current is told by their order."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

RUN_STATES = ("published", "rolled back")


def _published(apps: Any, editor: Any) -> None:
    runs = apps.get_model("store", "Run").objects.using(editor.connection.alias)
    runs.filter(state="superseded").update(state="published")


class Migration(migrations.Migration):
    dependencies = [("store", "0001_initial")]
    operations = [
        migrations.RemoveConstraint("Run", "store_run_state"),
        migrations.RunPython(_published, migrations.RunPython.noop),
        migrations.AddConstraint(
            "Run", models.CheckConstraint(condition=models.Q(state__in=RUN_STATES), name="store_run_state")
        ),
    ]
