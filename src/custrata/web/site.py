"""The workspace that this process serves: its folder, its database, its secret."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.store import Store
from custrata.usecases.workspace import Workspace
from custrata.web import setup

#: Environment variables that a server process is started with.
WORKSPACE, SECRET, HOSTS, HTTPS = "CUSTRATA_WORKSPACE", "CUSTRATA_SECRET_KEY", "CUSTRATA_HOSTS", "CUSTRATA_HTTPS"
#: What HTTPS holds where a proxy in front speaks it.
PROXY = "proxy"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_LEAST_SECRET = 32


@dataclass(frozen=True)
class Site:
    """What pages need of the workspace."""

    workspace: Workspace
    scratch: Path
    """A folder for this process's temporary files."""

    @property
    def store(self) -> Store:
        """The store, on the connection that Django keeps for this thread."""
        return self.open_store(self.workspace.home)

    def open_store(self, folder: Path) -> Store:
        """The same, as use cases ask for it."""
        from custrata.store.store import DjangoStore

        return DjangoStore("default", str(folder))

    @staticmethod
    def now() -> datetime:
        return datetime.now(UTC)


_entered: Site | None = None


def site() -> Site:
    """The workspace of this process."""
    if _entered is None:
        raise RuntimeError("call enter() first")
    return _entered


def enter(folder: Path, url: str | None = None, hosts: Sequence[str] = (), secret: str | None = None,
          https: bool = False, proxied: bool = False) -> Site:  # fmt: skip
    """Serves the workspace in `folder` from now on: its tables are brought up to date, its secret is read or made.

    `url` is a PostgreSQL store; null: SQLite inside the workspace. `hosts` are the names under which browsers may ask
    besides this machine's loopback. With `https` cookies go over HTTPS alone; `proxied`: a proxy in front speaks it and
    says so in X-Forwarded-Proto, which is believed then and never otherwise. Errors: those of `open_store`; E-WEB-005
    for a secret too short to be one.
    """
    global _entered
    setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from custrata.store import open_store
    from custrata.store.configure import file_settings, server_settings
    from custrata.store.open import FILE

    workspace = Workspace.at(folder)
    open_store(url, workspace.home).close()  # makes its tables, its triggers, and every coded error
    entry = server_settings(url) if url else file_settings((workspace.home / FILE).resolve(), 10.0)
    connections.close_all()
    settings.DATABASES = {"default": entry}
    connections.settings.pop("default", None)
    connections.settings["default"] = connections.configure_settings({"default": entry})["default"]
    with suppress(AttributeError):  # this thread had none yet
        del connections["default"]
    settings.SECRET_KEY = secret_of(workspace.home, secret)
    settings.ALLOWED_HOSTS = [*LOOPBACK, *hosts]
    settings.CSRF_TRUSTED_ORIGINS = [f"https://{h}" for h in hosts if h != "*"] if https else []
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        setattr(settings, name, https)
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if proxied else None
    settings.SECURE_HSTS_SECONDS = 31_536_000 if https else 0
    call_command("migrate", verbosity=0, interactive=False)
    _entered = Site(workspace, Path(tempfile.mkdtemp(prefix="custrata-web-")))
    return _entered


def enter_from_environment() -> Site:
    """The same by what a server process is started with."""
    from custrata.store import VARIABLE

    hosts = tuple(h.strip() for h in os.environ.get(HOSTS, "").split(",") if h.strip())
    folder = Path(os.environ.get(WORKSPACE) or ".")
    https = os.environ.get(HTTPS, "")
    return enter(folder, os.environ.get(VARIABLE), hosts, os.environ.get(SECRET), bool(https), https == PROXY)


def secret_of(home: Path, given: str | None) -> str:
    """The key that signs sessions: the one that is given, else the workspace's own, made at the first start and
    readable by nobody else."""
    if given is not None:
        if len(given) < _LEAST_SECRET or len(set(given)) < 8:
            raise CustrataError(Problem("E-WEB-005", SECRET, {"least": _LEAST_SECRET}))
        return given
    file = home / "secret"
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text("utf-8").strip()
    made = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w") as out:
        out.write(made)
    return made


def has_administrator() -> bool:
    """Whether anybody can let others in."""
    from custrata.web.access import Role
    from custrata.web.models import Member

    found: Any = Member.objects.filter(role=Role.ADMINISTRATOR, user__is_active=True)
    return bool(found.exists())
