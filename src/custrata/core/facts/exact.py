"""Texts that a reader with types may be trusted with: what it makes of them is what `parse` makes of them.

Such a reader is quick and lenient: it takes `007` for 7 and `2024-01-5x` for a day. Where every text of a column is
written in the way of a `Form`, it either reads what is meant or says that it cannot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.columns import DECIMAL, Type
from custrata.core.scheme.sources import Source


@dataclass(frozen=True)
class Form:
    """A type, and the texts that a reader may make values of it of: a regular expression (RE2's) of bytes without
    groups that capture, the whole text. An empty text is none."""

    type: dt.DataType
    pattern: str


#: A number of 64 bits as such a number is written; longer ones no reader takes.
WHOLE = Form(dt.int64, "(?:0|-?[1-9][0-9]*)")
#: A digit on either side of the point: `5.` is a slip of the hand.
NUMBER = Form(DECIMAL, r"[+-]?[0-9]+(?:\.[0-9]+)?")
#: The years of `parse.plausible` days. Whether a month has so many days, a reader knows.
_YEAR, _MONTH, _DAY = "(?:19|20|21)[0-9]{2}", "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])"
_DATE = f"{_YEAR}(?:-{_MONTH}-{_DAY}|/{_MONTH}/{_DAY})"
_TIME = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
DAY = Form(dt.date, _DATE)
MOMENT = Form(dt.timestamp, f"{_DATE}(?:[ T]{_TIME})?")


def forms(type_: Type, config: Source, *, whole: bool) -> tuple[Form, ...]:
    """The forms that the texts of a column may have, the narrowest first. `whole`: its ids are to be numbers."""
    if type_ == "id":
        return (WHOLE,) if whole else ()
    if type_ == "day":
        return (DAY, MOMENT)
    if type_ in ("money", "number") and config.decimal == "point":
        return (NUMBER,)
    return ()


def misfits(column: ir.Column, form: Form) -> Any:
    """How many texts of a column are not written so: an aggregate."""
    return column.count(where=~column.re_search(f"^(?:{form.pattern})$"))


def chosen(found: Mapping[str, int], offered: Mapping[str, tuple[Form, ...]]) -> dict[str, Form]:
    """Of every column the first form that each of its first texts has; `found` are `misfits` by `name_of`."""
    return {
        column: fitting[0]
        for column, ways in offered.items()
        if (fitting := [form for i, form in enumerate(ways) if not found[name_of(column, i)]])
    }


def name_of(column: str, i: int) -> str:
    """What the misfits of a column's i-th form are called."""
    return f"misfits_{column}_{i}"
