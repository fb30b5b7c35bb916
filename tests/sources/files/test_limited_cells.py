"""A workbook that breaks its reader breaks a process that nobody needs any more, and is told with a code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from corpus.books import written
from corpus.claims import greedy_book
from corpus.evil import GOOD, HEADERS
from corpus.old_books import CELLS, binary_book, open_book, open_rows
from corpus.ole import container, old_book
from custrata.core.errors import CustrataError
from custrata.sources.files import limited, zipped
from custrata.sources.files.cells import Cells
from custrata.sources.files.excel import Workbook
from custrata.sources.files.limited import LimitedCells

SOUND = {
    "xls": container({"Workbook": old_book(CELLS)}),
    "xlsb": binary_book(CELLS),
    "ods": open_book(open_rows()),
}


def put(folder: Path, kind: str, content: bytes | None = None) -> Path:
    path = folder / f"客户.{kind}"
    path.write_bytes(SOUND[kind] if content is None else content)
    return path


def codes(caught: pytest.ExceptionInfo[CustrataError]) -> list[str]:
    return [p.code for p in caught.value.problems]


@pytest.mark.parametrize("kind", SOUND)
def test_a_sheet_that_is_read_elsewhere_holds_what_it_holds_here(kind: str, tmp_path: Path) -> None:
    path = put(tmp_path, kind)
    here, elsewhere = Cells(path, path.name, kind), LimitedCells(path, path.name, kind)
    assert elsewhere.titles == here.titles == ["Sheet1"]
    for _ in range(2):  # however often it is asked
        found = elsewhere.columns("Sheet1")
        assert [c.to_pylist() for c in found] == [list(c) for c in zip(HEADERS, *GOOD, strict=True)]
        assert [(c.type, c.to_pylist()) for c in found] == [(c.type, c.to_pylist()) for c in here.columns("Sheet1")]


def test_a_workbook_of_long_texts_says_the_same_as_one_of_short_ones(tmp_path: Path) -> None:
    rows = [[*HEADERS[:3], "金额", "备注"], *([*row[:3], float(row[3]), "x" * 40] for row in GOOD * 30)]
    path = tmp_path / "a.xlsx"
    written(path, rows)
    here, elsewhere = Cells(path, "a.xlsx", "xlsx"), LimitedCells(path, "a.xlsx", "xlsx")
    found, wanted = elsewhere.typed("Sheet1", 1), here.typed("Sheet1", 1)
    assert found is not None and wanted is not None and found[0] == wanted[0]
    assert [c.to_pylist() for c in found[1]] == [c.to_pylist() for c in wanted[1]]
    assert elsewhere.typed("Sheet1", 9_999) is None and here.typed("Sheet1", 9_999) is None


@pytest.mark.parametrize("length, cells, swells", [(40, 300, False), (4_000, 300, True), (4_000, 10, False)])
def test_a_text_that_many_cells_share_is_seen(
    length: int, cells: int, swells: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(zipped, "_MOST_TEXT", 1 << 20)
    short = [[f"A{i}" * 10] for i in range(cells)]
    path = tmp_path / "a.xlsx"
    written(path, [*short, ["x" * length], *short])
    assert Cells(path, "a.xlsx", "xlsx").swells == swells
    assert isinstance(Workbook(path, "a.xlsx", "xlsx")._cells, LimitedCells) == swells


def test_an_empty_sheet_has_no_columns(tmp_path: Path) -> None:
    path = put(tmp_path, "xls", container({"Workbook": old_book([])}))
    assert LimitedCells(path, path.name, "xls").columns("Sheet1") == []


def test_a_workbook_that_asks_for_all_memory_is_refused_and_the_next_one_is_read(tmp_path: Path) -> None:
    path = put(tmp_path, "xls", greedy_book())
    with pytest.raises(CustrataError) as caught:
        LimitedCells(path, path.name, "xls")
    assert codes(caught) == ["E-FILE-029"] and caught.value.problems[0].place == path.name
    assert LimitedCells(put(tmp_path, "xls"), path.name, "xls").titles == ["Sheet1"]


def test_a_workbook_that_takes_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "_CLOCK", 0)
    with pytest.raises(CustrataError) as caught:
        LimitedCells(put(tmp_path, "xls"), "a.xls", "xls")
    assert codes(caught) == ["E-FILE-030"]


@pytest.mark.skipif(not hasattr(signal, "SIGXCPU"), reason="this system has no limit of processor time")
def test_a_workbook_that_keeps_the_processor_too_long_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    book = LimitedCells(put(tmp_path, "xls"), "a.xls", "xls")
    os.kill(book._child.pid, signal.SIGXCPU)
    with pytest.raises(CustrataError) as caught:
        book.columns("Sheet1")
    assert codes(caught) == ["E-FILE-030"]


def test_a_reader_that_somebody_ends_is_told(tmp_path: Path) -> None:
    book = LimitedCells(put(tmp_path, "xls"), "a.xls", "xls")
    book._child.kill()
    with pytest.raises(CustrataError) as caught:
        book.columns("Sheet1")
    assert codes(caught) == ["E-FILE-029"]


def test_the_process_ends_with_the_workbook(tmp_path: Path) -> None:
    book = LimitedCells(put(tmp_path, "xls"), "a.xls", "xls")
    child = book._child
    del book
    assert child.returncode is not None


def test_an_error_of_our_own_is_no_damage_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="KeyError"):
        LimitedCells(put(tmp_path, "ods"), "a.ods", "of no kind")


def test_workbooks_are_read_side_by_side(tmp_path: Path) -> None:
    def width(kind: str) -> int:
        (tmp_path / kind).mkdir()
        return len(LimitedCells(put(tmp_path / kind, kind), kind, kind).columns("Sheet1"))

    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(width, SOUND)) == [4, 4, 4]


def test_a_module_beside_the_data_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fastexcel.py").write_text("raise SystemExit", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert LimitedCells(put(tmp_path, "xls"), "a.xls", "xls").titles == ["Sheet1"]


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no limit of addresses")
@pytest.mark.parametrize("content, told", [(None, "['Sheet1']"), (greedy_book(), "E-FILE-029")], ids=["sound", "evil"])
def test_it_works_in_a_process_that_has_limits_itself(content: bytes | None, told: str, tmp_path: Path) -> None:
    path = put(tmp_path, "xls", content)
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
        "from pathlib import Path; from custrata.sources.files.excel import Workbook\n"
        "from custrata import CustrataError\n"
        "try: print(Workbook(Path(sys.argv[1]), 'a.xls', 'xls').titles)\n"
        "except CustrataError as error: print(error.problems[0].code)\n"
    )
    found = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert (found.stdout.strip(), found.stderr) == (told, "")
