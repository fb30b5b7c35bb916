"""What a cell means: text, numbers, dates and ids as people and spreadsheets write them, or the code of what is wrong.

Every function gives two row-wise expressions: the value (null where missing) and whether the cell holds something that
cannot be read (absent where that cannot happen); the value of such a cell means nothing, for its row is set aside.
A typed column (Parquet, data frames) passes with a cast alone. Nothing here depends on an engine's settings: how a
moment becomes a local time, the engine is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts import spelled
from custrata.core.facts.columns import DECIMAL, Type
from custrata.core.facts.spelled import DateOrder

#: A moment (a timestamp with a zone) as the local time of the scheme's zone (a timestamp without one).
LocalTime = Callable[[Any], Any]

_WIDE = "０１２３４５６７８９．，－＋（）￥＄／：　\u00a0\u200b\ufeff"
_NARROW = "0123456789.,-+()¥$/:    "
#: What a Chinese keyboard writes for the characters of ASCII, and those.
_WIDE_ASCII = "".join(map(chr, range(0xFF01, 0xFF5F))) + "\u3000"
_ASCII = "".join(map(chr, range(0x21, 0x7F))) + " "
#: Currency words and signs that may stand around a number.
_CURRENCY = r"(?i)(CNY|RMB|USD|EUR|GBP|HKD|元|圆|[¥$€£])"
_NUMBER = r"^[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?([eE][+-]?\d{1,2})?$"
#: 1.2万, 3千, 1.5亿: what the word behind a number stands for, the longer words first.
_LARGE = r"^[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?([千百十]?[万萬]|[亿億千])$"
_POWERS = (
    ("萬", "万"), ("億", "亿"), ("千万", "e7"), ("百万", "e6"), ("十万", "e5"), ("万", "e4"), ("亿", "e8"),
    ("千", "e3"),
)  # fmt: skip
#: A number with the decimal mark that the source does not have: 12,50 or 1.234,50.
_OTHER_MARK = r"^[+-]?(\d{1,3}(\.\d{3})+|\d+),\d{1,2}$|^[+-]?\d{1,3}(\.\d{3}){2,}$"
#: What stands where there is no number. (A list of so many words an engine would join with every row.)
_NO_NUMBER = r"(?i)^(nan|null|none|--?|—|/)$"
_TIME = r"(?:[ T]+(?:上午|下午)?\s*\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?秒?)?分?(?:\s*[AaPp][Mm])?)?"
_DATES: dict[str, tuple[str, str]] = {
    # order → (pattern, how its groups make year-month-day); year first is always understood
    "ymd": (rf"^(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})日?{_TIME}$", r"\1-\2-\3"),
    "dmy": (rf"^(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}){_TIME}$", r"\3-\2-\1"),
    "mdy": (rf"^(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}){_TIME}$", r"\3-\1-\2"),
}
_COMPACT = r"^(\d{4})(\d{2})(\d{2})(?:\d{6})?$"
#: A time with the offset from Greenwich: 2024-03-05T20:00:00.123Z, 2024/3/5 20:00 +0800.
_ZONED = (
    r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T]+(\d{1,2}:\d{2})(?::\d{2}(?:[.,]\d+)?)?"
    r"\s*(?:([+-](?:0\d|1[0-4]))(?::?([0-5]\d))?|[Zz]|UTC|GMT)$"
)
#: Spreadsheets count days from here; 20000 is 1954-10-03, 80000 is 2119-01-10.
_SERIAL_ZERO, _SERIAL = "1899-12-30", r"^[2-7]\d{4}(\.\d+)?$"
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
TOO_LARGE, DAY_FIRST, MONTH_FIRST, SHORT_YEAR = "E-ROW-009", "E-ROW-010", "E-ROW-011", "E-ROW-014"
OTHER_MARK = "E-ROW-016"


@dataclass(frozen=True)
class Parsed:
    """`value` is null where the cell is missing; `unreadable` is a truth, or absent where nothing can be wrong.

    `because` tells some unreadable cells' reasons: (code, whether that is it), the first that holds counts.
    """

    value: Any
    unreadable: Any = None
    because: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Conventions:
    """How a source writes what can be written in several ways, and whose local time counts."""

    dates: DateOrder = "ymd"
    local_time: LocalTime | None = None


def parse(column: ir.Column, type_: Type, *, dates: DateOrder = "ymd", local_time: LocalTime | None = None) -> Parsed:
    """The canonical value of a raw column.

    Types: `id` text or 64-bit number (whole numbers stay whole), `day` date, `money` and `number` decimal with four
    places, `text`. A number that became `1.2346E+11` in a spreadsheet has lost digits and is unreadable as an id.
    A time with a zone becomes the date of its `local_time`; where none is told, the date as it is written.
    """
    return parse_tidy(tidy(column), type_, dates=dates, local_time=local_time)


def tidy(column: Any) -> Any:
    """A raw column, blanks at the ends of texts taken off, empty texts null."""
    return _trim(column) if column.type().is_string() else column


def parse_tidy(
    column: ir.Column, type_: Type, *, dates: DateOrder = "ymd", local_time: LocalTime | None = None
) -> Parsed:
    """`parse` of a column that is `tidy`."""
    source, conventions = column.type(), Conventions(dates, local_time)
    if source.is_string():
        return _PARSE_TEXT[type_](column, conventions)
    if source.is_null():
        return Parsed(ibis.null(_TARGET[type_]))
    return _PARSE_TYPED[type_](column, conventions)


def in_local_time(t: ir.Table, local_time: LocalTime) -> ir.Table:
    """A raw table whose moments are local times, so that neither a date nor a text made of one depends on a setting."""
    zoned = [c for c, kind in t.schema().items() if kind.is_timestamp() and kind.timezone is not None]
    return t.mutate(**{c: local_time(t[c]) for c in zoned}) if zoned else t


@ibis.udf.scalar.builtin(name="trim", signature=((dt.string,), dt.string))  # type: ignore[untyped-decorator]
def _plain_trim(text: str) -> str:  # type: ignore[empty-body]
    """Ibis' own strip names six characters to the engine, which makes it four times as slow."""


