"""Corrections of profiles belong to the store, since runs read them, whether or not there is a web application."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("store", "0002_run_states")]
    operations = [
        migrations.CreateModel(
            "ProfileChange",
            [
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("customer_id", models.TextField(db_index=True)),
                ("column", models.TextField()),
                ("old", models.TextField(null=True)),
                ("new", models.TextField(null=True)),
                ("who", models.TextField()),
                ("at", models.DateTimeField()),
                ("reason", models.TextField(default="")),
                ("withdrawn", models.BooleanField(default=False)),
            ],
        ),
    ]
