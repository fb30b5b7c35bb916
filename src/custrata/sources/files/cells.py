"""What the cells of a workbook say, as texts: the one place that calls the library that reads workbooks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import fastexcel
import pyarrow as pa

from custrata.core.errors import CustrataError, Problem
from custrata.sources.files.bounds import MAX_COLUMNS
from custrata.sources.files.extent_binary import check_binary_book, check_old_book
from custrata.sources.files.zipped import check_parts

_T = TypeVar("_T")
Typed = tuple[list[str | None], list[Any]]
"""The cells of a header, and the columns below."""
_SUFFIXES = {"xlsx": (".xlsx", ".xlsm"), "xlsb": (".xlsb",), "xls": (".xls",), "ods": (".ods",)}
_ERRORS = {
    "Error(Div0)": "#DIV/0!",
    "Error(NA)": "#N/A",
    "Error(Name)": "#NAME?",
    "Error(Null)": "#NULL!",
    "Error(Num)": "#NUM!",
    "Error(Ref)": "#REF!",
    "Error(Value)": "#VALUE!",
    "Error(GettingData)": "#GETTING_DATA",
}


class Cells:
    """A workbook, looked at and opened in this process. `kind` is a `Format` of a workbook.

    Errors: E-FILE-002 unreadable, E-FILE-012 damaged, E-FILE-015 password, E-FILE-016 too many columns, E-FILE-021 too
    large an area, E-FILE-026 larger than it says.
    """

    def __init__(self, path: Path, name: str, kind: str) -> None:
        self._name = name
        self.swells = False
        """Whether texts that its cells share may fill the memory."""
        if kind == "xls":
            check_old_book(path, name)
        else:
            self.swells = check_parts(path, name)
        if kind == "xlsb":
            check_binary_book(path, name)
        # The library goes by the file's ending first; given bytes, it looks at them.
        honest = path.suffix.lower() in _SUFFIXES[kind]
        self._reader = self.told(lambda: fastexcel.read_excel(path if honest else path.read_bytes()))

    @property
    def titles(self) -> list[str]:
        """The sheets in their order."""
        return list(self._reader.sheet_names)

    def columns(self, title: str) -> list[Any]:
        """The cells of a sheet as texts, column by column; none where it is empty."""
        # Without skip_rows=0 the empty rows above the table are dropped and every row number after them is wrong.
        sheet = self.load(title, header_row=None, dtypes="string", skip_rows=0)
        if sheet.width > MAX_COLUMNS:
            raise CustrataError(Problem("E-FILE-016", self._name, {"n": sheet.width, "limit": MAX_COLUMNS}))
        batch, errors = self.told(sheet.to_arrow_with_errors)
        return _with_errors(batch, errors) if batch.num_columns and batch.num_rows else []

    def typed(self, title: str, header: int) -> Typed | None:
        """The header of a sheet and what stands below it, whole numbers and days as such; null where that cannot be."""
        from custrata.sources.files.typed_sheet import header_and_body  # of no use for old workbooks

        try:
            # Without skip_rows=0 empty rows above the header would not be counted.
            sheet = self.load(title, header_row=header - 1, skip_rows=0, schema_sample_rows=None)
            return self.told(lambda: header_and_body(sheet)) if sheet.width <= MAX_COLUMNS else None
        except CustrataError:
            return None  # whatever it is, who reads texts tells it

    def load(self, title: str, **asked: Any) -> Any:
        """A sheet as the library has it."""
        return self.told(lambda: self._reader.load_sheet(title, **asked))

    def told(self, call: Callable[[], _T]) -> _T:
        """What a call of the library gives; what goes wrong in it, as a coded error."""
        try:
            return call()
        except OSError as error:
            raise CustrataError(Problem("E-FILE-002", self._name, {"reason": error.strerror or str(error)})) from error
        except BaseException as error:
            # A panic in Rust arrives as an exception outside `Exception`; to the user it is a damaged file as well.
            panicked = type(error).__name__ == "PanicException"
            if not panicked and not isinstance(error, fastexcel.FastExcelError):
                raise
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            code = "E-FILE-015" if "assword" in str(error) or "ncrypted" in str(error) else "E-FILE-012"
            raise CustrataError(Problem(code, self._name, {"reason": reason})) from error


def _with_errors(batch: pa.RecordBatch, errors: Any) -> list[Any]:
    """Error cells come as null with their kind beside; put the text that Excel shows back in its place."""
    columns = list(batch.columns)
    by_column: dict[int, dict[int, str]] = {}
    for error in errors.errors if errors is not None else []:
        row, column = error.offset_position
        kind = error.detail.rpartition("'Error")[2].rstrip("'")
        by_column.setdefault(column, {})[row] = _ERRORS.get(f"Error{kind}", "#ERROR!")
    for at, cells in by_column.items():
        values = columns[at].to_pylist()
        for row, shown in cells.items():
            values[row] = shown
        columns[at] = pa.array(values, pa.string())
    return [column if pa.types.is_string(column.type) else column.cast(pa.string()) for column in columns]
