"""What one cell reads as, in plain Python: the same numbers and dates that core/facts/parse.py reads on an engine."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from custrata.core.facts import spelled
from custrata.core.facts.marks import unmarked
from custrata.core.facts.parse import plausible
from custrata.core.facts.spelled import DATE_ORDERS, DateOrder

Kind = Literal["date", "datetime", "time", "compact", "serial", "unread"]
#: A day in each order that it can be read in: {'dmy': 738979}; days count from 0001-01-01.
Days = dict[DateOrder, int]

_WIDE = str.maketrans("０１２３４５６７８９．，－＋（）￥＄／：　\u00a0\u200b\ufeff", "0123456789.,-+()¥$/:    ")
_BLANKS = " \t\r\n\f\v\u3000\u00a0\ufeff\u200b"
_MISSING = frozenset(("", "nan", "null", "none", "#n/a", "n/a", "nat"))
_DASHES = frozenset(("-", "--", "—", "/"))
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?").fullmatch
_CURRENCY = re.compile(r"CNY|RMB|USD|EUR|GBP|HKD|元|圆|[¥$€£]", re.I)
#: 1.2万, 1.5亿
_LARGE = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)([千百十]?[万萬]|[亿億千])", re.ASCII).fullmatch
_POWERS = {"千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8}
_SIMPLE = str.maketrans("萬億", "万亿")
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d{1,2})?").fullmatch
_DECIMAL_COMMA = re.compile(r"[+(-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d{1,2}[)-]?|[+-]?\d{1,3}(?:\.\d{3}){2,}").fullmatch
_FITS_COMMA = re.compile(r"[+(-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?[)-]?").fullmatch
_TIME = r"(?:[ T]+(?:上午|下午)?\s*\d{1,2}[:时]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?秒?)?分?(?:\s*[AaPp][Mm])?)?"
_YMD = re.compile(rf"(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})日?({_TIME})").fullmatch
_YEAR_LAST = re.compile(rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}})({_TIME})").fullmatch
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{6})?").fullmatch
_ZONED = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[ T](\d{1,2}:\d{2}.*?)\s*(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)").fullmatch  # fmt: skip
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?").fullmatch
_SERIAL_ZERO = date(1899, 12, 30).toordinal()
_DIGIT = re.compile(r"\d").search
_CLOCK = re.compile(r"(?:上午|下午)?\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[AaPp][Mm])?").fullmatch
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_CLOCK_IN = re.compile(r"\d[:时点]").search
#: Dates that people understand and Custrata does not read: with other words, without a day or without a year.
_UNREAD = re.compile(
    rf"\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2}}(?:\s.*)?"
    rf"|(?:[a-z]{{3,9}},?\s+)?\d{{1,2}}(?:st|nd|rd|th)?[-/.\s]*(?:{_MONTHS})[a-z]*[-/.,\s]*\d{{2,4}}(?:\s.*)?"
    rf"|(?:[a-z]{{3,9}},?\s+)?(?:{_MONTHS})[a-z]*[-/.\s]+\d{{1,2}}(?:st|nd|rd|th)?[-/,\s]+\d{{2,4}}(?:[\s,].*)?"
    r"|\d{4}年\d{1,2}月|\d{1,2}月\d{1,2}日(?:\s.*)?|\d{2}年\d{1,2}月\d{1,2}日", re.I).fullmatch  # fmt: skip


def as_text(value: Any) -> str | None:
    """A cell as trimmed text, null where it is missing; typed values as an export would write them.

    >>> as_text(" 12 "), as_text(1001.0), as_text(date(2024, 1, 5)), as_text("NaN")
    ('12', '1001', '2024-01-05', None)
    """
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip(_BLANKS)
    elif isinstance(value, datetime):
        text = value.isoformat(" ")
    elif isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    elif isinstance(value, Decimal):
        text = f"{value:f}"
    else:
        text = str(value)
    return None if len(text) < 5 and text.lower() in _MISSING else text


def number(cell: str) -> float | None:
    """The number a cell holds, null where it holds none. Good for evidence: a float, not money.

    >>> number("￥1,234.50"), number("(12.50)"), number("1 234"), number("1.2万元"), number("12%"), number("E4")
    (1234.5, -12.5, 1234.0, 12000.0, None, None)
    """
    if _PLAIN(cell):
        return float(cell)
    if not _DIGIT(cell):
        return None
    cell, mark = unmarked(cell)
    if mark:
        amount = number(cell)
        return -amount if mark == "CR" and amount is not None else amount
    clean = "".join(_CURRENCY.sub("", cell.translate(_WIDE)).split())
    if clean.startswith("(") and clean.endswith(")"):
        clean = "-" + clean[1:-1]
    elif clean.endswith("-") and clean[:1].isdigit():
        clean = "-" + clean[:-1]
    if large := _LARGE(clean):
        clean = f"{large[1]}e{_POWERS[large[2].translate(_SIMPLE)]}"
    if not _NUMBER(clean) or not _DIGIT(clean):
        return None
    try:
        return float(clean.replace(",", ""))
    except ValueError:  # E4 has an exponent and no digits before it: a code
        return None


def is_blank_number(cell: str) -> bool:
    """Whether a cell in a column of numbers means that there is none."""
    return cell in _DASHES


def has_decimal_comma(cell: str) -> bool:
    """Whether a number is written the continental way and can be nothing else: 1.234,50.

    >>> has_decimal_comma("12,50"), has_decimal_comma("1,250")
    (True, False)
    """
    return bool(_DECIMAL_COMMA(_bare(cell)))


def fits_decimal_comma(cell: str) -> bool:
    """Whether a number can be read as one with a decimal comma.

    >>> fits_decimal_comma("1.234,50"), fits_decimal_comma("1.234"), fits_decimal_comma("12"), fits_decimal_comma("1.5")
    (True, True, True, False)
    """
    return bool(_FITS_COMMA(_bare(cell)))


def _bare(cell: str) -> str:
    """A number without the signs that may stand around it."""
    return "".join(_CURRENCY.sub("", unmarked(cell)[0].translate(_WIDE)).split())


def currency_sign(cell: str) -> str:
    """The currency sign or code beside a number, as written; empty without one."""
    found = _CURRENCY.search(cell.translate(_WIDE))
    return found[0].upper() if found else ""


def days(cell: str) -> tuple[Kind, Days] | None:
    """How a cell reads as a date: its form, and the day in every order that gives one.

    `compact` (20240305) and `serial` (45321, a spreadsheet's) may as well be numbers; `unread` looks like a date and
    cannot be read; `time` is a time of day alone.

    >>> kind, found = days("03/04/2024 10:15")
    >>> kind, {order: date.fromordinal(day).isoformat() for order, day in found.items()}
    ('datetime', {'dmy': '2024-04-03', 'mdy': '2024-03-04'})
    >>> days("13/04/2024")[1].keys(), days("2024年3月4日")[0], days("Mar 4, 2024")[0], days("Mar 4"), days("A1")
    (dict_keys(['dmy']), 'date', 'date', None, None)
    >>> sorted(days("24-03-05")[1])
    ['dmy', 'yymd']
    """
    if not _DIGIT(cell) and "年" not in cell:
        return None
    if not cell.isascii():
        cell = cell.translate(_WIDE).strip()
    if found := _YMD(cell):
        day = _day(found[1], found[2], found[3])
        return ("datetime" if found[4] else "date", _every(day)) if day else None
    if found := _YEAR_LAST(cell):
        read: Days = {}
        for order, d, m in (("dmy", found[1], found[2]), ("mdy", found[2], found[1])):
            if day := _day(found[3], m, d):
                read[order] = day  # type: ignore[index]
        return ("datetime" if found[4] else "date", read) if read else None
    if found := _ZONED(cell):
        day = _day(found[1], found[2], found[3])
        return ("datetime", _every(day)) if day else None
    if found := _COMPACT(cell):
        day = _day(found[1], found[2], found[3])
        return ("compact", _every(day)) if day else None
    if _SERIAL(cell):
        return "serial", _every(_SERIAL_ZERO + int(cell.split(".")[0]))
    if _CLOCK(cell):
        return "time", {}
    if found_days := _spelled(cell):
        return "datetime" if _CLOCK_IN(cell) else "date", found_days
    return ("unread", {}) if _UNREAD(cell) else None


def _spelled(cell: str) -> Days:
    """Days with the name of a month, in Chinese, or with a year of two digits."""
    read: Days = {}
    for order in DATE_ORDERS if spelled.maybe(cell) else ():
        if (found := spelled.parts(cell, order)) and (day := _day(*found)):
            read[order] = day
    return read


@lru_cache(maxsize=50_000)
def _day(year: str, month: str, day: str) -> int | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found.toordinal() if plausible(found) else None


def _every(day: int) -> Days:
    return dict.fromkeys(DATE_ORDERS, day)
