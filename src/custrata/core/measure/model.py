"""The figures of a report as plain values: what use cases fill and what report, web and notebook draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custrata.core.measure.drift import DriftReport
    from custrata.core.measure.levels import MovementReport
    from custrata.core.predict.backtest import Backtest


@dataclass(frozen=True)
class ShareRow:
    """One class of one segment, as managers read it.

    Shares are 0..1 (null where the total is not positive); money in the scheme's currency; `average_recency` in days,
    over the customers who have one.
    """

    class_: str
    key: str
    customers: int
    customer_share: float | None
    spend: Decimal
    spend_share: float | None
    average_spend: Decimal | None
    average_orders: float | None
    average_recency: float | None


@dataclass(frozen=True)
class Totals:
    """The last row of a share table; averages are over all customers of the table, null where there are none."""

    customers: int
    customer_share: float | None
    spend: Decimal
    spend_share: float | None
    average_spend: Decimal | None
    average_orders: float | None


@dataclass(frozen=True)
class Concentration:
    """The concentration (Lorenz) curve from the largest customer down, thinned to a few hundred points.

    `points` are (share of customers, share of spend), both 0..1, from (0, 0) to (1, 1); `gini` 0..1 over customers
    with positive spend; `cuts` are (class label, share of customers, share of spend) at the end of each ABC class.
    """

    points: Sequence[tuple[float, float]]
    gini: float | None
    top_tenth: float | None
    cuts: Sequence[tuple[str, float, float]] = ()
    top_customers: int | None = None
    """How many customers the top tenth are: a tenth of everybody, rounded up; null where it is not known."""


@dataclass(frozen=True)
class CrossCell:
    """One cell of a cross table: class labels by segment name, and what falls into it."""

    classes: Mapping[str, str]
    customers: int
    spend: Decimal


@dataclass(frozen=True)
class MetricNote:
    """A metric as the report explains it; `window` is (first day, last day), or null for lifetime and where every
    customer has days of his own (`own`)."""

    name: str
    kind: str
    sentence: str
    unit: str
    window: tuple[date, date] | None
    label: str = ""
    """What the scheme wants it to be called; '' where it says nothing."""
    own: bool = False

    @property
    def title(self) -> str:
        return self.label or self.name


@dataclass(frozen=True)
class Basis:
    """Which metrics the columns of a share table mean: one table can show the spend of a month, another of a year."""

    spend: MetricNote
    orders: MetricNote
    recency: MetricNote
    """`unit` is the word for days, or for weeks."""


@dataclass(frozen=True)
class SegmentReport:
    """One segment: how it decides, in sentences, and its share table in the scheme's order of classes."""

    name: str
    kind: str
    rules: Sequence[str]
    rows: Sequence[ShareRow]
    spend_metric: str
    class_order: Sequence[str]
    missing_class: str | None = None
    """Label of the class of customers without the numbers this segment needs; null if nobody is in it."""
    cross: Sequence[CrossCell] = ()
    """Filled for a cross of segments: one cell for every combination that occurs."""
    dimensions: Sequence[tuple[str, Sequence[str]]] = ()
    """Filled for a cross of segments: (segment name, its classes in order)."""
    chart: str = "share"
    """The chart that suits the model: share, concentration, rfm, pyramid, preference or heatmap."""
    basis: Basis | None = None
    """The metrics behind the columns of the table; null where nobody has said."""
    movement: MovementReport | None = None
    """Of a ladder: who moved in this run, since the plan before it; null where there is none."""


@dataclass(frozen=True)
class SourceRows:
    """What became of the rows of one source; read = used + quarantined + excluded."""

    source: str
    files: Sequence[str]
    read: int
    used: int
    quarantined: int
    excluded: int
    excluded_by: Mapping[str, int]
    emptied: Mapping[str, int] = field(default_factory=dict)
    """Header → cells that cannot be read and are taken for empty, in rows that are used for all that."""


@dataclass(frozen=True)
class Customer:
    """One customer of a list. `name` is null where no source tells it, `recency` where there was no purchase."""

    id: str
    name: str | None
    spend: Decimal
    spend_share: float | None
    """Of the spend of all customers, 0..1; null where that is not positive."""
    orders: int
    recency: int | None
    classes: Sequence[str]
    """In the order of `CustomerList.segments`."""


@dataclass(frozen=True)
class CustomerList:
    """The largest customers, by spend from the top; equal ones in the order of their ids."""

    customers: Sequence[Customer]
    segments: Sequence[str]
    """The segments that `classes` belong to, as they are called in the report."""
    basis: Basis
    leading: Sequence[int] = ()
    """Which of the segments say most where there is no room for all of them."""

    @property
    def named(self) -> bool:
        """Whether any of them has a name."""
        return any(c.name for c in self.customers)


@dataclass(frozen=True)
class Told:
    """Something that is told in sentences."""

    title: str
    sentences: Sequence[str]


@dataclass(frozen=True)
class ReportModel:
    """Everything a report shows, and nothing that has to be computed while drawing."""

    title: str
    as_of: date
    currency: str
    run_id: str
    published_at: datetime
    customers: int
    buyers: int
    """Customers with at least one purchase up to the as-of date."""
    spend: Decimal
    orders: int
    first_day: date | None
    last_day: date | None
    segments: Sequence[SegmentReport]
    concentration: Concentration | None
    metrics: Sequence[MetricNote]
    sources: Sequence[SourceRows]
    scheme_text: str
    version: str
    largest: CustomerList | None = None
    predicted: bool = False
    """Whether any of the metrics is a prediction."""
    backtest: Backtest | None = None
    """The newest back-test of the workspace; null where none was made, or nothing is predicted."""
    drift: DriftReport | None = None
    """How far customers have moved since an earlier run; null where there is none."""
    apart: Sequence[Told] = ()
    """What sets the main classes, and those who stopped buying, apart."""
