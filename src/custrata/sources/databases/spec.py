"""What a user may say about a source that lies in a database; where and as whom to log in is never said here."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta

from custrata.core.errors import CustrataError, Problem

LookBack = timedelta | int

DEFAULT_DAYS = timedelta(days=1)
"""Look-back of a watermark in days or times: what was booked late, or committed after later rows, is still read."""

DEFAULT_NUMBERS = 1_000
"""Look-back of a watermark that counts: numbers are given when a transaction begins, and rows show when it ends."""

ENCODINGS = {
    "gbk": "gbk", "gb2312": "gbk", "cp936": "gbk", "gb18030": "gb18030", "big5": "big5", "utf-8": "utf8mb4",
    "utf8": "utf8mb4",
}  # fmt: skip
"""What text in a column said to be latin1 may be in truth, and what MySQL calls it."""

_LOOK_BACK = re.compile(r"^(\d{1,6})\s*(minutes?|hours?|days?|weeks?|分钟|小时|天|日|周)$", re.IGNORECASE)
_UNIT = {
    "minute": timedelta(minutes=1), "分钟": timedelta(minutes=1), "hour": timedelta(hours=1),
    "小时": timedelta(hours=1), "day": timedelta(days=1), "天": timedelta(days=1), "日": timedelta(days=1),
    "week": timedelta(weeks=1), "周": timedelta(weeks=1),
}  # fmt: skip


@dataclass(frozen=True)
class DatabaseSpec:
    """Which rows of which database to read.

    `connection` is a name; `sources.databases.connections` resolves it. Either `table` (`schema.table`, or with
    `schema` beside it) or `query`, one SELECT in the database's own dialect.
    `columns` are the ones needed, by any spelling of upper and lower case, and come back under the spelling used here;
    None asks for every column that can be read. `optional` are taken too where they exist.
    `watermark` is the column that says what is new; rows from `look_back` before the value reached last time are read
    again (a time, or a number for a column that counts; None is 1 day or 1,000). `key` tells a row that was read before
    from a new one; a table's primary key by default.
    `encoding` is for old MySQL tables whose latin1 columns in truth hold text in another encoding (`gbk`).

    >>> DatabaseSpec("erp", table="sales.order_lines").label
    'erp: sales.order_lines'
    """

    connection: str
    table: str | None = None
    schema: str | None = None
    query: str | None = None
    columns: tuple[str, ...] | None = None
    optional: tuple[str, ...] = ()
    watermark: str | None = None
    look_back: LookBack | None = None
    key: tuple[str, ...] = ()
    encoding: str | None = None

    @property
    def label(self) -> str:
        """What the source is called in errors, in the run's record and in the quarantine."""
        if self.query is not None:
            return f"{self.connection}: query {hashlib.sha256(self.query.encode()).hexdigest()[:6]}"
        return f"{self.connection}: {'.'.join(self.parts)}"

    @property
    def parts(self) -> tuple[str, ...]:
        """The table's name with what qualifies it, each part as the database spells it."""
        if self.schema is not None:
            return (self.schema, self.table or "")
        return tuple((self.table or "").split("."))

    def check(self) -> None:
        """Errors: E-DB-022 a URL where a name belongs, E-DB-020 not exactly one of table and query,
        E-FILE-005 an encoding that there is not."""
        if "://" in self.connection or "@" in self.connection:
            raise CustrataError(Problem("E-DB-022", "database", {}))
        if (self.table is None) == (self.query is None) or not all(self.parts if self.query is None else [self.query]):
            raise CustrataError(Problem("E-DB-020", self.connection, {}))
        if self.encoding is not None and self.encoding.lower() not in ENCODINGS:
            raise CustrataError(Problem("E-FILE-005", self.label, {"encoding": self.encoding}))


def parse_look_back(text: str) -> LookBack:
    """`3 days`, `12 hours`, `2周`, or a plain number for a watermark that counts; `ValueError` if it is none of these.

    >>> parse_look_back("3 days"), parse_look_back("500")
    (datetime.timedelta(days=3), 500)
    """
    plain = str(text).strip()
    if plain.isdecimal():
        return int(plain)
    match = _LOOK_BACK.match(plain)
    if not match:
        raise ValueError(f"'{text}' is not a look-back")
    unit = match[2].lower()
    return int(match[1]) * _UNIT[unit.rstrip("s") if unit.isascii() else unit]
