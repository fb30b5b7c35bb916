"""A file that somebody asked for is written whole, or the one of before stays and the reason is told."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from custrata import CustrataError
from custrata.usecases.written import check_ending, place


def refused(path: Path, write: object) -> str:
    with pytest.raises(CustrataError) as caught:
        place(path, write)  # type: ignore[arg-type]
    return caught.value.problems[0].code


def test_a_write_that_fails_in_the_middle_leaves_the_file_of_before(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("before", "utf-8")

    def full(part: Path) -> None:
        part.write_text("half", "utf-8")
        raise OSError(28, "No space left on device")

    assert refused(path, full) == "E-RUN-006"
    assert path.read_text("utf-8") == "before" and list(tmp_path.iterdir()) == [path]


def test_a_workbook_that_cannot_be_made_is_told_like_any_file(tmp_path: Path) -> None:
    """Its library raises an error of its own, which is no `OSError`."""

    def book(part: Path) -> None:
        xlsxwriter.Workbook(str(part / "nowhere" / "b.xlsx")).close()

    assert refused(tmp_path / "b.xlsx", book) == "E-RUN-006"


def test_an_ending_that_nobody_can_write_is_refused_beforehand() -> None:
    check_ending(Path("A.HTML"), (".html",))
    with pytest.raises(CustrataError) as caught:
        check_ending(Path("a.pdf"), (".html", ".xlsx"))
    assert [p.code for p in caught.value.problems] == ["E-CLI-003"]
