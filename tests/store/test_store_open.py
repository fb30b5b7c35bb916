"""Opening a store: its tables are brought up to date, and whatever is wrong is told by a code."""

from __future__ import annotations

import importlib
import os
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest
from store_places import NOON, Place, override, plan, python, refused, run

from custrata.core.store import AuditEntry, Verdict
from custrata.store import models, open_store
from custrata.store.copy import newest_migration

DATABASE = "custrata_store"


def test_the_migrations_make_the_tables_that_the_models_describe() -> None:
    from django.core.management import call_command

    call_command("makemigrations", "store", check=True, dry_run=True, verbosity=0)


def test_everything_that_lasts_is_guarded_by_the_migrations() -> None:
    first = importlib.import_module("custrata.store.migrations.0001_initial")
    columns = {f.column for f in models.Override._meta.get_fields()}
    assert set(first.FIXED) == columns - {"ended_at", "ended_by"}


def test_a_file_is_written_ahead_to_the_disk_and_checks_its_keys(file_place: Place) -> None:
    store = file_place.open()
    assert file_place.sql("PRAGMA journal_mode") == [("wal",)]
    from django.db import connections

    with connections[store._alias].cursor() as cursor:
        pragmas = [cursor.execute(f"PRAGMA {p}").fetchone()[0] for p in ("synchronous", "foreign_keys")]
    assert pragmas == [2, 1]


def test_a_folder_that_is_not_there_yet_is_made(tmp_path: Path) -> None:
    store = open_store("", tmp_path / "客户" / ".custrata")
    store.close()
    assert (tmp_path / "客户" / ".custrata" / "store.sqlite3").is_file()


def test_a_store_of_a_newer_version_is_left_alone(place: Place) -> None:
    place.open().close()
    place.sql("INSERT INTO django_migrations (app, name, applied) VALUES ('store', '0999_more', '2027-01-01')")
    with refused("E-STORE-002") as caught:
        place.open()
    assert "0999_more" in str(caught.value) and newest_migration() in str(caught.value)


@pytest.mark.parametrize("rebuilt", ["Run", "Plan", "Verdict", "Override", "AuditEntry"])
def test_an_older_store_is_brought_up_to_date_with_what_it_holds(
    place: Place, tmp_path: Path, rebuilt: str
) -> None:
    store = place.open()
    with store.transaction():
        store.add_run(run("r1"))
        store.add_plan(plan("p1"))
        store.add_verdict(Verdict("p1", True, "ann", NOON))
        store.add_override(override("C7"))
        store.record(AuditEntry(NOON, "ann", "approve", "p1"))
    store.close()
    later = tmp_path / "later"
    later.mkdir()
    (later / "0900_later.py").write_text(f"""
from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = [("store", {newest_migration()!r})]
    operations = [migrations.AddField({rebuilt!r}, "note", models.TextField(default="none yet"))]
""")
    # Django would read the package anew, without the folder that is added to it.
    newer = f"""
from django.db.migrations import loader
from custrata.store import migrations, open_store, Path
migrations.__path__.append({str(later)!r})
loader.reload = lambda module: None
store = open_store({place.url!r}, Path({str(place.folder)!r}))
print([r.id for r in store.runs()], [v.who for v in store.verdicts("p1")])
"""
    assert python(newer) == python(newer) == "['r1'] ['ann']"
    assert place.sql(f"SELECT note FROM store_{rebuilt.lower()}") == [("none yet",)]
    # SQLite drops the triggers of a table that a migration rebuilds.
    for table in ("verdict", "override", "auditentry"):
        for deed in (f"UPDATE store_{table} SET who = 'eve'", f"DELETE FROM store_{table}"):
            with pytest.raises((sqlite3.IntegrityError, psycopg.errors.RestrictViolation), match="stay as they were"):
                place.sql(deed)
    with refused("E-STORE-002") as caught:
        place.open()
    assert "0900_later" in str(caught.value)


def test_closing_twice_does_no_harm(place: Place) -> None:
    store = place.open()
    store.close()
    store.close()


def test_tables_of_other_apps_in_the_same_database_are_none_of_ours(place: Place) -> None:
    place.open().close()
    place.sql("INSERT INTO django_migrations (app, name, applied) VALUES ('accounts', '0009_more', '2027-01-01')")
    assert place.open().runs() == []


def test_a_damaged_file_is_told(file_place: Place) -> None:
    file_place.file.write_text("this is no database, however long the text is that stands here\n" * 50)
    with refused("E-STORE-001") as caught:
        file_place.open()
    assert str(file_place.file) in str(caught.value)


