"""Control totals from a file of the user's: month, total and, if he has them, orders; CSV, XLSX, Parquet or YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from custrata.core.audit.facts import Control
from custrata.core.cuts import parse_number
from custrata.core.errors import CustrataError, Fault, Problem
from custrata.core.scheme import yaml
from custrata.sources.files.open import open_files
from custrata.sources.files.spec import FileSpec
from custrata.usecases.ports import Engine

#: What a column may be called.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "month": ("month", "月份", "月", "期间", "会计期间", "period", "date", "日期"),
    "total": ("total", "amount", "sales", "revenue", "金额", "总额", "合计", "销售额", "销售收入", "收入"),
    "orders": ("orders", "订单数", "单数", "订单"),
}
_MONTH = re.compile(r"^(\d{4})\s*(?:[-/.年]\s*)?(\d{1,2})(?:\s*月)?(?:[-/.]\d{1,2})?(?:[ T].*)?$")
_YAML = (".yaml", ".yml")


def read_controls(path: Path, engine: Engine, scratch: Path) -> tuple[Control, ...]:
    """The totals of each month, in the order of the months.

    A table has a header; YAML is `2024-01: 1234.50` or `2024-01: {total: 1234.50, orders: 12}`. Errors: those of
    files; E-DATA-020 a column is missing, E-DATA-021 a month or a number that cannot be read, or a month given twice.
    """
    found: dict[date, Control] = {}
    problems = []
    for place, cells in _rows(path, engine, scratch):
        try:
            control = _control(cells)
            if control.month in found:
                raise ValueError(f"{control.month:%Y-%m}")
            found[control.month] = control
        except (Fault, ValueError) as error:
            problems.append(Problem("E-DATA-021", place, {"value": str(error)}))
    if problems:
        raise CustrataError(*problems)
    return tuple(found[month] for month in sorted(found))


def _control(cells: Mapping[str, Any]) -> Control:
    orders = cells.get("orders")
    return Control(_month(cells["month"]), parse_number(cells["total"]), None if orders is None else _whole(orders))


def _month(value: Any) -> date:
    """
    >>> _month("2024-01"), _month("2024年3月"), _month(202412), _month(date(2024, 5, 31))
    (datetime.date(2024, 1, 1), datetime.date(2024, 3, 1), datetime.date(2024, 12, 1), datetime.date(2024, 5, 1))
    """
    if isinstance(value, date):
        return date(value.year, value.month, 1)
    told = _MONTH.match(str(value).strip().removesuffix(".0"))
    if told is None or not 1 <= int(told[2]) <= 12:
        raise ValueError(str(value))
    return date(int(told[1]), int(told[2]), 1)


def _whole(value: Any) -> int:
    number = parse_number(value)
    if number != number.to_integral_value() or number < 0:
        raise ValueError(str(value))
    return int(number)


def _rows(path: Path, engine: Engine, scratch: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row with the place to tell of it."""
    if path.suffix.lower() in _YAML:
        document = yaml.read(path.read_text("utf-8"), path.name)
        for month, told in document.data.items():
            cells = dict(told) if isinstance(told, Mapping) else {"total": told}
            if "total" not in cells:
                raise CustrataError(_lacking(document.place((month,)), "total", list(cells)))
            yield document.place((month,)), {"month": month, **cells}
        return
    opened = open_files(FileSpec([str(path)], hashed=False), Path.cwd(), scratch)
    headers = {column: _header(column, opened.columns) for column in COLUMNS}
    for column in ("month", "total"):
        if headers[column] is None:
            raise CustrataError(_lacking(path.name, column, list(opened.columns)))
    for row in engine.rows(engine.numbered(opened.scan)):
        told = {c: row[h] for c, h in headers.items() if h is not None and row[h] is not None}
        if not told:
            continue
        yield f"{path.name}:{row['_row']}", {"month": "", "total": "", **told}


def _header(column: str, there: Sequence[str]) -> str | None:
    return next((h for name in COLUMNS[column] for h in there if h.strip().lower() == name), None)


def _lacking(place: str, column: str, there: Sequence[str]) -> Problem:
    return Problem("E-DATA-020", place, {"column": ", ".join(COLUMNS[column][:2]), "known": ", ".join(map(str, there))})
