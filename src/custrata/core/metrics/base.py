"""What a metric is: one number (date, word) a customer, summed from the facts, with window, unit and null rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Literal, TypeVar

import ibis.expr.types as ir

from custrata.core.metrics.lasting import Lasting
from custrata.core.metrics.membership import in_own_days, in_own_days_before
from custrata.core.registry import Registry
from custrata.core.strict import Strict, Text, WindowText, option
from custrata.core.windows import LIFETIME, Window
from custrata.locale import Lang, text

Unit = Literal["money", "count", "days", "ratio", "date", "text", "number"]
Occasion = Literal["order", "day"]
Base = Literal["orders", "own", "predicted"]


@dataclass(frozen=True)
class Context:
    """What a metric may know besides the facts."""

    as_of: date
    count: Occasion = "order"
    """Whether every order is a purchase, or all orders of a day are one."""


class Metric(Strict):
    """One metric of a scheme. Subclasses live one family a file and register themselves.

    `base` says what it is made from: `orders` (order headers, which `expression` aggregates by customer; all such
    metrics come from one pass), `own` (what `table` derives from the facts), `predicted` (the numbers of all customers,
    once they are there). `empty` is the value of a customer without any facts.
    """

    kind: ClassVar[str]
    zh: ClassVar[str]
    short: ClassVar[str] = "window"
    """The field that the short form fills: `{monetary: last month}` is `{monetary: {window: last month}}`."""
    base: ClassVar[Base] = "orders"
    unit: ClassVar[Unit] = "number"
    empty: ClassVar[Any] = None
    low_is_good: ClassVar[bool] = False

    label: Text | None = option(
        None, key="名称",
        zh="在报告中显示的名称", en="name shown in reports", role="label",
    )  # fmt: skip
    window: WindowText = option(
        LIFETIME, key="窗口",
        zh="时间窗口；默认全部", en="window of time; lifetime by default",
    )  # fmt: skip

    def expression(self, orders: ir.Table, context: Context) -> ir.Value:
        """The aggregate over one customer's order headers (base `orders`)."""
        raise TypeError(f"{self.kind} is not summed from order headers")

    def table(self, facts: FactTables, context: Context) -> ir.Table:
        """customer_id and `value` (base `own`)."""
        raise TypeError(f"{self.kind} is summed from order headers")

    def needs(self) -> tuple[str, ...]:
        """Fact columns without which this metric cannot be had: `lines.category`, `orders.discount` …"""
        return ()

    def inputs(self) -> tuple[str, ...]:
        """Segments, or columns of the customers source, that must be there first; only of what is `predicted`."""
        return ()

    def without_facts(self) -> Any:
        """The value of a customer without any facts in the window, for Ibis to read; null where there is none."""
        return self.empty

    def sentence(self, lang: Lang) -> str:
        """What the number is, in one sentence for reports."""
        return text(f"metrics.{self.kind}", lang, **self.sentence_values(lang))

    def sentence_values(self, lang: Lang) -> dict[str, Any]:
        return {"window": window_text(self.window, lang)}

    def bounds(self, context: Context) -> tuple[date | None, date]:
        """First (null: none) and last day that count; not to be had where every customer has days of his own."""
        return self.window.bounds(context.as_of)

    def days_of(self, joined: date | None, context: Context) -> tuple[date | None, date] | None:
        """The days that count of one customer who joined on a day; null where no day of his does."""
        return self.window.days_of(joined, context.as_of) if self.window.own else self.bounds(context)

    def lasting(self, context: Context) -> Lasting | None:
        """How long a customer's value holds while his facts stay as they are; null: not beyond the run that made it.

        A metric may say more than null only if it is made from the customer's own facts and from nobody else's.
        """
        del context
        return None

    def closed(self, context: Context) -> Lasting:
        """The value is made from the facts in the window, and from nothing else of the as-of date."""
        if self.window.own:
            return Lasting(((None, context.as_of),))
        return Lasting((self.bounds(context),))


@dataclass(eq=False)
class FactTables:
    """The canonical facts as an engine offers them; `lines` are dated as their orders are.

    What several metrics derive from them is computed `once` and remembered here."""

    orders: ir.Table
    lines: ir.Table
    customers: ir.Table | None = None
    interactions: ir.Table | None = None
    """As `core.facts.interactions` makes them, up to the as-of date; null where no source has any."""
    assets: ir.Table | None = None
    """As `core.facts.assets.held` makes them; several rows of a customer and kind add up."""
    others: ir.Table | None = None
    """`customer_id` of all whom interactions or assets tell of, once each."""
    keep: Callable[[str, ir.Table], ir.Table] = field(default=lambda _, table: table)
    """Computes a table once and gives it back computed."""
    _kept: dict[str, ir.Table] = field(default_factory=dict, repr=False)

    def once(self, name: str, make: Callable[[], ir.Table]) -> ir.Table:
        """A table that several metrics read: computed for the first, there for the others."""
        if name not in self._kept:
            self._kept[name] = self.keep(name, make())
        return self._kept[name]


M = TypeVar("M", bound=type[Metric])
REGISTRY: Registry[type[Metric]] = Registry("custrata.core.metrics", "custrata.metrics")
metric = REGISTRY.register


def inside(rows: ir.Table, window: Window, context: Context) -> Any:
    """Whether the `day` of each row lies in the window; null where every day does, so that no filter is needed."""
    if window.own:
        return in_own_days(rows, window)
    day: Any = rows.day
    first, last = window.bounds(context.as_of)
    if first is None:
        return None
    return (day >= first) if last == context.as_of else day.between(first, last)


def inside_previous(rows: ir.Table, window: Window, context: Context) -> Any:
    """Whether the `day` of each row lies in the window before that window, which must have one."""
    if window.own:
        return in_own_days_before(rows, window)
    day: Any = rows.day
    previous = window.previous(context.as_of)
    assert previous is not None
    return day.between(*previous)


def both(*conditions: Any) -> Any:
    """The conjunction of conditions of which some may be absent."""
    present = [c for c in conditions if c is not None]
    if not present:
        return None
    result = present[0]
    for c in present[1:]:
        result = result & c
    return result


def window_text(window: Window, lang: Lang) -> str:
    """`last month`, `上月`, `the 30 days up to the as-of date` …"""
    if window.unit in ("days", "months"):
        key = f"metrics.window.{window.unit}"
        if lang == "en" and window.n == 1:
            key += "_one"
        return text(key, lang, n=window.n)
    return text(f"metrics.window.{window.unit}_{min(window.n, 1)}", lang)