def test_a_file_that_was_cut_off_is_told(file_place: Place) -> None:
    store = file_place.open()
    with store.transaction():
        for n in range(500):
            store.add_override(override(f"C{n}"))
    store.close()
    content = file_place.file.read_bytes()
    file_place.file.write_bytes(content[: len(content) // 2])
    with refused("E-STORE-001"):
        file_place.open().overrides()


def test_tables_that_somebody_took_away_are_told(place: Place) -> None:
    store = place.open()
    place.sql("DROP TABLE store_run")
    with refused("E-STORE-001"):
        store.runs()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system that nobody can write")
def test_a_folder_that_cannot_be_written_is_told() -> None:
    with refused("E-STORE-004"):
        open_store(None, Path("/proc/self/custrata"))
    with refused("E-STORE-004"):
        open_store(None, Path("/proc/self"))


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with refused("E-STORE-004"):
        open_store(None, tmp_path / "taken")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_file_that_may_only_be_read_is_told(file_place: Place) -> None:
    store = file_place.open()
    store.close()
    file_place.file.chmod(0o400)
    with refused("E-STORE-004"):
        again = file_place.open()
        with again.transaction():
            again.add_run(run())


def test_a_full_disk_is_told_and_nothing_is_changed(file_place: Place) -> None:
    from django.db import connections

    store = file_place.open()
    with store.transaction():
        store.add_run(run("r1"))
    with connections[store._alias].cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
    with refused("E-STORE-005"), store.transaction():
        store.add_run(run("r2"))
        store.add_override(override(reason="x" * 100_000))
    assert [r.id for r in store.runs()] == ["r1"]
    with store.transaction():
        store.add_run(run("r3"))
    assert [r.id for r in store.runs()] == ["r3", "r1"]


def test_a_file_that_another_program_locks_is_told(file_place: Place) -> None:
    store = file_place.open(wait=0.1)
    with file_place.raw() as other:
        other.execute("BEGIN EXCLUSIVE")
        with refused("E-STORE-003"), store.transaction():
            store.add_run(run("r1"))
        other.execute("ROLLBACK")
    assert store.runs() == []


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("INSTALLED_APPS=['custrata.store'], USE_TZ=True", ""),
        ("INSTALLED_APPS=['custrata.store'], USE_TZ=True, TIME_ZONE='Asia/Shanghai', LANGUAGE_CODE='zh-hans', "
         "DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}", ""),
        ("INSTALLED_APPS=['django.contrib.contenttypes'], USE_TZ=True", "INSTALLED_APPS"),
        ("INSTALLED_APPS=['custrata.store'], USE_TZ=False", "USE_TZ"),
    ],
)  # fmt: skip
def test_a_web_application_may_have_set_up_django_itself(tmp_path: Path, settings: str, told: str) -> None:
    found = python(f"""
import django
from django.conf import settings
settings.configure({settings})
django.setup()
from custrata.store import open_store
from custrata.core.errors import CustrataError
from store_places import Path, run
try:
    store = open_store(None, Path({str(tmp_path)!r}))
    with store.transaction():
        store.add_run(run("r1"))
    print(store.current().id, store.current().published_at.tzinfo)
except CustrataError as error:
    print(error)
""")
    assert found.startswith("E-STORE-014") and told in found if told else found == "r1 UTC"


def test_another_programs_settings_in_the_environment_do_not_matter(tmp_path: Path) -> None:
    code = f"from custrata.store import open_store, Path; print(open_store(None, Path({str(tmp_path)!r})).runs())"
    assert python(code, DJANGO_SETTINGS_MODULE="their.settings") == "[]"


def test_opening_a_store_that_is_up_to_date_asks_little(file_place: Place) -> None:
    """Neither checks, templates, URLs, accounts nor the machinery of migrations are imported for it."""
    file_place.open().close()
    found = python(f"""
import sys
from custrata.store import open_store, Path
open_store(None, Path({str(file_place.folder)!r})).runs()
print([m for m in ("django.urls", "django.contrib", "django.core.management", "django.db.migrations.executor",
                   "psycopg") if m in sys.modules])
""")
    assert found == "[]"


def test_a_store_can_be_read_from_another_thread(place: Place) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    store = place.open()
    with store.transaction():
        store.add_run(run("r1"))

    def read() -> Any:
        try:
            return store.current()
        finally:
            connections[store._alias].close()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(read).result() == store.current()
