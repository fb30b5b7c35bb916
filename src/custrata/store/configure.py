"""Sets up Django as far as the store needs it, and says how it reaches each kind of database."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from django import conf
from django.apps import apps

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.store import VARIABLE

APP = "custrata.store"
_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "target_session_attrs", "gssencmode",
            "channel_binding", "hostaddr", "krbsrvname", "passfile", "service", "connect_timeout", "application_name",
            "options")  # fmt: skip
_OWN = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def configured() -> None:
    """Sets up Django with this app alone, unless the process has set it up or is about to.

    A setting DJANGO_SETTINGS_MODULE in the environment is not looked at: it may be another program's. A web
    application calls `django.setup()` first. Raises E-STORE-014 where Django was set up without what the store needs.
    """
    if apps.loading and not apps.ready:
        return  # Django is importing the models of its apps, ours among them.
    settings = conf.settings
    if not settings.configured:
        settings.configure(INSTALLED_APPS=[APP], DATABASES={}, USE_TZ=True, TIME_ZONE="UTC")
    if not apps.ready:
        # Instead of django.setup(), which would import URLs and set up logging.
        apps.populate(settings.INSTALLED_APPS)
    lacking = [] if apps.is_installed(APP) else [f"INSTALLED_APPS = ['{APP}', …]"]
    lacking += [] if settings.USE_TZ else ["USE_TZ = True"]
    if lacking:
        raise CustrataError(Problem("E-STORE-014", "Django", {"settings": ", ".join(lacking)}))


def file_settings(file: Path, wait: float) -> dict[str, Any]:
    """The entry of Django's DATABASES for a SQLite file; changes wait up to `wait` seconds for another writer."""
    # A transaction takes the right to write when it begins: one that asked for it later would be refused, not wait.
    options = {"timeout": wait, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA synchronous=FULL"}
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file), "OPTIONS": options}


def server_settings(url: str) -> dict[str, Any]:
    """The entry of Django's DATABASES for a PostgreSQL URL, in any of the forms that libpq reads.

    Errors, none of which tells a value of the URL: E-STORE-006 it cannot be read, has no database or an unknown
    option; E-STORE-007 psycopg is not installed.
    """
    if not url.startswith(("postgresql://", "postgres://")):
        raise _wrong("postgresql://")
    # libpq refuses an unknown option too, in a sentence that would quote the URL.
    for key, _ in parse_qsl(url.partition("?")[2], keep_blank_values=True):
        if key not in _OPTIONS and key not in _OWN:
            raise _wrong(key, _OPTIONS)
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise CustrataError(Problem("E-STORE-007", VARIABLE, {})) from None
    try:
        found: dict[str, str] = {k: str(v) for k, v in conninfo_to_dict(url).items() if v not in (None, "")}
    except ProgrammingError:
        raise _wrong("postgresql://user:password@host:port/database") from None
    entry: dict[str, Any] = {setting: found.pop(name) for name, setting in _OWN.items() if name in found}
    for key, value in (("port", entry.get("PORT", "")), ("connect_timeout", found.get("connect_timeout", ""))):
        if value and not value.replace(",", "").isdecimal():
            raise _wrong(key)
    if "NAME" not in entry and "service" not in found:
        raise _wrong("database")
    patience = {"connect_timeout": 15, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
    options = {**patience, "application_name": "custrata", **found}
    return {"ENGINE": "django.db.backends.postgresql", **entry, "OPTIONS": options}


def _wrong(key: str, known: tuple[str, ...] = ()) -> CustrataError:
    """Names what is missing or unknown and never a value, which may be the password."""
    values = {"key": key, "known": ", ".join(known) or "postgresql://user:password@host:port/database"}
    return CustrataError(Problem("E-STORE-006", VARIABLE, {**values, "suggestion": did_you_mean(key, known)}))
