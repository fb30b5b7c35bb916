"""The commands that look after a workspace, as people and programs read them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CARE = "schedule: {run: daily at 02:30}\nkeep: {runs: 1}\n"


def cared_for(shop: Path) -> None:
    scheme = shop / "scheme.yaml"
    scheme.write_text(scheme.read_text("utf-8") + CARE, "utf-8")


@pytest.fixture
def nightly(shop: Path) -> Path:
    cared_for(shop)
    return shop


def test_a_worker_tells_what_it_watches_in_the_users_language(nightly: Path, call: Any) -> None:
    said = call("worker", "--once", "-w", nightly)
    assert said.status == 0, said.err
    assert re.fullmatch(
        r"(\S+ \S+)  evaluation: daily at 02:30, next \d{4}-\d\d-\d\d 02:30\n\S+ \S+  ended\n", said.out
    )
    said = call("worker", "--once", nightly, "--lang", "zh")
    assert "评估：每天 02:30，下次" in said.out and said.out.endswith("已结束\n")
    said = call("worker", "--once", nightly, "--json")
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [line["event"] for line in lines] == ["watching", "ended"]
    assert (lines[0]["job"], lines[0]["rhythm"]) == ("run", "daily at 02:30") and lines[0]["next"].endswith("+00:00")


def test_a_worker_without_a_schedule_ends_with_a_mend(shop: Path, call: Any) -> None:
    said = call("worker", "--once", "-w", shop)
    assert said.status == 1 and said.err.startswith("E-JOB-001 scheme.yaml")
    assert call("jobs", "-w", shop).err.startswith("E-JOB-001") and call("jobs", "-w", shop, "--json").json == []


def test_jobs_are_listed(nightly: Path, call: Any) -> None:
    said = call("jobs", "-w", nightly)
    assert "daily at 02:30" in said.out and "not yet" in said.out and "custrata worker" in said.out
    call("worker", "--once", nightly)
    (job,) = call("jobs", nightly, "--json").json
    assert (job["job"], job["state"], job["rhythm"], job["run"]) == ("run", "never", "daily at 02:30", None)
    assert "尚未执行" in call("jobs", nightly, "--lang", "zh").out


def test_a_backup_is_made_and_restored(nightly: Path, call: Any, tmp_path: Path) -> None:
    call("run", nightly)
    said = call("backup", tmp_path / "b.zip", "-w", nightly)
    assert said.status == 0 and "--with-data" in said.out and (tmp_path / "b.zip").is_file()
    made = call("backup", tmp_path / "c.zip", "-w", nightly, "--with-data", "--json").json
    assert made["with_data"] and made["files"] > 5 and made["store"] == "none"
    said = call("restore", tmp_path / "b.zip", tmp_path / "new")
    assert said.status == 0 and "1 run" in said.out and "custrata run" in said.out
    assert call("summary", "-w", tmp_path / "new").out == call("summary", "-w", nightly).out
    assert call("restore", tmp_path / "b.zip", tmp_path / "new").err.startswith("E-BACKUP-003")
    assert call("restore", tmp_path / "c.zip", tmp_path / "newer", "--json").json["runs"] == 1
    assert call("run", tmp_path / "newer").status == 0


def test_older_runs_are_pruned(shop: Path, call: Any) -> None:
    for _ in range(2):
        call("run", shop)
    assert "keep: {runs: 30}" in call("prune", "-w", shop).out
    cared_for(shop)
    said = call("prune", "--dry-run", "-w", shop)
    assert "would go" in said.out and "Nothing was removed" in said.out
    (gone,) = call("prune", "-w", shop, "--json").json
    assert gone["gone"] and gone["size"] > 0
    assert "现有批次都应保留" in call("prune", "-w", shop, "--lang", "zh").out
    assert call("summary", "--run", gone["id"], "-w", shop).err.startswith("E-RUN-002")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_worker_cleanly(nightly: Path, number: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "custrata.cli.main", "worker", str(nightly), "--every", "60"], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "CUSTRATA_LANG": "en"},
    ) as process:  # fmt: skip
        assert process.stdout is not None and "evaluation" in process.stdout.readline()
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "") and out.endswith("ended\n")
