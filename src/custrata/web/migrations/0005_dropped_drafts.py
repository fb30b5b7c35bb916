"""Drafts of the scheme can be dropped, and taken up again."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("web", "0004_profile_changes_to_the_store")]
    operations = [migrations.AddField("version", "dropped_at", models.DateTimeField(null=True))]
