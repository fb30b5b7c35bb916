"""Rows that a program sends, as texts of the kind that files hold; what is no row of facts is told cell by cell.

Only the shape is looked at: whether a column is there, a date a date and a number a number. What a row means, and
whether it counts, is asked when it is loaded, of these rows as of any others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from custrata.core.errors import Problem, did_you_mean
from custrata.core.facts.columns import Column, base_of, columns_for
from custrata.core.facts.parse import FIRST_DAY, LAST_DAY
from custrata.locale import catalog

#: Characters of an id, and of any other text.
LONGEST_ID, LONGEST = 200, 4_000
#: Cells that are told of at most: a program that sends a wrong column sends it in every row.
MOST_TOLD = 100
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?")
_LARGEST = Decimal(10) ** 14
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d{1,9})?(Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?)?")
#: Of the columns that a source must have, the one in which a row may say nothing: a sale may be of nobody.
_MAY_BE_NOBODY = ("orders", "customer_id")


def texts_of(
    source: str, rows: Sequence[Any], known: Iterable[str]
) -> tuple[list[dict[str, str]], list[Problem]]:  # fmt: skip
    """The rows with every value as text (empty: there is none), and what is wrong with them, the first `MOST_TOLD`.

    `known` are the columns that the rows of this source may have. Errors: E-WEB-072 another column; E-WEB-073 a column
    that must be there is not; E-WEB-074 a value of another kind; E-WEB-079 a text that cannot be kept.

    >>> row = {"customer_id": 7, "ordered_at": "2024-05-01", "amount": Decimal("12.50"), "order_id": None}
    >>> texts_of("orders", [row], row)[0]
    [{'customer_id': '7', 'ordered_at': '2024-05-01', 'amount': '12.50', 'order_id': ''}]
    >>> [p.text("en") for p in texts_of("orders", [{**row, "amount": "a lot"}], row)[1]]
    ["E-WEB-074 row 1 amount: 'a lot' is no number. Send a number, or its digits as text with a point."]
    """
    columns = {c.name: c for c in columns_for(source)}
    allowed, found, problems = list(known), [], []
    for i, row in enumerate(rows, 1):
        if not isinstance(row, Mapping):
            problems.append(_wrong(f"row {i}", row, "row"))
        else:
            texts, wrong = _row(source, f"row {i}", row, columns, allowed)
            found.append(texts)
            problems += wrong
        if len(problems) >= MOST_TOLD:
            break
    return found, problems[:MOST_TOLD]


def _row(
    source: str, place: str, row: Mapping[str, Any], columns: Mapping[str, Column], allowed: Sequence[str]
) -> tuple[dict[str, str], list[Problem]]:  # fmt: skip
    texts: dict[str, str] = {}
    problems = []
    for name, value in row.items():
        at = f"{place} {name[:80]}"
        if name not in allowed:
            values = {"known": ", ".join(allowed), "suggestion": did_you_mean(name, allowed)}
            problems.append(Problem("E-WEB-072", at, values))
            continue
        column = columns.get(name, Column(name, "text", name, "", ""))
        text = _text(column, value)
        if isinstance(text, str):
            texts[name] = text
        else:
            problems.append(Problem(text[0], at, text[1]))
    told = {p.place for p in problems}
    for name in _needed(source, row, columns):
        if not texts.get(name, "").strip() and f"{place} {name}" not in told:
            column = columns[name]
            problems.append(Problem("E-WEB-073", f"{place} {name}", {"meaning": column.en, "meaning_zh": column.zh}))
    return texts, problems


def _needed(source: str, row: Mapping[str, Any], columns: Mapping[str, Column]) -> list[str]:
    """The columns of which a row must say something; of a sale the amount, or what it follows from."""
    base = base_of(source)
    found = [c.name for c in columns.values() if c.required and (base, c.name) != _MAY_BE_NOBODY]
    if base == "orders" and not (row.get("quantity") is not None and row.get("price") is not None):
        found.append("amount")
    return found


def _text(column: Column, value: Any) -> str | tuple[str, dict[str, Any]]:
    """A value as text, or the code and values of what is wrong."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | float):
        return "E-WEB-074", _said(value, column.type)
    if isinstance(value, str) and (not value.strip() or "\0" in value or len(value) > LONGEST or _broken(value)):
        return "" if not value.strip() else ("E-WEB-079", {"most": LONGEST})
    if column.type in ("money", "number"):
        return _number(value) or ("E-WEB-074", _said(value, "number"))
    if column.type == "day":
        return (_day(value) if isinstance(value, str) else "") or ("E-WEB-074", _said(value, "day"))
    if column.type == "id" and isinstance(value, Decimal | float):
        return "E-WEB-074", _said(value, "id")
    text = value if isinstance(value, str) else format(Decimal(str(value)), "f")
    most = LONGEST_ID if column.type == "id" else LONGEST
    return text if len(text) <= most else ("E-WEB-079", {"most": most})


def _number(value: Any) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if isinstance(value, str) and not _NUMBER.fullmatch(text):
        return ""
    number = Decimal(text or str(value))
    # `abs` would round, which no number of a thousand million digits survives.
    fits = number.is_finite() and number.copy_abs() < _LARGEST and number.adjusted() > -30
    return format(number, "f") if fits else ""


def _day(value: str) -> str:
    match = _DAY.fullmatch(value.strip())
    try:
        if match is None or not FIRST_DAY <= date.fromisoformat(match[1]) <= LAST_DAY:
            return ""
        if match[2]:
            datetime.strptime(match[2], "%H:%M:%S" if match[2].count(":") == 2 else "%H:%M")  # noqa: DTZ007
    except ValueError:
        return ""
    if not match[2]:
        return match[1]
    time = match[2] if match[2].count(":") == 2 else f"{match[2]}:00"
    return f"{match[1]} {time}{match[3] or ''}"


def _broken(text: str) -> bool:
    """Half a character, which no file can hold."""
    return any("\ud800" <= sign <= "\udfff" for sign in text)


def _wrong(place: str, value: Any, wanted: str) -> Problem:
    return Problem("E-WEB-074", place, _said(value, wanted))


def _said(value: Any, wanted: str) -> dict[str, Any]:
    shown = (value if isinstance(value, str) else str(value))[:60].encode("utf-8", "replace").decode()
    told: dict[str, Any] = {"value": shown}
    for lang, end in (("zh", "_zh"), ("en", "")):
        words = catalog("posted", lang)
        told |= {f"wanted{end}": words["kinds"][wanted], f"how{end}": words["how"][wanted]}
    return told
