"""Publishing: one writer at a time, the old run stays until the new one is whole, and each run tells its own story."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from custrata import CustrataError
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.engines.duckdb.store import duckdb_store
from custrata.usecases.opened import open_run
from custrata.usecases.run import RunResult, run
from custrata.usecases.workspace import Workspace

pytestmark = pytest.mark.slow

NOW = datetime(2024, 4, 1, 12, tzinfo=UTC)
SCHEME = """scheme: Shop
sources: {orders: {file: sales.csv}}
segments: {tier: {thresholds: spend, classes: {big: above 100, small: else}}}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    (tmp_path / "scheme.yaml").write_text(SCHEME, "utf-8")
    (tmp_path / "sales.csv").write_text(
        "customer_id,ordered_at,amount\nann,2024-03-01,150\nbob,2024-03-02,5\n", "utf-8"
    )
    return Workspace.at(tmp_path)


def run_at(shop: Workspace, moment: datetime = NOW) -> RunResult:
    return run(shop, duckdb_store, lambda: moment)


def refused(shop: Workspace) -> str:
    with pytest.raises(CustrataError) as caught:
        run_at(shop)
    return caught.value.problems[0].code


HOLD = """
import sys, time
from datetime import datetime, timezone
from pathlib import Path
from custrata.usecases.workspace import Workspace
with Workspace(Path(sys.argv[1])).writing(datetime(2024, 4, 1, 11, 59, tzinfo=timezone.utc)):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def another_writer(shop: Workspace) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(shop.path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_writer_is_told_who_holds_the_workspace(shop: Workspace) -> None:
    with another_writer(shop) as process:
        with pytest.raises(CustrataError) as caught:
            run_at(shop)
        (problem,) = caught.value.problems
        told = (problem.code, problem.values["pid"], problem.values["since"])
        assert told == ("E-RUN-005", process.pid, "2024-04-01T11:59:00+00:00")


def test_a_killed_writer_holds_nothing(shop: Workspace) -> None:
    with another_writer(shop) as process:
        process.kill()
        process.wait()
        assert run_at(shop).customers == 2


@pytest.mark.parametrize("content", ["", "not json", "[]", "{}", '{"pid": 1, "since": "long ago"}'])
def test_what_a_lock_file_says_holds_nobody_back(shop: Workspace, content: str) -> None:
    shop.home.mkdir()
    (shop.home / "lock").write_text(content, "utf-8")
    assert run_at(shop).customers == 2


def test_a_failed_run_leaves_the_old_one_current(shop: Workspace) -> None:
    first = run_at(shop).run.id
    good = (shop.path / "sales.csv").read_text("utf-8")
    for text, code in (("customer_id,ordered_at,amount\n", "E-DATA-002"), ("who,when\n1,2\n", "E-DATA-004")):
        (shop.path / "sales.csv").write_text(text, "utf-8")
        assert refused(shop) == code
        assert (shop.run().id, shop.run_ids()) == (first, [first])
        assert not (shop.home / "staging").exists()
    (shop.path / "sales.csv").write_text(good, "utf-8")
    assert run_at(shop, NOW + timedelta(minutes=1)).customers == 2


def test_what_a_killed_run_left_behind_is_swept_and_never_shown(shop: Workspace) -> None:
    first = run_at(shop).run.id
    (shop.home / "staging" / "tmp1" / "run").mkdir(parents=True)
    (shop.home / "runs" / "half").mkdir()
    (shop.home / "current.new").write_text("half\n", "utf-8")
    assert (shop.run().id, shop.run_ids()) == (first, [first])
    second = run_at(shop, NOW + timedelta(minutes=1)).run.id
    assert shop.run_ids() == sorted([first, second])
    assert not (shop.home / "staging").exists()


def test_two_runs_of_one_second_have_two_ids_and_the_later_is_current(shop: Workspace) -> None:
    first, second = run_at(shop), run_at(shop)
    assert first.run.id != second.run.id
    assert shop.run().id == second.run.id


def test_an_old_run_keeps_its_scheme_its_parameters_and_its_customers(shop: Workspace, tmp_path: Path) -> None:
    first = run_at(shop).run
    (shop.path / "scheme.yaml").write_text(SCHEME.replace("100", "1"), "utf-8")
    second = run_at(shop, NOW + timedelta(days=1)).run
    big = {}
    for found in (first, second):
        with open_run(shop, duckdb_engine, tmp_path / found.id, found.id) as result:
            big[found.id] = {row.class_: row.customers for row in result.summary("tier")}["big"]
            assert result.explain("bob").classes[0].class_ == ("small" if found.id == first.id else "big")
    assert (big[first.id], big[second.id]) == (1, 2)
    assert first.record["scheme"]["logic_hash"] != second.record["scheme"]["logic_hash"]


def test_a_damaged_run_is_told_and_others_still_open(shop: Workspace, tmp_path: Path) -> None:
    first, second = run_at(shop).run, run_at(shop, NOW + timedelta(days=1)).run
    (second.folder / "customers.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(CustrataError) as caught, open_run(shop, duckdb_engine, tmp_path) as result:
        result.summary("tier")
    assert caught.value.problems[0].code == "E-RUN-007"
    with open_run(shop, duckdb_engine, tmp_path, first.id) as result:
        assert sum(row.customers for row in result.summary("tier")) == 2


def test_today_is_the_day_of_the_schemes_place(shop: Workspace) -> None:
    late = datetime(2024, 4, 1, 17, tzinfo=UTC)  # 01:00 of 2 April in Shanghai
    for zone, day in (("Asia/Shanghai", "2024-04-02"), ("UTC", "2024-04-01"), ("America/New_York", "2024-04-01")):
        (shop.path / "scheme.yaml").write_text(f"{SCHEME}as_of: today\ntimezone: {zone}\n", "utf-8")
        assert run_at(shop, late).as_of.isoformat() == day


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told(shop: Workspace) -> None:
    shop.path.chmod(0o500)
    try:
        assert refused(shop) == "E-RUN-006"
    finally:
        shop.path.chmod(0o700)
