"""The audit as plain values: what the use case fills and what terminal, page and JSON show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from custrata.core.audit.finding import Finding
from custrata.core.audit.running import Skipped
from custrata.core.audit.score import Score
from custrata.core.measure.model import SourceRows


@dataclass(frozen=True)
class ColumnProfile:
    """One column that the scheme reads. `filled` of `rows` (those that no rule leaves out) have a value that can be
    read; `missing` are empty, `unreadable` wait in quarantine or are taken for empty. `lowest` and `highest` of days,
    numbers and money."""

    source: str
    column: str
    header: str
    rows: int
    missing: int
    unreadable: int
    lowest: date | Decimal | None = None
    highest: date | Decimal | None = None

    @property
    def filled(self) -> float:
        """The share of rows with a value, 0..1."""
        return 1 - (self.missing + self.unreadable) / self.rows if self.rows else 0.0


@dataclass(frozen=True)
class MonthSum:
    """The purchases of one month; `days` are those with any."""

    month: date
    days: int
    orders: int
    net: Decimal


@dataclass(frozen=True)
class Audit:
    """Everything that an audit says, in no language yet.

    `findings` from the worst on, the good ones last; `customers` and `spend` of the company as it stands; `segments`
    are those for which effects were computed.
    """

    title: str
    as_of: date
    today: date
    currency: str
    score: Score
    findings: Sequence[Finding]
    skipped: Sequence[Skipped]
    columns: Sequence[ColumnProfile]
    months: Sequence[MonthSum]
    sources: Sequence[SourceRows]
    customers: int
    spend: Decimal
    segments: Sequence[str]
    version: str

    @property
    def problems(self) -> list[Finding]:
        """What is not good, the worst first."""
        return [f for f in self.findings if f.severity != "good"]

    @property
    def passed(self) -> list[Finding]:
        return [f for f in self.findings if f.severity == "good"]
