"""However a sheet says where its cells are, one that is too large is never handed to the reader."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.zips import book, sheet_xml
from custrata.core.errors import CustrataError
from custrata.sources.files import extent, zipped

LIMIT = 5_000
Place = tuple[int, int]


def letters(column: int) -> str:
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


@st.composite
def written(draw: Any) -> tuple[bytes, Place]:
    """A sheet in which some rows and cells do not say where they are, and its last row and column."""
    xml, row, widest = "", 0, 1
    prefix = draw(st.sampled_from(["", "x:"]))
    sign = draw(st.sampled_from(['"', "'"]))
    around = draw(st.sampled_from(["=", " = ", "=\n"]))
    for _ in range(draw(st.integers(1, 6))):
        empty = draw(st.sampled_from([0, 0, 150]))
        xml, row = xml + f"<{prefix}row/>" * empty, row + empty
        said = draw(st.booleans())
        row = draw(st.integers(row + 1, row + draw(st.sampled_from([1, 50, 5_000])))) if said else row + 1
        cells, column = "", 0
        for _ in range(draw(st.integers(1, 40))):
            named = draw(st.booleans())
            column = draw(st.integers(column + 1, column + draw(st.sampled_from([1, 30])))) if named else column + 1
            place = letters(column) if draw(st.booleans()) else letters(column).lower()
            cells += f"<{prefix}c r{around}{sign}{place}{row}{sign}/>" if named else f"<{prefix}c/>"
        more = draw(st.sampled_from([0, 0, 100]))
        cells, column = cells + f"<{prefix}c/>" * more, column + more
        widest = max(widest, column)
        xml += f"<{prefix}row r{around}{sign}{row}{sign}>" if said else f"<{prefix}row>"
        xml += f"{cells}</{prefix}row>"
    return sheet_xml(xml), (row, widest)


@given(written(), st.sampled_from([64, 1000, zipped.BLOCK]))
@settings(max_examples=60)
def test_a_sheet_beyond_the_limit_is_refused_however_it_is_written(made: tuple[bytes, Place], block: int) -> None:
    xml, (rows, columns) = made
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(extent, "MAX_CELLS", LIMIT)
        patch.setattr(zipped, "BLOCK", block)
        path = Path(folder) / "a.xlsx"
        path.write_bytes(book(xml))
        try:
            extent.check_extent(path, "a.xlsx", "Sheet1")
            assert rows * columns <= LIMIT
        except CustrataError as error:
            assert [p.code for p in error.problems] == ["E-FILE-021"]
            # Columns of one letter count as 26, and what does not say where it is as all that may stand before it.
            assert (2 * rows + 6) * (2 * columns + 26) > LIMIT


def test_a_sheet_as_excel_writes_it_is_measured_to_the_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extent, "MAX_CELLS", LIMIT)
    rows = "".join(f'<row r="{i}"><c r="A{i}"/><c r="AN{i}"/></row>' for i in range(1, 126))
    for last, refused in ((125, False), (126, True)):
        more = '<row r="126"><c r="B126"/></row>' if last > 125 else ""
        path = tmp_path / f"{last}.xlsx"
        path.write_bytes(book(sheet_xml(rows + more)))
        if refused:
            with pytest.raises(CustrataError) as caught:
                extent.check_extent(path, "a.xlsx", "Sheet1")
            assert (caught.value.problems[0].values["rows"], caught.value.problems[0].values["columns"]) == (126, 40)
        else:
            extent.check_extent(path, "a.xlsx", "Sheet1")


@pytest.mark.parametrize("block", [64, zipped.BLOCK])
@pytest.mark.parametrize("rows, refused", [
    ("<row>" + "<c/>" * 600 + '</row><row r="9"><c r="A9"/></row>', True),
    ("<x:row>" + "<x:c/>" * 600 + '</x:row><x:row r="9"><x:c r="A9"/></x:row>', True),
    ("<row>" + "<c/>" * 500 + '</row><row r="9"><c r="A9"/></row>', False),
    ('<row><c r="AN1"/></row>' + "<row/>" * 200, True),
    ('<row><c r="AN1"/></row>' + "<row/>" * 100, False),
])  # fmt: skip
def test_cells_that_do_not_say_where_they_are_are_counted(
    rows: str, refused: bool, block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extent, "MAX_CELLS", LIMIT)
    monkeypatch.setattr(zipped, "BLOCK", block)
    path = tmp_path / "a.xlsx"
    path.write_bytes(book(sheet_xml(rows)))
    if not refused:
        extent.check_extent(path, "a.xlsx", "Sheet1")
        return
    with pytest.raises(CustrataError) as caught:
        extent.check_extent(path, "a.xlsx", "Sheet1")
    assert [p.code for p in caught.value.problems] == ["E-FILE-021"]


@pytest.mark.parametrize("before", range(0, 64, 3))
def test_a_far_cell_between_two_blocks_is_seen(before: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipped, "BLOCK", 64)
    path = tmp_path / "a.xlsx"
    path.write_bytes(book(sheet_xml(" " * before + '<row r="1"><c r="A1"/><c r="ZZ1048576"/><c r="A2"/></row>')))
    with pytest.raises(CustrataError) as caught:
        extent.check_extent(path, "a.xlsx", "Sheet1")
    assert [p.code for p in caught.value.problems] == ["E-FILE-021"]