@ibis.udf.scalar.builtin(name="strlen", signature=((dt.string,), dt.int64))  # type: ignore[untyped-decorator]
def _bytes(text: str) -> int:  # type: ignore[empty-body]
    """Length in bytes: more than characters where a cell holds anything but ASCII."""


#: Blanks that people and exports leave at the ends of a cell: tabs keep a spreadsheet from counting, web pages give
#: no-break spaces, Chinese keyboards full-width ones.
BLANK = r"\s\x{3000}\x{00a0}\x{feff}\x{200b}"
_BLANKS = f"[{BLANK}]+"


def _trim(column: Any) -> Any:
    odd = column.contains("\t") | column.contains("\n") | column.contains("\r") | (_bytes(column) != column.length())
    ends = column.re_replace(f"^{_BLANKS}", "").re_replace(f"{_BLANKS}$", "")
    return ibis.ifelse(odd, ends, _plain_trim(column)).nullif("")


def _text(s: Any, _: Conventions) -> Parsed:
    return Parsed(s)


def _id(s: Any, _: Conventions) -> Parsed:
    # ＫＨ００３７ is KH0037 to whoever typed it; as two ids it would be two customers.
    s = s.translate(_WIDE_ASCII, _ASCII)
    # A spreadsheet turns 1001 into 1001.0 and 123456789012 into 1.23457E+11; the first can be mended, the second not.
    lost = s.re_search(r"^\d+(\.\d+)?[eE]\+\d+$")
    whole = ibis.ifelse(s.endswith("0") & s.re_search(r"^\d+\.0+$"), s.re_replace(r"\.0+$", ""), s)
    value = whole.nullif("nan").nullif("NaN").nullif("NULL").nullif("null")
    return Parsed(ibis.ifelse(lost, ibis.null(dt.string), value), lost.fill_null(False))


