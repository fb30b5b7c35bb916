"""Days written with words, with Chinese numerals or with a year of two digits: their patterns, for an engine and here.

Every form becomes year-month-day by the same steps in both places, so what `init` believes is what a load reads. The
patterns mean the same to RE2 and to Python with `re.ASCII`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

import ibis.expr.datatypes as dt

#: `yymd`: year first, and the year may have two digits; `ymd`, the default, believes only four.
DateOrder = Literal["ymd", "dmy", "mdy", "yymd"]
DATE_ORDERS: tuple[DateOrder, ...] = ("ymd", "dmy", "mdy", "yymd")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"({'|'.join(_MONTHS)})(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\.?"
_NUMBER, _TH = r"(\d{1,2})", "(?:st|nd|rd|th)?"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_CLOCK = r"(?:,?[ t]+(?:at\s+)?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[ap]\.?m\.?)?)?"
_XINGQI = r"\(?(?:星期|周|礼拜)[一二三四五六日天]\)?"
_SHI = r"(?:\s*(?:凌晨|早上|上午|中午|下午|晚上)?\s*\d{1,2}[:时点](?:\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?秒?)?分?)?)?"
_SHORT_CLOCK = r"(?:[ t]+(?:上午|下午)?\s*\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d+)?)?(?:\s*[ap]m)?)?"
_SEP = "[-/.]"


def _named(year: str) -> tuple[str, str]:
    return rf"^{_WEEKDAY}{_NUMBER}{_TH}(?:[-/.\s]*|\s+of\s+){_MONTH}[-/,\s]*({year}){_CLOCK}$", r"\3-\2-\1"


_EITHER = r"\d{4}|\d{2}"
_COMMON = (
    # March 5, 2024; Mar-05-24
    (rf"^{_WEEKDAY}{_MONTH}[-/\s]*{_NUMBER}{_TH}(?:,\s*|[-/\s]+)({_EITHER}){_CLOCK}$", r"\3-\1-\2"),
    # 2024-Mar-05
    (rf"^(\d{{4}})[-/.\s]{_MONTH}[-/.\s]{_NUMBER}{_CLOCK}$", r"\1-\2-\3"),
    # 2024年3月5日下午3:05, 24年3月5日 星期二
    (rf"^({_EITHER})年\s*{_NUMBER}月\s*{_NUMBER}[日号]\s*(?:{_XINGQI})?{_SHI}$", r"\1-\2-\3"),
    # 2024-03-05 星期二 15:05
    (rf"^(\d{{4}}){_SEP}{_NUMBER}{_SEP}{_NUMBER}(?:\s+|\s*{_XINGQI}){_SHI}$", r"\1-\2-\3"),
)
_LAST = rf"^{_NUMBER}{_SEP}{_NUMBER}{_SEP}(\d{{2}}){_SHORT_CLOCK}$"
#: What makes year-month-day of each form, in this order: no step's result is another step's form.
_STEPS: dict[DateOrder, tuple[tuple[str, str], ...]] = {
    "ymd": (_named(_EITHER), *_COMMON),
    "dmy": ((_LAST, r"\3-\2-\1"), _named(_EITHER), *_COMMON),
    "mdy": ((_LAST, r"\3-\1-\2"), _named(_EITHER), *_COMMON),
    "yymd": (
        (rf"^(\d{{2}}){_SEP}{_NUMBER}{_SEP}{_NUMBER}{_SHORT_CLOCK}$", r"\1-\2-\3"),
        (rf"^(\d{{2}})[-/.\s]{_MONTH}[-/.\s]{_NUMBER}{_CLOCK}$", r"\1-\2-\3"),
        _named(r"\d{4}"),
        *_COMMON,
    ),
}  # fmt: skip
_ANY = {order: "|".join(f"(?:{pattern})" for pattern, _ in steps) for order, steps in _STEPS.items()}
#: Years of two digits are those from 1970 to 2069, as PostgreSQL and MySQL have it.
_CENTURIES = ((r"^([0-6]\d)-", r"20\1-"), (r"^([7-9]\d)-", r"19\1-"))
_D, _M, _YY = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"\d{2}"
_WAYS = ((_D, _M, _YY), (_M, _D, _YY), (_YY, _M, _D))
#: 24-03-05: which of the three is the year nobody can know unless the scheme says it.
SHORT_YEAR = rf"^(?:{'|'.join(_SEP.join(way) for way in _WAYS)})(?i:{_SHORT_CLOCK})$"
#: 二〇二四年三月五日
_NUMERALS = (
    r"^([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]"
    rf"\s*(?:{_XINGQI})?$"
)
_DIGITS = ("〇零○一二三四五六七八九", "000123456789")
#: What is left of 二十五, 二十, 十五 and 十 when the digits are written 2, 5 …; each step leaves no 十 of its kind.
_TENS = ((r"(\d)十(\d)", r"\1\2"), (r"(\d)十", r"\1零"), (r"十(\d)", r"1\1"), ("十", "1零"), ("零", "0"))


def branches(text: Any, dates: DateOrder) -> list[tuple[Any, Any]]:
    """(whether a text has one of these forms, the day it means), for a text column with narrow signs."""
    lower = text.lower()
    spelled = _replaced(lower, (*_STEPS[dates], *_CENTURIES))
    for number, month in enumerate(_MONTHS, 1):
        spelled = spelled.replace(f"-{month}-", f"-{number}-")
    numerals = _replaced(text.re_replace(_NUMERALS, r"\1-\2-\3").translate(*_DIGITS), _TENS)
    return [
        (lower.re_search(_ANY[dates]), spelled.try_cast(dt.date)),
        (text.re_search(_NUMERALS), numerals.try_cast(dt.date)),
    ]


def _replaced(text: Any, steps: tuple[tuple[str, str], ...]) -> Any:
    for pattern, replacement in steps:
        text = text.re_replace(pattern, replacement)
    return text


_PYTHON = {o: [(re.compile(p, re.ASCII), r) for p, r in (*_STEPS[o], *_CENTURIES)] for o in DATE_ORDERS}
_PYTHON_ANY = {order: re.compile(pattern, re.ASCII) for order, pattern in _ANY.items()}
_PYTHON_MAYBE = re.compile(f"{_ANY['dmy']}|{_ANY['yymd']}", re.ASCII)
_PYTHON_NUMERALS = re.compile(_NUMERALS).fullmatch
_PYTHON_TENS = [(re.compile(pattern, re.ASCII), replacement) for pattern, replacement in _TENS]
_PYTHON_DIGITS = str.maketrans(*_DIGITS)
_PYTHON_MONTHS: Mapping[str, str] = {month: str(number) for number, month in enumerate(_MONTHS, 1)}


def maybe(text: str) -> bool:
    """Whether a text has one of these forms in any order."""
    return bool(_PYTHON_MAYBE.search(text.lower()) or _PYTHON_NUMERALS(text))


def parts(text: str, dates: DateOrder) -> tuple[str, str, str] | None:
    """Year, month and day of a text in one of these forms, as `branches` reads it; they need be no day that exists.

    >>> parts("Tue, 5 Mar 2024", "ymd"), parts("05-03-24", "dmy"), parts("05-03-24", "ymd")
    (('2024', '3', '5'), ('2024', '03', '05'), None)
    >>> parts("二〇二四年十二月二十日", "ymd")
    ('2024', '12', '20')
    """
    lower = text.lower()
    if _PYTHON_ANY[dates].search(lower):
        for pattern, replacement in _PYTHON[dates]:
            lower = pattern.sub(replacement, lower)
        year, month, day = lower.split("-")
        return year, _PYTHON_MONTHS.get(month, month), day
    if found := _PYTHON_NUMERALS(text):
        numerals = "-".join(found.groups()).translate(_PYTHON_DIGITS)
        for pattern, replacement in _PYTHON_TENS:
            numerals = pattern.sub(replacement, numerals)
        year, month, day = numerals.split("-")
        return year, month, day
    return None
