"""Columns of a sheet that are numbers or days from top to bottom, as most are: seen as such, not by way of texts.

A number that Excel keeps as 48.29 a person types as `48.29`. Texts for a whole sheet take as long to make as the
sheet to read, and most of them are made into numbers again.
"""

from __future__ import annotations

import logging
import re
from array import array
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

#: It tells of columns that are of several types, which are texts to us.
logging.getLogger("fastexcel").addHandler(logging.NullHandler())


def _constant(kind: Any, code: str, value: float) -> Any:
    """A value of Arrow's. For one of Python's it would import pandas, which takes as long as 100,000 rows."""
    return pa.Array.from_buffers(kind, 1, [None, pa.py_buffer(array(code, [value]))])[0]


#: Beyond 15 digits a float's are not those that were typed.
_LONGEST = 10**15
#: Up to here a float that is nearest to a number of four decimals has nine that tell so.
_LARGEST = 4_000_000
_NEGATIVE_ZERO = _constant(pa.int64(), "q", -(1 << 63))
_TEN_THOUSAND = _constant(pa.float64(), "d", 10_000.0)
#: Milliseconds of a second and a day, and 1901 in them: before it are times without a date, and days that never were.
_SECOND, _DAY = (_constant(pa.int64(), "q", n) for n in (1000, 86_400_000))
_1901 = _constant(pa.int64(), "q", 86_400_000 * -25_202)
#: A header that is no word: which text it would be, only a look at the cell tells. One that was renamed, because
#: another column has it too.
_NO_WORD, _RENAMED = re.compile(r"[-+\d.:/%eE\s]*"), re.compile(r"(.*)_\d+", re.DOTALL)


def header_and_body(sheet: Any) -> tuple[list[str | None], list[Any]] | None:
    """The header's cells of a sheet that was read with a guess of types from all of its rows, and what stands below:
    whole numbers (int64) and days (date32) in columns of nothing else, and texts as `read_sheet` has them. Null where
    some text cannot be told."""
    columns = sheet.selected_columns
    names = [c.name if c.column_name_from == "looked_up" else None for c in columns]
    if not columns or not all(_is_word(name, set(names)) for name in names if name is not None):
        return None
    batch, errors = sheet.to_arrow_with_errors()
    if errors is not None and errors.errors:
        return None
    body = [_column(column) for column in batch.columns]
    return None if any(column is None for column in body) else (names, body)


def _is_word(name: str, names: set[str | None]) -> bool:
    renamed = _RENAMED.fullmatch(name)
    return not _NO_WORD.fullmatch(name) and not (renamed and renamed[1] in names)


def _column(column: Any) -> Any:
    """A column as whole numbers, days or texts; null where it is none of these."""
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_int64(kind):
        return column
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_float64(kind):
        return _of_numbers(column)
    return _of_moments(column) if kind == pa.timestamp("ms") else None


def _of_numbers(column: Any) -> Any:
    if pc.any(pc.equal(column.view(pa.int64()), _NEGATIVE_ZERO)).as_py() or not pc.all(pc.is_finite(column)).as_py():
        return _written(column)
    largest = pc.max(pc.abs(column)).as_py() or 0
    if largest < _LONGEST and pc.all(pc.equal(pc.floor(column), column)).as_py():
        return column.cast(pa.int64())
    scaled = pc.round(pc.multiply(column, _TEN_THOUSAND))
    if largest > _LARGEST or not pc.all(pc.equal(pc.divide(scaled, _TEN_THOUSAND), column)).as_py():
        return _written(column)
    wide = scaled.cast(pa.int64()).cast(pa.decimal128(19, 0))
    decimals = pa.Array.from_buffers(pa.decimal128(19, 4), len(wide), wide.buffers(), wide.null_count, wide.offset)
    return pc.utf8_rtrim(pc.utf8_rtrim(decimals.cast(pa.string()), "0"), ".")


def _written(column: Any) -> Any:
    """Numbers as they are shown: at most nine decimals."""
    texts = (None if v is None else f"{v:.9f}".rstrip("0").rstrip(".") for v in column.to_pylist())
    return pa.array(texts, pa.string())


def _of_moments(column: Any) -> Any:
    """Days where all of them are; else moments to the second as texts. Day zero is left to who knows what it means."""
    numbers = column.view(pa.int64())
    if pc.any(pc.less(numbers, _1901)).as_py():
        return None
    days = pc.divide(numbers, _DAY)
    if pc.all(pc.equal(pc.multiply(days, _DAY), numbers)).as_py():
        return days.cast(pa.int32()).view(pa.date32())
    seconds = pc.divide(numbers, _SECOND)
    if not pc.all(pc.equal(pc.multiply(seconds, _SECOND), numbers)).as_py():
        return None
    return seconds.view(pa.timestamp("s")).cast(pa.string())