def _number(s: Any, _: Conventions) -> Parsed:
    plain = s.re_search(r"^[+-]?\d+(\.\d+)?$")
    clean = s.translate(_WIDE, _NARROW).re_replace(_CURRENCY, "").re_replace(r"\s", "")
    # Accountants write (12.50) and 12.50- for -12.50.
    clean = clean.re_replace(r"^\((.+)\)$", r"-\1").re_replace(r"^(\d.*)-$", r"-\1")
    good, large = clean.re_search(_NUMBER) & clean.re_search(r"\d"), clean.re_search(_LARGE)
    value = ibis.cases(
        (plain, s.try_cast(DECIMAL)),
        (good, clean.replace(",", "").try_cast(DECIMAL)),
        (large, _powers(clean.replace(",", "")).try_cast(DECIMAL)),
        else_=ibis.null(DECIMAL),
    )
    missing = s.isnull() | s.re_search(_NO_NUMBER)
    unreadable = value.isnull() & ~missing
    because = ((TOO_LARGE, good | large), (OTHER_MARK, clean.re_search(_OTHER_MARK)))
    return Parsed(ibis.ifelse(missing, ibis.null(DECIMAL), value), unreadable, because)


def _powers(text: Any) -> Any:
    for word, power in _POWERS:
        text = text.replace(word, power)
    return text


def _day(s: Any, conventions: Conventions) -> Parsed:
    narrow, dates = s.translate(_WIDE, _NARROW).strip(), conventions.dates
    pattern, groups = _DATES["ymd"]
    branches = [
        (narrow.re_search(_ZONED), _from_zoned(narrow, conventions.local_time)),
        (narrow.re_search(pattern), narrow.re_replace(pattern, groups).try_cast(dt.date)),
        (narrow.re_search(_COMPACT), narrow.re_replace(_COMPACT, r"\1-\2-\3").try_cast(dt.date)),
        (narrow.re_search(_SERIAL), _from_serial(narrow.split(".")[0].try_cast(dt.int64))),
    ]
    if dates in _DATES and dates != "ymd":
        pattern, groups = _DATES[dates]
        branches.append((narrow.re_search(pattern), narrow.re_replace(pattern, groups).try_cast(dt.date)))
    branches += spelled.branches(narrow, dates)
    # The commonest form first: an ISO date, or one with a time behind it.
    iso = s.re_search(r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2})?$")
    value = ibis.ifelse(iso, s.left(10).try_cast(dt.date), ibis.cases(*branches, else_=ibis.null(dt.date)))
    return replace(_plausible(value, s.isnull()), because=_other_order(narrow, dates))


def _from_zoned(text: Any, local_time: LocalTime | None) -> Any:
    """The local date of a text of the form `_ZONED`. Seconds make no other day."""
    if local_time is None:
        return text.re_replace(_ZONED, r"\1-\2-\3").try_cast(dt.date)
    hours, minutes = (text.re_extract(_ZONED, group) for group in (5, 6))
    offset = ibis.coalesce(hours.nullif(""), "+00") + ":" + ibis.coalesce(minutes.nullif(""), "00")
    moment = text.re_replace(_ZONED, r"\1-\2-\3 \4:00") + offset
    return local_time(moment.try_cast(dt.Timestamp(timezone="UTC"))).cast(dt.date)


def _other_order(text: Any, dates: DateOrder) -> tuple[tuple[str, Any], ...]:
    """Whether a date that cannot be read could be, if the scheme said in which order its parts stand."""
    short = ((SHORT_YEAR, text.re_search(spelled.SHORT_YEAR)),)
    by = {}
    for order in ("dmy", "mdy"):
        pattern, groups = _DATES[order]
        date_ = text.re_replace(pattern, groups).try_cast(dt.date)
        by[order] = text.re_search(pattern) & date_.notnull()
    codes = (("dmy", "mdy", DAY_FIRST), ("mdy", "dmy", MONTH_FIRST))
    return tuple((code, by[this] & ~by[that]) for this, that, code in codes if dates != this) + short


