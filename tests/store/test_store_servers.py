"""A store on a server: whatever is wrong is told by a code, and never by what a password, a user or a host is."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import quote

import pytest
from store_places import Place, python, refused, run

from custrata.core.errors import CustrataError
from custrata.store import open_store
from servers import ADMIN, PASSWORD, Server

DATABASE = "custrata_store"


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("mysql://zoe:s3cret@db.example/wares", "postgresql://"),
        ("/var/lib/store.sqlite3", "postgresql://"),
        ("postgresql://zoe:s3cret@db.example:port/wares", "'port'"),
        ("postgresql://zoe:s3cr%zzet@db.example/wares", "host:port"),
        ("postgresql://zoe:s3cret@db.example/wares?connect_timeout=s3cret", "'connect_timeout'"),
        ("postgresql://zoe:s3cret@db.example", "'database'"),
        ("postgresql://zoe:s3cret@db.example/wares?sslmod=require", "Did you mean 'sslmode'?"),
        ("postgresql://zoe:s3cret@db.example/wares?requirepeer=s3cret", "requirepeer"),
    ],
)
def test_a_url_that_is_none_is_told_without_its_values(tmp_path: Path, url: str, word: str) -> None:
    with refused("E-STORE-006") as caught:
        open_store(url, tmp_path)
    assert word in str(caught.value) and "CUSTRATA_STORE_URL" in str(caught.value)
    _tells_nothing(caught.value, "s3cret", "db.example", "zoe", "wares")


def test_a_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with refused("E-STORE-008") as caught:
        open_store(f"postgresql://zoe:s3cret@127.0.0.1:{port}/wares", tmp_path)
    assert "connection refused" in str(caught.value)
    _tells_nothing(caught.value, "s3cret", "127.0.0.1", "zoe", str(port))
    with refused("E-STORE-008") as caught:
        open_store("postgresql://zoe:s3cret@db.invalid/wares", tmp_path)
    assert "unknown host name" in str(caught.value)
    _tells_nothing(caught.value, "s3cret", "db.invalid", "zoe")


def test_a_server_that_never_speaks_is_told(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        port = silent.getsockname()[1]
        with refused("E-STORE-008") as caught:
            open_store(f"postgresql://zoe:s3cret@127.0.0.1:{port}/wares?connect_timeout=2", tmp_path)
    assert "no answer in time" in str(caught.value)


def test_a_wrong_password_an_unknown_user_and_an_unknown_database_are_told(
    store_server: Server, tmp_path: Path
) -> None:
    for url, code in (
        (store_server.url(DATABASE, password="wr0ng"), "E-STORE-009"),
        (store_server.url(DATABASE, user="nob0dy"), "E-STORE-009"),
        (store_server.url("n0where"), "E-STORE-010"),
    ):
        with refused(code) as caught:
            open_store(url, tmp_path)
        _tells_nothing(caught.value, "wr0ng", PASSWORD, quote(PASSWORD, ""), ADMIN, "nob0dy", "127.0.0.1", "n0where")


def test_a_user_who_may_not_create_tables_is_told(store_server: Server, tmp_path: Path) -> None:
    store_server.run("DROP USER IF EXISTS reader; CREATE USER reader PASSWORD 'look';")
    store_server.run("DROP SCHEMA IF EXISTS closed CASCADE; CREATE SCHEMA closed;"
                     " GRANT USAGE ON SCHEMA closed TO reader;", DATABASE)  # fmt: skip
    with refused("E-STORE-012") as caught:
        open_store(store_server.url(DATABASE, "reader", "look") + "?options=-csearch_path%3Dclosed", tmp_path)
    _tells_nothing(caught.value, "reader", "look", "127.0.0.1")


def test_a_connection_that_is_lost_in_the_middle_has_changed_nothing(server_place: Place) -> None:
    store = server_place.open()
    with refused("E-STORE-011") as caught, store.transaction():
        store.add_run(run("r1"))
        _cut(server_place)
        store.add_run(run("r2"))
    _tells_nothing(caught.value, ADMIN, "127.0.0.1")
    assert store.runs() == []
    with store.transaction():
        store.add_run(run("r3"))
    assert [r.id for r in store.runs()] == ["r3"]


def test_a_connection_that_is_lost_at_the_very_end_is_told_as_not_known(server_place: Place) -> None:
    store = server_place.open()
    with refused("E-STORE-022"), store.transaction():
        store.add_run(run("r1"))
        _cut(server_place)
    assert store.runs() == []


def test_a_connection_that_was_lost_since_is_made_again(server_place: Place) -> None:
    store = server_place.open()
    _cut(server_place)
    with refused("E-STORE-011"):
        store.runs()
    with store.transaction():
        store.add_run(run("r1"))
    assert [r.id for r in store.runs()] == ["r1"]


def test_a_closed_store_leaves_no_connection_on_the_server(server_place: Place) -> None:
    server_place.open().close()
    assert server_place.sql(_OTHERS.format("count(*)")) == [(0,)]


def test_a_missing_driver_is_told(tmp_path: Path) -> None:
    found = python(f"""
import sys
sys.modules["psycopg"] = None
from custrata.store import open_store, Path
from custrata.core.errors import CustrataError
try:
    open_store("postgresql://zoe:s3cret@db.example/wares", Path({str(tmp_path)!r}))
except CustrataError as error:
    print(error)
""")
    assert found.startswith("E-STORE-007") and "custrata[server]" in found


_OTHERS = (
    "SELECT {} FROM pg_stat_activity WHERE application_name = 'custrata' AND pid <> pg_backend_pid()"
    " AND datname = current_database()"
)


def _cut(place: Place) -> None:
    """The administrator ends every connection of the store."""
    assert place.sql(_OTHERS.format("pg_terminate_backend(pid, 5000)")) == [(True,)]


def _tells_nothing(error: CustrataError, *secrets: str) -> None:
    said = str(error) + "".join(p.text("zh") for p in error.problems)
    assert not [s for s in secrets if s in said], said
    assert error.__suppress_context__ or (error.__cause__ is None and error.__context__ is None)
