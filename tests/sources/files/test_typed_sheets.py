"""However a column of a sheet is read, its cells say what they would say if each were looked at as a text."""

from __future__ import annotations

import tempfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from custrata.core.errors import CustrataError
from custrata.core.scan import TableScan
from custrata.engines.duckdb.reader import Reader
from custrata.sources.files.excel import Workbook, read_sheet

_DAYS = st.dates(date(1901, 1, 1), date(2199, 12, 31))
_MOMENTS = st.builds(lambda day, s: datetime.combine(day, time()) + timedelta(seconds=s), _DAYS, st.integers(0, 86_399))
_AMOUNTS = st.decimals(-5_000_000, 5_000_000, places=2).map(float)
_FLOATS = st.floats(-1e17, 1e17, allow_nan=False).filter(lambda f: f == 0 or abs(f) > 1e-12)
_TEXTS = st.sampled_from(["007", "KH1", " 12 ", "合计", "x", "2024-01-05", "1e3", "¥5"])
_COLUMNS = st.one_of(*(
    st.lists(st.one_of(st.none(), *kinds), min_size=4, max_size=4)
    for kinds in [
        (st.integers(-(10**16), 10**16),), (_AMOUNTS,), (_FLOATS,), (_DAYS,), (_MOMENTS,), (_DAYS, _MOMENTS),
        (_TEXTS,), (_TEXTS, _AMOUNTS), (_DAYS, st.integers(0, 99)), (_DAYS, _TEXTS), (st.booleans(), _AMOUNTS),
        (st.floats(0, 0.9).map(lambda f: timedelta(days=f)),), (st.just("=1/0"), st.integers(0, 9)),
        (st.floats(40000, 50000).map(lambda f: timedelta(days=f)),),
    ]
))  # fmt: skip
_HEADERS = st.sampled_from([
    ("a", "b", "c"), ("a", "a_1", "c"), ("a", None, "c"), ("单号", "2024", " 日期 "), (2024, 1.5, date(2024, 1, 5)),
    ("a_1", "b", "c_2"),
])  # fmt: skip


def _written(path: Path, header: Any, columns: list[list[Any]], top: int = 0) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        day, moment, hour = (book.add_format({"num_format": f}) for f in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "hh:mm"))
        for j, cells in enumerate([[h, *column] for h, column in zip(header, columns, strict=True)]):
            for i, cell in enumerate(cells, top):
                if isinstance(cell, datetime):
                    sheet.write_datetime(i, j, cell, moment)
                elif isinstance(cell, date):
                    sheet.write_datetime(i, j, cell, day)
                elif isinstance(cell, timedelta):
                    sheet.write_number(i, j, cell / timedelta(days=1), moment if cell.days else hour)
                elif cell == "=1/0":
                    sheet.write_formula(i, j, cell, value="#DIV/0!")
                elif isinstance(cell, str):
                    sheet.write_string(i, j, cell)
                elif cell is not None:
                    sheet.write(i, j, cell)
    return path


def _told(path: Path, header: int, *, slowly: bool = False) -> Any:
    book = Workbook(path, path.name, "xlsx")
    if slowly:
        book.quickly = lambda *_: None  # type: ignore[method-assign]
    try:
        part = read_sheet(book, None, header).part
    except CustrataError as error:
        return [str(p) for p in error.problems]
    table = Reader(ibis.duckdb.connect()).rows(TableScan((part,)))
    assert all(kind.is_string() for column, kind in table.schema().items() if column != "_row")
    return table.columns, sorted(table.to_pyarrow().to_pylist(), key=lambda row: row["_row"])


@settings(max_examples=60)
@given(st.lists(_COLUMNS, min_size=3, max_size=3), _HEADERS, st.sampled_from([(0, 1), (2, 3), (1, 1), (0, 2)]))
def test_every_cell_says_what_it_says_as_a_text(columns: list[list[Any]], header: Any, place: tuple[int, int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = _written(Path(folder) / "a.xlsx", header, columns, place[0])
        assert _told(path, place[1]) == _told(path, place[1], slowly=True)


def test_columns_of_one_type_are_read_without_texts(tmp_path: Path) -> None:
    columns = [[1, 2, 3], [date(2024, 1, 5)] * 3, [1.5, None, 2]]
    book = Workbook(_written(tmp_path / "a.xlsx", ("no", "day", "paid"), columns), "a.xlsx", "xlsx")
    table = read_sheet(book, None, 1).part.table
    assert table.schema.types == [pa.int64(), pa.date32(), pa.string()]
    assert table.column("paid").to_pylist() == ["1.5", None, "2"]


@pytest.mark.parametrize("cell", [True, "=1/0"])
def test_a_truth_or_an_error_anywhere_has_every_cell_looked_at(tmp_path: Path, cell: Any) -> None:
    path = _written(tmp_path / "a.xlsx", ("no", "paid"), [[1, 2, 3], [1.5, cell, 2]])
    assert Workbook(path, "a.xlsx", "xlsx").quickly("Sheet1", 1) is None
    assert [row["paid"] for row in _told(path, 1)[1]] == ["1.5", {True: "true"}.get(cell, "#DIV/0!"), "2"]
