"""A company in the browser: a small workspace with levels, users of every role, and clients that are logged in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from custrata.engines.duckdb.store import duckdb_store
from custrata.store import open_store
from custrata.synthetic.company import generate
from custrata.usecases.levels.apply import apply
from custrata.usecases.levels.plan import plan
from custrata.usecases.workspace import Workspace
from custrata.web import reading, site
from custrata.web.access import Role

LEVELS = """
levels:
  会员等级:
    VIP: {enter: "年消费 >= 10万"}
    金卡: {enter: "年消费 >= 2万"}
    普通: {enter: "年订单 >= 1"}
    潜在: {}
"""
PASSWORD = "a long enough password"


class Quick(PBKDF2PasswordHasher):  # type: ignore[misc]
    """The usual one with fewer rounds, which a real server understands as well."""

    iterations = 1_000


def now() -> datetime:
    return datetime.now(UTC)


def make(folder: Path) -> Path:
    """A generated company of 150 customers, classified, with levels in force and the tables of the web application."""
    generate(folder, customers=150, seed=3, start=date(2024, 1, 1), end=date(2024, 12, 31), format="parquet")
    scheme = folder / "scheme.yaml"
    scheme.write_text(scheme.read_text("utf-8") + LEVELS, "utf-8")
    workspace = Workspace.at(folder)
    plan(workspace, duckdb_store, lambda f: open_store(None, f), now, who="test")
    apply(workspace, duckdb_store, lambda f: open_store(None, f), now, who="test")
    site.enter(folder)
    return folder


@dataclass(frozen=True)
class Shop:
    """A workspace that is served to test clients of this process."""

    folder: Path

    def client(self, role: Role | str = Role.ADMINISTRATOR, lang: str = "zh", scope: str = "", name: str = "") -> Any:
        """A browser without a window, logged in as a user of this role; the same user for the same role."""
        from django.test import Client

        client = Client(raise_request_exception=True)
        client.force_login(self.user(role, lang, scope, name), backend="django.contrib.auth.backends.ModelBackend")
        return client

    def user(self, role: Role | str, lang: str = "zh", scope: str = "", name: str = "") -> Any:
        from django.contrib.auth.models import User

        from custrata.web.models import Member

        found, made = User.objects.get_or_create(username=name or str(role))
        if made:
            found.set_password(PASSWORD)
            found.save()
        Member.objects.update_or_create(user=found, defaults={"role": str(role), "language": lang, "scope": scope})
        return User.objects.get(pk=found.pk)


@contextmanager
def served(template: Path, folder: Path) -> Iterator[Shop]:
    """A copy of a workspace, entered; whatever is done to it stays in the copy."""
    from django.conf import settings

    shutil.copytree(template, folder)
    site.enter(folder)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    settings.PASSWORD_HASHERS = ["web_shops.Quick"]
    try:
        yield Shop(folder)
    finally:
        reading.forget()
