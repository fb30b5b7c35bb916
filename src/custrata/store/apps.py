"""The Django app; its tables are named `store_…`."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "custrata.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
