"""The columns of a relation as its database tells of them: what each becomes, and how it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa

from custrata.core.errors import CustrataError, Problem, did_you_mean

TEXT, DAY, TIME, INSTANT = pa.string(), pa.date32(), pa.timestamp("us"), pa.timestamp("us", "UTC")
WHOLE, REAL, TRUTH = pa.int64(), pa.float64(), pa.bool_()
OPEN_NUMBER = pa.decimal128(38, 4)
"""Where a database has numbers without a fixed number of decimals we start here, and widen as values ask for it."""


@dataclass(frozen=True)
class Column:
    """One column. `name` is what it is called here, `source` its name in the database, `native` its type there.

    `expression` is what is selected: a form that the driver hands over without loss, mostly text. `type` is what it
    becomes; None for bytes, which nothing here can read.
    Text of an INSTANT is its time in UTC without a zone, text of a TIME or DAY is ISO 8601.
    """

    name: str
    source: str
    native: str
    type: pa.DataType | None
    expression: str


def decimal_of(precision: int, scale: int) -> pa.DataType:
    """DECIMAL(precision, scale) within the 38 digits there are; values that do not fit are told when they come.

    >>> decimal_of(12, 2), decimal_of(65, 30)
    (Decimal128Type(decimal128(12, 2)), Decimal128Type(decimal128(38, 30)))
    """
    precision, scale = max(1, min(precision, 38)), max(0, scale)
    return pa.decimal128(max(precision, min(scale, 38)), min(scale, 38))


def chosen(
    available: list[Column], needed: tuple[str, ...] | None, optional: tuple[str, ...], place: str
) -> list[Column]:
    """The columns to read, in the database's order, each under the name by which it was asked for.

    Errors, all at once: E-DB-018 two columns of one name, E-DB-010 a needed column is not there, E-DB-016 it is bytes.

    >>> [c.name for c in chosen([Column("id", "id", "int", WHOLE, "id")], ("ID",), (), "erp: t")]
    ['ID']
    """
    names = [c.source.lower() for c in available]
    twice = sorted({c.source for c in available if names.count(c.source.lower()) > 1})
    if twice:
        raise CustrataError(Problem("E-DB-018", place, {"names": ", ".join(twice)}))
    by_name = dict(zip(names, available, strict=True))
    if needed is None:
        return [c for c in available if c.type is not None]
    problems: list[Problem] = []
    asked: dict[str, str] = {}
    for name in needed:
        found = by_name.get(name.lower())
        if found is None:
            values = {
                "column": name, "known": ", ".join(c.source for c in available[:40]),
                "suggestion": did_you_mean(name.lower(), names),
            }  # fmt: skip
            problems.append(Problem("E-DB-010", place, values))
        elif found.type is None:
            problems.append(Problem("E-DB-016", place, {"column": name, "type": found.native}))
        else:
            asked.setdefault(name.lower(), name)
    if problems:
        raise CustrataError.all(problems)
    for name in optional:
        found = by_name.get(name.lower())
        if found is not None and found.type is not None:
            asked.setdefault(name.lower(), name)
    return [replace(c, name=asked[c.source.lower()]) for c in available if c.source.lower() in asked]
