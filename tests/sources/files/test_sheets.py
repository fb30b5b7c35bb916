"""Several sheets of a workbook as one source: which are meant, what they are called, and what is told of a slip."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from custrata.core.errors import CustrataError
from custrata.core.scheme.source import FileForm
from custrata.sources.files.open import open_files
from custrata.sources.files.sheets import find_places
from custrata.sources.files.spec import FileSpec

MONTHS = ["1月", "2月", "客户", "12月"]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as made:
        for i, title in enumerate(MONTHS):
            sheet = made.add_worksheet(title)
            sheet.write_row(0, 0, ["单号", "金额"])
            sheet.write_row(2, 0, [f"S{i}", i])
    return tmp_path


@pytest.mark.parametrize(
    ("sheet", "meant"),
    [
        ("*月", ["1月", "2月", "12月"]), ("?月", ["1月", "2月"]), (["2月", "1月"], ["1月", "2月"]),
        ([4, "1*"], ["1月", "12月"]), ("*", MONTHS),
    ],
)  # fmt: skip
def test_names_numbers_and_patterns_mean_sheets_in_the_order_of_the_workbook(
    book: Path, sheet: str | list[str | int], meant: list[str]
) -> None:
    opened = open_files(FileSpec(["a.xlsx"], sheet), book, book / "scratch")
    assert [r.path for r in opened.files] == [f"a.xlsx[{title}]" for title in meant]
    assert [p.name for p in opened.scan.parts] == [r.path for r in opened.files]
    assert {p.first_row for p in opened.scan.parts} == {3}
    assert len({r.sha256 for r in opened.files}) == 1


@pytest.mark.parametrize("entry", ["a.xlsx", "*.xlsx", "a.xlsx[1月]", "a.xlsx[*]"])
def test_how_a_workbook_is_read_holds_for_its_sheets(book: Path, entry: str) -> None:
    spec = FileSpec(["a.xlsx"], ["1月"], header=9, by_file={entry: FileForm(header=1)})
    [part] = open_files(spec, book, book / "scratch").scan.parts
    assert part.first_row == 3


def test_a_sheet_is_found_again_under_its_own_name(book: Path) -> None:
    opened = open_files(FileSpec(["a.xlsx[12月]", "a.xlsx[1月]"], "*月"), book, book / "scratch")
    assert [r.sheet for r in opened.files] == ["12月", "1月"]


def test_a_file_with_brackets_in_its_name_is_that_file(book: Path) -> None:
    (book / "a.xlsx").rename(book / "b.xlsx[1月]")
    assert [p.name for p in find_places(["b.xlsx[1月]"], ["客户"], book)] == ["b.xlsx[1月][客户]"]


def test_text_has_no_sheets(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n", "utf-8")
    assert [p.name for p in find_places(["a.csv"], "*", tmp_path)] == ["a.csv"]


def test_every_name_in_the_list_must_be_a_sheet(book: Path) -> None:
    with pytest.raises(CustrataError) as error:
        open_files(FileSpec(["a.xlsx"], ["1月", "3月"]), book, book / "scratch")
    (problem,) = error.value.problems
    assert (problem.code, problem.values["sheet"]) == ("E-FILE-013", "3月")
