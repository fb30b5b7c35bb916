"""Runs, plans, verdicts, overrides and the audit trail, with the triggers that keep the last three as they were."""

from __future__ import annotations

from django.db import migrations, models

from custrata.store.triggers import added_only, ended_once

RUN_STATES = ("published", "superseded", "rolled back")
PLAN_STATES = ("open", "approved", "rejected", "applied", "discarded")
OVERRIDE_KINDS = ("pin", "floor")
#: What never changes of an override; `ended_at` and `ended_by` are set once.
FIXED = ("id", "ladder", "customer_id", "kind", "level", "reason", "who", "created_at", "starts", "until")


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                ("seq", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.TextField(unique=True)),
                ("as_of", models.DateField()),
                ("published_at", models.DateTimeField()),
                ("state", models.TextField()),
                ("base", models.TextField(null=True)),
                ("plan", models.TextField(null=True)),
                ("customers", models.BigIntegerField()),
                ("moves", models.BigIntegerField()),
                ("logic_hash", models.TextField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(state__in=RUN_STATES), name="store_run_state"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("seq", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.TextField(unique=True)),
                ("as_of", models.DateField()),
                ("created_at", models.DateTimeField()),
                ("state", models.TextField()),
                ("facts", models.TextField()),
                ("logic_hash", models.TextField()),
                ("overrides", models.TextField()),
                ("base", models.TextField(null=True)),
                ("moves", models.BigIntegerField()),
                ("brakes", models.JSONField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(state__in=PLAN_STATES), name="store_plan_state"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Verdict",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("plan", models.ForeignKey("store.plan", models.PROTECT, to_field="key", related_name="verdicts")),
                ("approved", models.BooleanField()),
                ("who", models.TextField()),
                ("at", models.DateTimeField()),
                ("comment", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Override",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("ladder", models.TextField()),
                ("customer_id", models.TextField()),
                ("kind", models.TextField()),
                ("level", models.TextField()),
                ("reason", models.TextField()),
                ("who", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("starts", models.DateField()),
                ("until", models.DateField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.TextField(default="")),
            ],
            options={
                "indexes": [models.Index(fields=["ladder", "customer_id"], name="store_override_customer")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(kind__in=OVERRIDE_KINDS), name="store_override_kind"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("who", models.TextField()),
                ("verb", models.TextField()),
                ("subject", models.TextField(db_index=True)),
                ("detail", models.JSONField()),
            ],
        ),
        added_only("store_verdict"),
        added_only("store_auditentry"),
        ended_once("store_override", FIXED),
    ]
