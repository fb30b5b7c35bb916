"""A backup gives back who may come in: names, passwords, roles, tokens and second factors, wherever the store lies."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from web_shops import PASSWORD, Shop

from custrata.core.errors import CustrataError
from custrata.store.copy import StoreCopies
from custrata.usecases.backup import backup
from custrata.usecases.backup_restore import restore
from custrata.usecases.workspace import Workspace
from custrata.web import people, reading, site, versions
from custrata.web.access import Role
from custrata.web.models import Job, Member, Note, Token, Version
from servers import Server

pytestmark = pytest.mark.slow


@pytest.fixture
def databases(postgres: Server) -> Callable[[str], str]:
    def database(name: str) -> str:
        postgres.create(f"custrata_backup_{name}")
        return postgres.url(f"custrata_backup_{name}")

    return database


@pytest.fixture(autouse=True)
def left() -> Iterator[None]:
    yield
    reading.forget()
    connections.close_all()


def entered(folder: Path, url: str | None) -> Shop:
    from django.conf import settings

    site.enter(folder, url)
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    settings.PASSWORD_HASHERS = ["web_shops.Quick"]
    return Shop(folder)


def lived(template: Path, folder: Path, url: str | None) -> tuple[Shop, str]:
    """A workspace in which people have worked, and the text of a token."""
    shutil.copytree(template, folder)
    shop = entered(folder, url)
    ann = shop.user(Role.ADMINISTRATOR, "en", name="ann")
    shop.user(Role.VIEWER, scope="年消费 > 1", name="王")
    _, text = people.give_token(ann, "nightly", ["look"], None)
    ann.totpdevice_set.create(name="phone", key="ab" * 20)
    Note.objects.create(customer_id="1", who="ann", text="=friendly\u2028")
    Note.objects.update(at=datetime(2024, 1, 1, 1, 2, 3, 456, tzinfo=UTC))
    versions.publish(versions.save(versions.in_force().text + "# better\n", "ann", "why", versions.in_force()), "ann")
    for state in ("done", "waiting", "running"):
        Job.objects.create(kind="run", who="ann", state=state, pid=1)
    return shop, text


def told() -> list[Any]:
    """What is to be the same again."""
    found: list[Any] = []
    for model in (User, Member, Token, Note, Version, apps.get_model("otp_totp", "totpdevice")):
        found += list(model.objects.order_by("pk").values())
    return found


PLACES = [("server", "server"), ("server", "file"), ("file", "server"), ("file", "file")]


@pytest.mark.parametrize("first, second", PLACES, ids=[" to ".join(p) for p in PLACES])
def test_who_could_come_in_can_again(
    template: Path, tmp_path: Path, databases: Callable[[str], str], first: str, second: str
) -> None:
    url = databases("one") if first == "server" else None
    shop, token = lived(template, tmp_path / "shop", url)
    before, trail = told(), len(site.site().store.audit())
    made = backup(Workspace.at(shop.folder), StoreCopies(url), site.Site.now, tmp_path / "b.zip")
    target = databases("two") if second == "server" else None
    done = restore(made.path, tmp_path / "again", StoreCopies(target))
    assert done.store == ("rows" if first == "server" else "sqlite")
    home = tmp_path / "again" / ".custrata"
    assert (home / "store.sqlite3").exists() == (target is None) and not list(home.glob("*.jsonl"))
    entered(tmp_path / "again", target)
    assert told() == before and len(site.site().store.audit()) == trail
    assert sorted(j.state for j in Job.objects.all()) == ["done", "lost", "lost"], "nothing begins by itself"
    assert Client().post("/login/", {"username": "王", "password": PASSWORD}).status_code == 302
    assert Client().post("/login/", {"username": "王", "password": "another"}).status_code == 401
    owner = people.owner_of(token)
    assert owner is not None and owner.user.get_username() == "ann"
    added = people.add(people.Wanted("new", Role.VIEWER, password=PASSWORD), "ann")
    assert added.pk > max(r["id"] for r in before if "username" in r), "numbers go on"
    assert Version.objects.latest("id").base_id is not None


def test_a_server_on_which_somebody_has_an_account_is_not_empty(
    template: Path, tmp_path: Path, databases: Callable[[str], str]
) -> None:
    url, taken = databases("one"), databases("two")
    shop, _ = lived(template, tmp_path / "shop", url)
    made = backup(Workspace.at(shop.folder), StoreCopies(url), site.Site.now, tmp_path / "b.zip")
    shutil.copytree(template, tmp_path / "other")
    (tmp_path / "other" / ".custrata" / "store.sqlite3").unlink()
    entered(tmp_path / "other", taken).user(Role.VIEWER, name="somebody")
    with pytest.raises(CustrataError) as error:
        restore(made.path, tmp_path / "again", StoreCopies(taken))
    assert [p.code for p in error.value.problems] == ["E-BACKUP-006"]
    assert "auth_user" in str(error.value) and not (tmp_path / "again").exists()


def test_accounts_are_never_left_out_in_silence(
    template: Path, tmp_path: Path, databases: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = databases("one")
    shop, _ = lived(template, tmp_path / "shop", url)
    made = backup(Workspace.at(shop.folder), StoreCopies(url), site.Site.now, tmp_path / "b.zip")
    known = apps.is_installed
    monkeypatch.setattr(apps, "is_installed", lambda name: name != "custrata.web" and known(name))
    for deed in (
        lambda: backup(Workspace.at(shop.folder), StoreCopies(url), site.Site.now, tmp_path / "c.zip"),
        lambda: restore(made.path, tmp_path / "again", StoreCopies(databases("two"))),
    ):
        with pytest.raises(CustrataError) as error:
            deed()
        assert [p.code for p in error.value.problems] == ["E-BACKUP-010"]
    assert not (tmp_path / "c.zip").exists() and not (tmp_path / "again" / "scheme.yaml").exists()


def test_a_token_that_had_ended_stays_so(template: Path, tmp_path: Path, databases: Callable[[str], str]) -> None:
    url = databases("one")
    shop, token = lived(template, tmp_path / "shop", url)
    Token.objects.update(expires_at=site.Site.now() - timedelta(days=1))
    made = backup(Workspace.at(shop.folder), StoreCopies(url), site.Site.now, tmp_path / "b.zip")
    restore(made.path, tmp_path / "again", StoreCopies(None))
    entered(tmp_path / "again", None)
    assert people.owner_of(token) is None
