"""Cells written in the plainest way of their type, as those of most exports are: what they mean is quickly seen.

A plain cell means what `parse` says it means, at a fifth of the cost; every other one is null here, and `parse`'s.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.columns import DECIMAL, Type
from custrata.core.facts.parse import BLANK, FIRST_DAY, LAST_DAY
from custrata.core.facts.spelled import DateOrder

#: A text that neither begins nor ends with a blank.
_NEAT = rf"(?s)^[^{BLANK}](.*[^{BLANK}])?$"
#: An id that no spreadsheet has spoilt (1001.0, 1.2E+11), and no word for a missing one (null).
_ID = r"^[A-Za-z]*[0-9][0-9A-Za-z_-]*$"
_NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?$"
_THOUSANDS = r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$"
#: The years of `parse.plausible` days.
_YEAR = "(?:19|20|21)[0-9]{2}"
_PART, _TIME = "([0-9]{1,2})", r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
#: Other usual ways to write a day, and how their groups make year-month-day.
_USUAL = (
    (rf"^({_YEAR})[-/.年]{_PART}[-/.月]{_PART}日?{_TIME}$", r"\1-\2-\3"),
    (rf"^({_YEAR})([0-9]{{2}})([0-9]{{2}})$", r"\1-\2-\3"),
)
_ORDERED: dict[DateOrder, tuple[tuple[str, str], ...]] = {
    "ymd": _USUAL,
    "yymd": _USUAL,
    "dmy": (*_USUAL, (rf"^{_PART}[-/.]{_PART}[-/.]({_YEAR}){_TIME}$", r"\3-\2-\1")),
    "mdy": (*_USUAL, (rf"^{_PART}[-/.]{_PART}[-/.]({_YEAR}){_TIME}$", r"\3-\1-\2")),
}


def plain(column: ir.Column, type_: Type, dates: DateOrder) -> Any:
    """The value of a text column where the text is plain, else null."""
    return _day(column, dates) if type_ == "day" else _PLAIN[type_](column)


def plain_whole(column: ir.Column) -> Any:
    """Ids that are written as a number of 64 bits is, as that number, else null."""
    number = column.try_cast(dt.int64)
    return ibis.ifelse(number.cast(dt.string) == column, number, ibis.null(dt.int64))


def _text(c: Any) -> Any:
    return ibis.ifelse(c.re_search(_NEAT), c, ibis.null(dt.string))


def _id(c: Any) -> Any:
    return ibis.ifelse(c.re_search(_ID), c, ibis.null(dt.string))


def _number(c: Any) -> Any:
    number, thousands = c.try_cast(DECIMAL), c.replace(",", "").try_cast(DECIMAL)
    # Most quantities have one digit, and are seen to be numbers without a regular expression, which costs twice a cast.
    digit = (c.length() == 1) & (c >= "0") & (c <= "9")
    return ibis.cases(
        (digit, number), (c.re_search(_NUMBER), number), (c.re_search(_THOUSANDS), thousands), else_=ibis.null(DECIMAL)
    )


def _day(c: Any, dates: DateOrder) -> Any:
    # A day or moment that is written back as it was found is one, which costs less than to look at it beforehand.
    day, moment = c.try_cast(dt.date), c.try_cast(dt.timestamp)
    exact = [(found.cast(dt.string) == c) & found.cast(dt.date).between(FIRST_DAY, LAST_DAY) for found in (day, moment)]
    ways = [(c.re_search(way), c.re_replace(way, parts).try_cast(dt.date)) for way, parts in _ORDERED[dates]]
    return ibis.cases((exact[0], day), (exact[1], moment.cast(dt.date)), *ways, else_=ibis.null(dt.date))


_PLAIN = {"text": _text, "id": _id, "money": _number, "number": _number}
