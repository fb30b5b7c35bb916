"""Membership years: which days of each customer lie in the year since the last anniversary of his joining."""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.ids import like
from custrata.core.windows import Window

if TYPE_CHECKING:
    from custrata.core.metrics.base import FactTables

_WHO = "_member"
#: First day of the membership year of the as-of date, of the one before it and of the one before that; null where the
#: customer has none. Facts have them beside their own columns where a metric counts by membership years.
STARTS = ("_year_0", "_year_1", "_year_2")
#: How many days of the year before are compared with those that have passed of this one, less one.
_PASSED = "_passed"
_ALL_DAYS = 366


def joining_days(orders: ir.Table, customers: ir.Table | None) -> ir.Table:
    """`customer_id` and `joined`, the day on which each customer joined: what the customers source says (`joined_at`),
    or the day of his first purchase where it says nothing. No row for who has neither.
    """
    if customers is None or "joined_at" not in customers.columns:
        return _first_purchases(orders)
    joined: Any = customers.joined_at
    who = like(customers.customer_id, orders.customer_id.type())
    known = customers.select(customer_id=who, joined=joined.cast(dt.date))
    known = known.filter(known.customer_id.notnull() & known.joined.notnull())
    return known.union(_first_purchases(orders.anti_join(known, "customer_id")))


def _first_purchases(orders: ir.Table) -> ir.Table:
    bought = orders.filter(orders.purchase & orders.customer_id.notnull())
    return bought.group_by("customer_id").aggregate(joined=bought.day.min().cast(dt.date))


def joined_of(facts: FactTables) -> ir.Table:
    """`joining_days` of the customers of some facts, computed once."""
    return facts.once("joining_days", lambda: joining_days(facts.orders, facts.customers))


def with_membership_years(facts: FactTables, as_of: date) -> FactTables:
    """The facts, each with the membership years of its customer beside it."""
    years = _years(joined_of(facts), as_of)

    def beside(t: ir.Table | None) -> Any:
        if t is None:
            return None
        return t.left_join(years, t.customer_id == years[_WHO]).select(*t.columns, *STARTS, _PASSED)

    return replace(
        facts, orders=beside(facts.orders), lines=beside(facts.lines), interactions=beside(facts.interactions),
        assets=beside(facts.assets),
    )  # fmt: skip


def _years(joined: ir.Table, as_of: date) -> ir.Table:
    """The years of each customer who joined up to the as-of date, as dates: comparing a fact's day with one costs less
    than taking every day apart into numbers."""
    t = joined.filter(joined.joined <= as_of)
    here: Any = _anniversary(t.joined, as_of.year)
    came = here <= as_of
    columns = {}
    for back, name in enumerate(STARTS):
        latest, other = (_anniversary(t.joined, as_of.year - back - years) for years in (0, 1))
        start: Any = ibis.ifelse(came, latest, other)
        columns[name] = ibis.ifelse(start >= t.joined, start, ibis.null(dt.date))
    # A year that is over is compared with the whole of the one before.
    following = ibis.ifelse(came, _anniversary(t.joined, as_of.year + 1), here)
    over = following == as_of + timedelta(days=1)
    passed = ibis.literal(as_of).delta(columns[STARTS[0]], unit="day")
    return t.select(**{_WHO: t.customer_id}, **columns, **{_PASSED: ibis.ifelse(over, _ALL_DAYS, passed)})


def _anniversary(day: Any, year: int) -> Any:
    """`windows.anniversary`, row-wise: made from year, month and day, which every engine can."""
    number = day.month() * 100 + day.day()
    in_month = day.day() if calendar.isleap(year) else ibis.ifelse(number == 229, 28, day.day())
    return ibis.date(ibis.literal(year), day.month(), in_month)


def in_own_days(rows: ir.Table, window: Window) -> Any:
    """Whether the day of a fact, which has the years of its customer beside it, lies in the window."""
    day: Any = rows.day
    started = day >= rows[STARTS[window.n]]
    return started if window.n == 0 else started & (day < rows[STARTS[window.n - 1]])


def in_own_days_before(rows: ir.Table, window: Window) -> Any:
    """Whether it lies in the membership year before that of the window; of a year that is not over yet, in as many days
    of the one before."""
    whole = in_own_days(rows, Window(window.unit, window.n + 1))
    if window.n:
        return whole
    day: Any = rows.day
    return whole & (day.delta(rows[STARTS[1]], unit="day") <= rows[_PASSED])


def months_of_own_days(rows: ir.Table, window: Window, as_of: date) -> tuple[Any, Any]:
    """The first and the last month of the window, as months since the year 0: aggregates over one customer's rows, of
    which all say the same."""
    first: Any = rows[STARTS[window.n]].max()
    from_ = first.year() * 12 + first.month()
    if window.n == 0:
        return from_, ibis.literal(as_of.year * 12 + as_of.month)
    after: Any = rows[STARTS[window.n - 1]].max()
    # The day before the first of a month lies in the month before.
    return from_, after.year() * 12 + after.month() - ibis.ifelse(after.day() == 1, 1, 0)
