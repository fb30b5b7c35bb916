"""What a cell means: text, numbers, dates and ids as people and spreadsheets write them, or the code of what is wrong.

Every function gives two row-wise expressions: the value (null where missing) and whether the cell holds something that
cannot be read (absent where that cannot happen); the value of such a cell means nothing, for its row is set aside.
A typed column (Parquet, data frames) passes with a cast alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.columns import DECIMAL, Type

DateOrder = Literal["ymd", "dmy", "mdy"]

_WIDE = "０１２３４５６７８９．，－＋（）￥＄／：　\u00a0\u200b\ufeff"
_NARROW = "0123456789.,-+()¥$/:    "
#: Currency words and signs that may stand around a number.
_CURRENCY = r"(?i)(CNY|RMB|USD|EUR|GBP|HKD|元|圆|[¥$€£])"
_NUMBER = r"^[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?([eE][+-]?\d{1,2})?$"
_TIME = r"(?:[ T]+(?:上午|下午)?\s*\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?秒?)?分?(?:\s*[AaPp][Mm])?)?"
_DATES: dict[DateOrder, tuple[str, str]] = {
    # order → (pattern, how its groups make year-month-day); year first is always understood
    "ymd": (rf"^(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})日?{_TIME}$", r"\1-\2-\3"),
    "dmy": (rf"^(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}){_TIME}$", r"\3-\2-\1"),
    "mdy": (rf"^(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}){_TIME}$", r"\3-\1-\2"),
}
_COMPACT = r"^(\d{4})(\d{2})(\d{2})(?:\d{6})?$"
_ZONED = r"^\d{4}-\d{1,2}-\d{1,2}[ T]\d{1,2}:\d{2}.*?\s*(Z|UTC|[+-]\d{2}(:?\d{2})?)$"
#: Spreadsheets count days from here; 20000 is 1954-10-03, 80000 is 2119-01-10.
_SERIAL_ZERO, _SERIAL = "1899-12-30", r"^[2-7]\d{4}(\.\d+)?$"
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class Parsed:
    """`value` is null where the cell is missing; `unreadable` is a truth, or absent where nothing can be wrong."""

    value: Any
    unreadable: Any = None


def parse(column: ir.Column, type_: Type, *, dates: DateOrder = "ymd") -> Parsed:
    """The canonical value of a raw column.

    Types: `id` text (whole numbers stay whole), `day` date, `money` and `number` decimal with four places,
    `text`. A number that became `1.2346E+11` in a spreadsheet has lost digits and is unreadable as an id.
    """
    source = column.type()
    if source.is_string():
        return _PARSE_TEXT[type_](_trim(column), dates)
    if source.is_null():
        return Parsed(ibis.null(_TARGET[type_]))
    return _PARSE_TYPED[type_](column, dates)


@ibis.udf.scalar.builtin(name="trim", signature=((dt.string,), dt.string))  # type: ignore[untyped-decorator]
def _plain_trim(text: str) -> str:  # type: ignore[empty-body]
    """Ibis' own strip names six characters to the engine, which makes it four times as slow."""


@ibis.udf.scalar.builtin(name="strlen", signature=((dt.string,), dt.int64))  # type: ignore[untyped-decorator]
def _bytes(text: str) -> int:  # type: ignore[empty-body]
    """Length in bytes: more than characters where a cell holds anything but ASCII."""


#: Blanks that people and exports leave at the ends of a cell: tabs keep a spreadsheet from counting, web pages give
#: no-break spaces, Chinese keyboards full-width ones.
_BLANKS = r"[\s\x{3000}\x{00a0}\x{feff}\x{200b}]+"


def _trim(column: Any) -> Any:
    odd = column.contains("\t") | column.contains("\n") | column.contains("\r") | (_bytes(column) != column.length())
    ends = column.re_replace(f"^{_BLANKS}", "").re_replace(f"{_BLANKS}$", "")
    return ibis.ifelse(odd, ends, _plain_trim(column)).nullif("")


def _text(s: Any, _: DateOrder) -> Parsed:
    return Parsed(s)


def _id(s: Any, _: DateOrder) -> Parsed:
    # A spreadsheet turns 1001 into 1001.0 and 123456789012 into 1.23457E+11; the first can be mended, the second not.
    lost = s.re_search(r"^\d+(\.\d+)?[eE]\+\d+$")
    whole = ibis.ifelse(s.endswith("0") & s.re_search(r"^\d+\.0+$"), s.re_replace(r"\.0+$", ""), s)
    value = whole.nullif("nan").nullif("NaN").nullif("NULL").nullif("null")
    return Parsed(ibis.ifelse(lost, ibis.null(dt.string), value), lost.fill_null(False))


