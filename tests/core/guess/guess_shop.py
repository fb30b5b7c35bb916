"""A small company whose sales every export of these tests writes down in its own way, and what is to be guessed.

The exports stand in exports/*.toml: the headers of a system and, for each, how its cells say what was sold.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from custrata.core.guess import ColumnGuess, TableGuess, guess_columns, profile

LISTS = tomllib.loads((Path(__file__).parent / "exports" / "company.toml").read_text("utf-8"))
PRICES = LISTS["prices"]


@dataclass(frozen=True)
class Line:
    """One line of an order. Money as floats of two decimals; a returned line has a negative quantity."""

    order: int
    line: int
    lines: int
    at: datetime
    customer: int
    product: int
    qty: int
    back: bool

    @property
    def price(self) -> float:
        return float(PRICES[self.product])

    @property
    def gross(self) -> float:
        return round(self.qty * self.price, 2)

    @property
    def discount(self) -> float:
        return round(abs(self.gross) * 0.1, 2) if (self.order + self.line) % 3 == 0 else 0.0

    @property
    def net(self) -> float:
        return round(self.gross - self.discount * (-1 if self.qty < 0 else 1), 2)

    @property
    def untaxed(self) -> float:
        return round(self.net / 1.13, 2)

    @property
    def tax(self) -> float:
        return round(self.net - self.untaxed, 2)

    @property
    def freight(self) -> float:
        return 10.0 if self.order % 4 == 1 else 0.0


@lru_cache
def sold(orders: int, most: int, returns: bool, start: str) -> tuple[Line, ...]:
    """The sales of a few weeks: customers come back, orders have up to `most` lines, some orders may be returns."""
    begin = datetime.fromisoformat(start)
    found = []
    for i in range(orders):
        at = begin + timedelta(days=2 * i + i % 3, hours=(i * 7) % 9, minutes=(i * 13) % 60)
        many, back = 1 + i % most, returns and i % 8 == 5
        for j in range(1, many + 1):
            qty = 1 + (i + 2 * j) % 4
            product = (i * 3 + j * 4) % len(PRICES)
            found.append(Line(i, j, many, at, (i * i + 3 * i) % 9, product, -qty if back else qty, back))
    return tuple(found)


def said(lines: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the cells of an export can say, row by row."""
    if "rows" in lines:
        return [{"i": i, **LISTS_BY_NAME} for i in range(lines["rows"])]
    every = sold(lines.get("orders", 26), lines.get("most", 3), lines.get("returns", False),
                 lines.get("start", "2024-01-03 09:15:00"))  # fmt: skip
    only = lines.get("only")
    kept = [s for s in every if only is None or (s.line == 1 if only == "first" else s.order % 3 == 0)]
    return [_words(s, row, every) for row, s in enumerate(kept, 1)]


def _words(s: Line, row: int, every: Sequence[Line]) -> dict[str, Any]:
    of_order = [other for other in every if other.order == s.order]
    named = {name: getattr(s, name) for name in (*s.__dataclass_fields__, *_MONEY)}
    named |= {singular: LISTS[plural][s.customer % len(LISTS[plural])] for singular, plural in _BY_CUSTOMER.items()}
    named |= {singular: LISTS[plural][s.product] for singular, plural in _BY_PRODUCT.items()}
    sums = {f"bought{suffix}": round(sum(getattr(o, what) for o in of_order), 2) for suffix, what in _SUMS.items()}
    return {**named, **sums, **LISTS_BY_NAME, "row": row}


_MONEY = ("price", "gross", "discount", "net", "untaxed", "tax", "freight")
_SUMS = {"": "net", "_untaxed": "untaxed", "_tax": "tax"}
_BY_CUSTOMER = {"person_zh": "people_zh", "person_en": "people_en", "firm_zh": "firms_zh", "city_zh": "cities_zh",
                "city_en": "cities_en"}  # fmt: skip
_BY_PRODUCT = {"goods_zh": "goods_zh", "goods_en": "goods_en", "category_zh": "categories_zh",
               "category_en": "categories_en"}  # fmt: skip
LISTS_BY_NAME = {name.upper(): found for name, found in LISTS.items()}


@dataclass(frozen=True)
class Export:
    """An export: its cells, what it is, which header is which column, and what else has to be found out.

    `either`: canonical columns for which more than one header is right. `open`: columns that nothing in the file makes
    certain, so that a guess must be below 0.9. `facts` are compared with attributes of the guess.
    """

    name: str
    kind: str
    lines: Mapping[str, Any]
    columns: Mapping[str, str]
    cells: Mapping[str, str]
    first_line_only: Sequence[str] = ()
    either: Mapping[str, Sequence[str]] = field(default_factory=dict)
    open: Sequence[str] = ()
    further: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def table(self) -> dict[str, list[str]]:
        """Header → cells, as text."""
        made = {header: compile(f'f"""{cell}"""', self.name, "eval") for header, cell in self.cells.items()}
        rows = said(self.lines)
        return {
            header: [
                "" if header in self.first_line_only and row["line"] > 1 else eval(code, dict(row))
                for row in rows
            ]
            for header, code in made.items()
        }  # fmt: skip

    @cached_property
    def guess(self) -> TableGuess:
        return guess_columns([profile(header, column) for header, column in self.table.items()])

    def right(self, found: ColumnGuess) -> bool:
        return found.header in (self.columns.get(found.column), *self.either.get(found.column, ()))


def exports() -> list[Export]:
    """Every export there is."""
    files = sorted((Path(__file__).parent / "exports").glob("*.toml"))
    return [Export(**e) for f in files for e in tomllib.loads(f.read_text("utf-8")).get("export", ())]
