"""What a check found: how bad it is, the numbers, where it stands, and how the facts would look without it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

import ibis.expr.types as ir

Severity = Literal["good", "notice", "warning", "serious"]
SEVERITIES: tuple[Severity, ...] = ("good", "notice", "warning", "serious")
Part = Literal["completeness", "validity", "uniqueness", "consistency", "timeliness"]
PARTS: tuple[Part, ...] = ("completeness", "validity", "uniqueness", "consistency", "timeliness")
#: Examples of one finding.
MOST_EXAMPLES = 20


@dataclass(frozen=True)
class Word:
    """A word that the language of the reader decides: `key` stands in locale/*/audit.toml."""

    key: str


#: What fills a sentence or a cell. Whole numbers are counts, floats are shares 0..1, decimals are money.
Value: TypeAlias = "int | float | Decimal | date | str | Word | Sequence[str] | None"


@dataclass(frozen=True)
class Details:
    """A small table beside a finding. `columns` are keys of `[column]` in audit.toml."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class Example:
    """One cell of the user's files. `row` is the one that the user sees; null where a file has no rows of its own."""

    source: str
    file: str
    row: int | None
    column: str
    value: str | None


@dataclass(frozen=True)
class Sample:
    """Which rows of a source show a finding: those equal to a row of `keys` in all of its columns, which are canonical
    ones. `column` is the canonical column whose cell is shown."""

    source: str
    keys: ir.Table
    column: str


@dataclass(frozen=True)
class Without:
    """The facts without what is doubtful: `orders` (customer_id, order_id) are those that change, `lines` gives the
    lines that remain of theirs."""

    orders: ir.Table
    lines: Callable[[ir.Table], ir.Table]


@dataclass(frozen=True)
class Merged:
    """The facts with customers made one: `ids` has customer_id and `into`, the one that remains."""

    ids: ir.Table


@dataclass(frozen=True)
class Effect:
    """What a finding does to one segment: how many customers are in another class once the doubtful rows are left out
    (or the customers merged), and what those customers spend as it stands."""

    segment: str
    customers: int
    spend: Decimal


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    `share` 0..1 is how much of what was looked at is concerned (of rows, orders, spend, as the check says); it and the
    severity make what the finding costs. `rows` of the source, `customers`, `spend` in the scheme's currency; null
    where the check cannot tell. `hints` are keys of further sentences of the code.
    """

    code: str
    part: Part
    severity: Severity
    share: float = 0.0
    rows: int = 0
    customers: int | None = None
    spend: Decimal | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
    details: Details | None = None
    sample: Sample | None = field(default=None, compare=False)
    doubt: Without | Merged | None = field(default=None, compare=False)
    examples: tuple[Example, ...] = ()
    effects: tuple[Effect, ...] | None = None
    """Null where it was not computed."""
    moved: int | None = None
    """Customers who change class in at least one segment."""


def graded(share: float, *, notice: float = 0.0, warning: float, serious: float) -> Severity:
    """The severity of a share: `good` up to `notice`, then a notice, from `warning` on a warning …

    >>> limits = {"warning": 0.01, "serious": 0.2}
    >>> graded(0.004, **limits), graded(0.2, **limits), graded(0, **limits)
    ('notice', 'serious', 'good')
    """
    if share >= serious:
        return "serious"
    if share >= warning:
        return "warning"
    return "notice" if share > notice else "good"


def worst(severities: Sequence[Severity]) -> Severity:
    """The worst of several; `good` of none."""
    return max(severities, key=SEVERITIES.index, default="good")


def ratio(part: int | Decimal | float | None, whole: int | Decimal | float | None) -> float:
    """A share 0..1; 0 where there is no whole.

    >>> ratio(1, 4), ratio(3, 0), ratio(None, 5)
    (0.25, 0.0, 0.0)
    """
    if not part or not whole or whole <= 0:
        return 0.0
    return min(1.0, max(0.0, float(part) / float(whole)))


def money(value: object) -> Decimal:
    """A sum as an engine gives it, to four decimals; 0 for null.

    >>> money(None), money(Decimal("12.500000000"))
    (Decimal('0'), Decimal('12.5000'))
    """
    return Decimal(0) if value is None else Decimal(str(value)).quantize(Decimal("0.0001"))
