"""Files that are gone, or closed to us, between being listed and being read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus import books, old_books, parquets
from corpus.evil import GOOD, csv_text
from custrata.core.errors import CustrataError
from custrata.sources.files import open as opening
from custrata.sources.files import raw
from custrata.sources.files.open import open_files
from custrata.sources.files.raw import raw_rows
from custrata.sources.files.spec import FileSpec


def put(folder: Path, name: str) -> Path:
    path = folder / name
    if name.endswith(".csv"):
        path.write_text(csv_text(*GOOD), "utf-8")
    elif name.endswith(".xlsx"):
        path.write_bytes(books.book(books.sheet_xml(books.TABLE)))
    elif name.endswith(".parquet"):
        parquets.put(folder, parquets.table())
    else:
        path.write_bytes(old_books.container({"Workbook": old_books.old_book(old_books.CELLS)}))
    return path


def code_of(read: Callable[[], object]) -> str:
    with pytest.raises(CustrataError) as caught:
        read()
    (problem,) = caught.value.problems
    return problem.code


def gone_after(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, path: Path) -> None:
    """The file goes as soon as the named function has seen it."""
    before = getattr(module, name)

    def seen(*given: Any, **named: Any) -> Any:
        try:
            return before(*given, **named)
        finally:
            path.unlink()

    monkeypatch.setattr(module, name, seen)


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.xls", "a.parquet"])
@pytest.mark.parametrize("step", ["find_places", "sniff"])
def test_a_file_that_goes_while_it_is_opened_is_told_as_unreadable(
    name: str, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, name)
    gone_after(monkeypatch, opening, step, path)
    assert code_of(lambda: open_files(FileSpec([name]), tmp_path, tmp_path / "scratch")) == "E-FILE-002"


@pytest.mark.parametrize("name, step", [
    ("a.csv", "sniff"), ("a.csv", "as_utf8"), ("a.xlsx", "sniff"), ("a.xlsx", "Workbook"), ("a.xls", "sniff"),
    ("a.parquet", "sniff"),
])  # fmt: skip
def test_a_file_that_goes_while_it_is_looked_at_is_told_as_unreadable(
    name: str, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, name)
    gone_after(monkeypatch, raw, step, path)
    assert code_of(lambda: raw_rows(path, name, tmp_path / "scratch")) == "E-FILE-002"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is closed to root")
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.parquet"])
def test_a_file_that_may_not_be_read_is_told_as_unreadable(name: str, tmp_path: Path) -> None:
    put(tmp_path, name).chmod(0)
    assert code_of(lambda: open_files(FileSpec([name]), tmp_path, tmp_path / "scratch")) == "E-FILE-002"
