"""What should be known but stops nothing is shown: of connections, and of customers' parents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from custrata.core.errors import Problem
from custrata.core.scan import Opened
from custrata.usecases.load import rows

NOTE = Problem("E-DB-003", "connections.toml", {"mode": "644"})


@pytest.fixture
def family(tmp_path: Path) -> Path:
    (tmp_path / "sales.csv").write_text("customer_id,ordered_at,amount\nann,2024-03-01,5\nbob,2024-03-02,7\n", "utf-8")
    (tmp_path / "people.csv").write_text("customer_id,up\nann,nobody\nbob,\n", "utf-8")
    (tmp_path / "scheme.yaml").write_text(
        "scheme: Shop\nlanguage: en\nidentity: {roll_up: parent}\n"
        "sources: {orders: sales.csv, customers: {file: people.csv, columns: {parent_id: up}}}\n"
        "segments: {tier: {thresholds: spend, classes: {big: above 6, small: else}}}\n", "utf-8",
    )  # fmt: skip
    return tmp_path


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is opened with a note."""
    opened: Callable[..., Opened | None] = rows._open

    def with_note(*given: Any) -> Opened | None:
        found = opened(*given)
        return found and replace(found, notes=(NOTE,))

    monkeypatch.setattr(rows, "_open", with_note)


def test_a_parent_that_is_no_customer_is_told_by_run(family: Path, call: Any) -> None:
    said = call("--lang", "en", "run", family)
    assert "Note: E-ID-018 sources.customers: 'ann' has the parent 'nobody', which is no customer." in said.out
    again = call("run", family, "--json").json
    assert [note["code"] for note in again["notes"]] == ["E-ID-018"]


def test_the_record_of_a_run_says_how_far_decisions_had_been_written(family: Path, call: Any) -> None:
    first = call("run", family, "--json").json
    assert (first["identity"], first["mends"]) == ({"ledger": 0}, {"book": 0})
    assert call("merge", "ann", "bob", "-w", family, "--reason", "one").status == 0
    assert call("run", family, "--json").json["identity"] == {"ledger": 1}


@pytest.mark.usefixtures("noted")
def test_the_note_of_a_connection_is_told_once_though_several_sources_are_read_over_it(family: Path, call: Any) -> None:
    assert [note["code"] for note in call("load", family, "--json").json["notes"]] == ["E-DB-003"]
    said = call("--lang", "en", "load", family, "--anew")
    assert said.out.count("Note: E-DB-003 connections.toml") == 1
    assert call("--lang", "zh", "run", family, "--anew").out.count("提示： E-DB-003") == 1