def _number(s: Any, _: DateOrder) -> Parsed:
    plain = s.re_search(r"^[+-]?\d+(\.\d+)?$")
    clean = s.translate(_WIDE, _NARROW).re_replace(_CURRENCY, "").re_replace(r"\s", "")
    # Accountants write (12.50) and 12.50- for -12.50.
    clean = clean.re_replace(r"^\((.+)\)$", r"-\1").re_replace(r"^(\d.*)-$", r"-\1")
    good = clean.re_search(_NUMBER) & clean.re_search(r"\d")
    value = ibis.ifelse(
        plain,
        s.try_cast(DECIMAL),
        ibis.ifelse(good, clean.replace(",", "").try_cast(DECIMAL), ibis.null(DECIMAL)),
    )
    missing = s.isnull() | s.lower().isin(["nan", "null", "none", "-", "--", "—", "/"])
    return Parsed(ibis.ifelse(missing, ibis.null(DECIMAL), value), value.isnull() & ~missing)


def _day(s: Any, dates: DateOrder) -> Parsed:
    narrow = s.translate(_WIDE, _NARROW).strip()
    pattern, groups = _DATES["ymd"]
    branches = [
        (narrow.re_search(_ZONED), narrow.try_cast(dt.Timestamp(timezone="UTC")).cast(dt.date)),
        (narrow.re_search(pattern), narrow.re_replace(pattern, groups).try_cast(dt.date)),
        (narrow.re_search(_COMPACT), narrow.re_replace(_COMPACT, r"\1-\2-\3").try_cast(dt.date)),
        (narrow.re_search(_SERIAL), _from_serial(narrow.split(".")[0].try_cast(dt.int64))),
    ]
    if dates != "ymd":
        pattern, groups = _DATES[dates]
        branches.append((narrow.re_search(pattern), narrow.re_replace(pattern, groups).try_cast(dt.date)))
    # The commonest form first: an ISO date, or one with a time behind it.
    iso = s.re_search(r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2})?$")
    value = ibis.ifelse(iso, s.left(10).try_cast(dt.date), ibis.cases(*branches, else_=ibis.null(dt.date)))
    return _plausible(value, s.isnull())


def plausible(day: date) -> bool:
    """Whether a day can be one of a sale: from 1900 to 2199."""
    return FIRST_DAY <= date(day.year, day.month, day.day) <= LAST_DAY


def _plausible(value: Any, missing: Any) -> Parsed:
    inside = value.between(FIRST_DAY, LAST_DAY)
    return Parsed(value, ~missing & ~inside.fill_null(False))


def _from_serial(days: Any) -> Any:
    # On DuckDB a date plus an interval is a timestamp, whatever Ibis believes, so it is one from the start.
    return (ibis.literal(_SERIAL_ZERO).cast(dt.timestamp) + days.cast(dt.int32).as_interval("D")).cast(dt.date)


def _typed_text(c: Any, dates: DateOrder) -> Parsed:
    return _text(_trim(c.cast(dt.string)), dates)


def _typed_id(c: Any, dates: DateOrder) -> Parsed:
    kind = c.type()
    if kind.is_integer():
        return Parsed(c)
    if kind.is_floating():
        missing = c.isnull() | c.isnan()
        # Beyond 2**53 a float no longer holds every whole number: the id is already wrong.
        exact = (c == c.floor()) & (c.abs() < 2**53)
        number = ibis.ifelse(exact, c.try_cast(dt.int64).cast(dt.string), ibis.null(dt.string))
        return Parsed(ibis.ifelse(missing, ibis.null(dt.string), number), ~missing & ~exact.fill_null(False))
    return _id(_trim(c.cast(dt.string)), dates)


def _typed_number(c: Any, dates: DateOrder) -> Parsed:
    kind = c.type()
    if kind.is_decimal() or kind.is_integer():
        fits = kind.nbytes <= 4 if kind.is_integer() else kind.precision - kind.scale <= 14 and kind.scale <= 4
        if fits:
            return Parsed(c.cast(DECIMAL))
        value = c.try_cast(DECIMAL)
        return Parsed(value, c.notnull() & value.isnull())
    if kind.is_floating():
        missing = (c.isnull() | c.isnan()).fill_null(True)
        value = ibis.ifelse(missing, ibis.null(DECIMAL), c.try_cast(DECIMAL))
        return Parsed(value, ~missing & value.isnull())
    return _number(_trim(c.cast(dt.string)), dates)


def _typed_day(c: Any, dates: DateOrder) -> Parsed:
    kind = c.type()
    if kind.is_date() or kind.is_timestamp():
        # A zoned timestamp becomes the local date of the engine's session, which is set to the scheme's time zone.
        return _plausible(c.cast(dt.date) if kind.is_timestamp() else c, c.isnull())
    if kind.is_floating():
        return _day(_trim(ibis.ifelse(c.isnan(), ibis.null(dt.string), c.cast(dt.string))), dates)
    return _day(_trim(c.cast(dt.string)), dates)


_PARSE_TEXT = {"text": _text, "id": _id, "money": _number, "number": _number, "day": _day}
_PARSE_TYPED = {
    "text": _typed_text,
    "id": _typed_id,
    "money": _typed_number,
    "number": _typed_number,
    "day": _typed_day,
}
_TARGET: dict[Type, Any] = {"text": dt.string, "id": dt.string, "money": DECIMAL, "number": DECIMAL, "day": dt.date}
