"""How far a load reached, and from where the next one reads on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.sources.databases.columns import DAY, INSTANT, TEXT, TIME, Column
from custrata.sources.databases.session import Server
from custrata.sources.databases.spec import DEFAULT_DAYS, DEFAULT_NUMBERS, DatabaseSpec


def watermark_column(spec: DatabaseSpec, columns: list[Column]) -> Column:
    """The column that says what is new. Errors: E-DB-010 it is not there, E-DB-017 it neither counts nor is a time."""
    wanted = (spec.watermark or "").lower()
    usable = [c.source for c in columns if _counts(c.type) or _dated(c.type)]
    for column in columns:
        if column.source.lower() == wanted:
            if column.source not in usable:
                values = {"column": column.source, "type": column.native, "known": ", ".join(usable) or "–"}
                raise CustrataError(Problem("E-DB-017", spec.label, values))
            return column
    names = [c.source for c in columns]
    values = {"column": spec.watermark or "", "known": ", ".join(names[:40]), "suggestion": did_you_mean(wanted, names)}
    raise CustrataError(Problem("E-DB-010", spec.label, values))


def read_from(spec: DatabaseSpec, column: Column, since: str) -> str:
    """The value to read on from: `since`, less the look-back, as ISO text of the column's kind.

    Errors: E-DB-021 the look-back, or the value reached, is of another kind than the column.

    >>> from custrata.sources.databases.columns import WHOLE
    >>> spec = DatabaseSpec("erp", table="t", watermark="id", look_back=10)
    >>> read_from(spec, Column("id", "id", "int8", WHOLE, "id"), "250")
    '240'
    """
    back = spec.look_back
    try:
        if _counts(column.type):
            back = DEFAULT_NUMBERS if back is None else back
            if isinstance(back, timedelta):
                raise ValueError
            return str(int(since) - back)
        back = DEFAULT_DAYS if back is None else back
        if not isinstance(back, timedelta):
            raise ValueError
        if column.type == DAY:
            return (date.fromisoformat(since) - back).isoformat()
        moment = datetime.fromisoformat(since)
        if (moment.tzinfo is not None) != (column.type == INSTANT):
            raise ValueError
        return _iso(moment - back)
    except (ValueError, OverflowError):
        values = {"column": column.source, "type": column.native, "since": since, "look_back": str(spec.look_back)}
        raise CustrataError(Problem("E-DB-021", spec.label, values)) from None


class Reached:
    """The highest value of the watermark seen, as ISO text.

    Values in the future of the server's clock do not count: one mistyped year, and nothing would ever be new again.
    """

    def __init__(self, column: Column, server: Server, since: str | None) -> None:
        self._type = column.type
        self._highest: Any = None
        self._since = since
        limits = {DAY: server.local.date(), TIME: server.local, INSTANT: server.utc.replace(tzinfo=UTC)}
        self._limit: Any = limits.get(column.type)

    def see(self, array: pa.Array) -> None:
        """A column of a batch as it was written; text where some values could not be read."""
        if array.type == TEXT:
            values = [v for v in map(self._parsed, array.to_pylist()) if v is not None]
            found = max((v for v in values if self._limit is None or v <= self._limit), default=None)
        else:
            if self._limit is not None:
                array = array.filter(pc.less_equal(array, pa.scalar(self._limit, array.type)))
            found = pc.max(array).as_py()
        if found is not None and (self._highest is None or found > self._highest):
            self._highest = found

    @property
    def value(self) -> str | None:
        """Where nothing new was read, what was reached before stays."""
        if self._highest is None:
            return self._since
        return _iso(self._highest) if isinstance(self._highest, date) else str(int(self._highest))

    def _parsed(self, text: str | None) -> Any:
        try:
            if text is None:
                return None
            if self._limit is None:
                return int(text)
            return date.fromisoformat(text) if self._type == DAY else datetime.fromisoformat(text)
        except ValueError:
            return None


def _counts(type_: pa.DataType | None) -> bool:
    return type_ is not None and (pa.types.is_integer(type_) or (pa.types.is_decimal(type_) and type_.scale == 0))


def _dated(type_: pa.DataType | None) -> bool:
    return type_ in (DAY, TIME, INSTANT)


def _iso(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.tzinfo is None:
        return value.isoformat()
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
