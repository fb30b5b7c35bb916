"""The Django app; its tables are named `web_…`."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "custrata.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"