def plausible(day: date) -> bool:
    """Whether a day can be one of a sale: from 1900 to 2199."""
    return FIRST_DAY <= date(day.year, day.month, day.day) <= LAST_DAY


def _plausible(value: Any, missing: Any) -> Parsed:
    inside = value.between(FIRST_DAY, LAST_DAY)
    return Parsed(value, ~missing & ~inside.fill_null(False))


def _from_serial(days: Any) -> Any:
    # On DuckDB a date plus an interval is a timestamp, whatever Ibis believes, so it is one from the start.
    return (ibis.literal(_SERIAL_ZERO).cast(dt.timestamp) + days.cast(dt.int32).as_interval("D")).cast(dt.date)


def _typed_text(c: Any, conventions: Conventions) -> Parsed:
    return _text(_trim(c.cast(dt.string)), conventions)


def _typed_id(c: Any, conventions: Conventions) -> Parsed:
    kind = c.type()
    # Whole numbers of every width are one type, so that two sources' ids can be compared; beyond 64 bits they are text.
    if kind.is_integer() and not (kind.is_unsigned_integer() and kind.nbytes == 8):
        return Parsed(c.cast(dt.int64))
    if kind.is_decimal() and kind.scale == 0 and (kind.precision or 38) <= 18:
        return Parsed(c.cast(dt.int64))
    if kind.is_floating():
        missing = c.isnull() | c.isnan()
        # Beyond 2**53 a float no longer holds every whole number: the id is already wrong.
        exact = ((c == c.floor()) & (c.abs() < 2**53)).fill_null(False)
        number = ibis.ifelse(exact & ~missing, c.try_cast(dt.int64), ibis.null(dt.int64))
        return Parsed(number, ~missing & ~exact)
    return _id(_trim(c.cast(dt.string)), conventions)


def _typed_number(c: Any, conventions: Conventions) -> Parsed:
    kind = c.type()
    if kind.is_decimal() or kind.is_integer():
        fits = kind.nbytes <= 4 if kind.is_integer() else kind.precision - kind.scale <= 14 and kind.scale <= 4
        if fits:
            return Parsed(c.cast(DECIMAL))
        value = c.try_cast(DECIMAL)
        return Parsed(value, c.notnull() & value.isnull(), ((TOO_LARGE, c.notnull()),))
    if kind.is_floating():
        missing = (c.isnull() | c.isnan()).fill_null(True)
        value = ibis.ifelse(missing, ibis.null(DECIMAL), c.try_cast(DECIMAL))
        return Parsed(value, ~missing & value.isnull(), ((TOO_LARGE, ~c.isinf()),))
    return _number(_trim(c.cast(dt.string)), conventions)


def _typed_day(c: Any, conventions: Conventions) -> Parsed:
    kind = c.type()
    if kind.is_date():
        return _plausible(c, c.isnull())
    if kind.is_timestamp():
        local = conventions.local_time(c) if kind.timezone is not None and conventions.local_time is not None else c
        return _plausible(local.cast(dt.date), c.isnull())
    if kind.is_floating():
        return _day(_trim(ibis.ifelse(c.isnan(), ibis.null(dt.string), c.cast(dt.string))), conventions)
    return _day(_trim(c.cast(dt.string)), conventions)


_PARSE_TEXT = {"text": _text, "id": _id, "money": _number, "number": _number, "day": _day}
_PARSE_TYPED = {
    "text": _typed_text,
    "id": _typed_id,
    "money": _typed_number,
    "number": _typed_number,
    "day": _typed_day,
}
_TARGET: dict[Type, Any] = {"text": dt.string, "id": dt.string, "money": DECIMAL, "number": DECIMAL, "day": dt.date}
