"""Several processes and the same store: one at a time changes it, and one that dies has changed nothing."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest
from store_places import Place, heard, refused, run

pytestmark = pytest.mark.slow


def test_a_writer_waits_for_another(place: Place) -> None:
    store = place.open()
    other = place.program("""
        with store.transaction():
            store.add_run(run("theirs"))
            say("in")
            time.sleep(0.4)
    """)
    with other:
        assert heard(other) == "in"
        with store.transaction():
            assert [r.id for r in store.runs()] == ["theirs"], "what the other did is there before ours begins"
            store.add_run(run("ours"))
    assert other.returncode == 0 and [r.id for r in store.runs()] == ["ours", "theirs"]


def test_a_writer_that_waits_too_long_is_told_and_readers_never_wait(place: Place) -> None:
    store = place.open(wait=0.2)
    other = place.program("""
        with store.transaction():
            store.add_run(run("theirs"))
            say("in")
            sys.stdin.readline()
    """)
    with other:
        assert heard(other) == "in"
        started = time.monotonic()
        with refused("E-STORE-003"), store.transaction():
            store.add_run(run("ours"))
        assert 0.15 < time.monotonic() - started < 5
        assert store.runs() == [], "what the other has not finished is not seen"
        again = place.open(wait=0.2)
        assert again.runs() == []
        assert other.stdin is not None
        other.stdin.write("go\n")
        other.stdin.flush()
    with store.transaction():
        store.add_run(run("ours"))
    assert [r.id for r in store.runs()] == ["ours", "theirs"]


def test_a_process_that_is_killed_in_the_middle_of_a_change_has_changed_nothing(place: Place) -> None:
    store = place.open()
    with store.transaction():
        store.add_run(run("r1"))
    other = place.program("""
        with store.transaction():
            store.add_run(run("r2"))
            store.mark_run("r1", "rolled back")
            store.add_override(override())
            say("in")
            time.sleep(60)
    """)
    with other:
        assert heard(other) == "in"
        other.send_signal(signal.SIGKILL)
    again = place.open(wait=5)
    assert [(r.id, r.state) for r in again.runs()] == [("r1", "published")] and again.overrides() == []
    with again.transaction():
        again.add_run(run("r3"))
    assert [r.id for r in store.runs()] == ["r3", "r1"]


def test_many_who_open_a_new_store_at_once_find_one(place: Place) -> None:
    body = 'with store.transaction(): store.add_run(run())\nsay("done")'
    others = [place.program(body) for _ in range(4)]
    for other in others:
        with other:
            assert heard(other) == "done"
        assert other.returncode == 0
    assert len(place.open().runs()) == 4


@pytest.mark.parametrize("after", ["_lacking", "_migrate"])
def test_a_process_that_is_killed_while_it_makes_the_tables_leaves_none(place: Place, after: str) -> None:
    other = place.program(f"""
        from custrata.store import migrate
        original = migrate.{after}
        calls = []
        def die(*args):
            found = original(*args)
            calls.append(1)
            if "{after}" == "_migrate" or len(calls) == 2:
                say("in")
                time.sleep(60)
            return found
        migrate.{after} = die
        say("ready")
        sys.stdin.readline()
        place.open()
    """)
    with other:
        assert heard(other) == "ready"
        _remove(place)
        assert other.stdin is not None
        other.stdin.write("go\n")
        other.stdin.flush()
        assert heard(other) == "in"
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert _tables(place) == []
    store = place.open(wait=5)
    with store.transaction():
        store.add_run(run("r1"))
    assert [r.id for r in store.runs()] == ["r1"]


def _remove(place: Place) -> None:
    """The store that opening the helper program has made."""
    if place.vendor == "sqlite":
        for file in place.folder.glob("store.sqlite3*"):
            file.unlink()
    else:
        place.sql("DROP SCHEMA one CASCADE; CREATE SCHEMA one")


def _tables(place: Place) -> list[str]:
    if place.vendor == "sqlite":
        found = place.sql("SELECT name FROM sqlite_master WHERE type = 'table'")
    else:
        found = place.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'one'")
    return sorted(name for (name,) in found)


def test_a_program_that_changes_nothing_else_imports_no_django(tmp_path: object) -> None:
    code = (
        "import sys, custrata, custrata.store, custrata.cli.main\n"
        "sys.argv = ['custrata', '--help']\n"
        "try: custrata.cli.main.main()\nexcept SystemExit: pass\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('django', 'psycopg')], file=sys.stderr)"
    )
    import sys

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == "[]"
