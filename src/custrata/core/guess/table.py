"""What is guessed about a table: what it holds, which header is which column, how sure each guess is and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from custrata.core.facts.columns import SourceName
from custrata.core.facts.spelled import DateOrder
from custrata.core.guess.arithmetic import Proof
from custrata.core.guess.discounted import DiscountGuess
from custrata.core.guess.profile import ColumnProfile
from custrata.core.guess.reasons import Reason
from custrata.core.guess.returned import ReturnsGuess
from custrata.core.guess.statuses import StatusGuess

#: A guess less sure than this is worth a question.
SURE = 0.8


@dataclass(frozen=True)
class RunnerUp:
    """Another header that could be the column, and how its score compares: log-odds, as `ColumnGuess.score`."""

    header: str
    concept: str
    score: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class ColumnGuess:
    """One canonical column: the header that is guessed to be it, `certainty` 0..1 and the reasons.

    `concept` is what the header means in itself (an `invoice_number` may serve as order_id). `runners_up` are the next
    best headers, best first.
    """

    column: str
    header: str
    concept: str
    certainty: float
    score: float
    reasons: tuple[Reason, ...]
    runners_up: tuple[RunnerUp, ...] = ()


@dataclass(frozen=True)
class FurtherColumn:
    """A header that is no canonical column and worth keeping under a name of its own: store, city, level …"""

    name: str
    header: str
    certainty: float


@dataclass(frozen=True)
class UnusedColumn:
    """A header that is left out, what it is taken for (empty: not known), and why."""

    header: str
    concept: str
    reason: Reason


@dataclass(frozen=True)
class KindGuess:
    """Which table it is. `odds` has the certainty of every kind."""

    kind: SourceName
    certainty: float
    odds: Mapping[str, float]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class DatesGuess:
    """The order of day, month and year in the columns that are used; `example` shows it. `readable` is false where
    the dates have a form that Custrata does not read; `possible` are the orders that the example can have."""

    order: DateOrder
    certainty: float
    reason: Reason
    example: str = ""
    readable: bool = True
    possible: tuple[DateOrder, ...] = ()


@dataclass(frozen=True)
class CurrencyGuess:
    """The ISO code of the amounts, empty where nothing tells it."""

    code: str
    certainty: float
    reason: Reason


@dataclass(frozen=True)
class TableGuess:
    """Everything guessed about one table.

    `missing` are required columns without a header: `amount` too, unless quantity and price give it. `candidates` are
    the headers that could be each of them. `findings` are facts to be told, such as an amount that stands on every
    line of an order. `anonymous` are ids of walk-in sales, `empty` among them where customers are missing.
    """

    kind: KindGuess
    columns: tuple[ColumnGuess, ...]
    further: tuple[FurtherColumn, ...]
    unused: tuple[UnusedColumn, ...]
    missing: tuple[str, ...]
    candidates: Mapping[str, tuple[RunnerUp, ...]]
    dates: DatesGuess
    currency: CurrencyGuess
    status: StatusGuess | None
    returned: ReturnsGuess
    anonymous: tuple[str, ...]
    findings: tuple[Reason, ...]
    proofs: tuple[Proof, ...]
    profiles: Mapping[str, ColumnProfile]
    contact: str = ""
    """Of which kind all interactions of the table are; empty where a column says it, or nothing does."""
    closed: tuple[str, ...] = ()
    """Statuses of interactions that mean settled."""
    discount: DiscountGuess | None = None
    """Whether the amount is before the discount; null where there is none of both."""

    def of(self, column: str) -> ColumnGuess | None:
        """The guess for a canonical column, null where no header is guessed to be it."""
        return next((c for c in self.columns if c.column == column), None)

    @property
    def mapping(self) -> dict[str, str]:
        """Canonical and further columns → headers, as the scheme's `columns` wants them."""
        return {c.column: c.header for c in self.columns} | {f.name: f.header for f in self.further}
