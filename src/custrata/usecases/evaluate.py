"""Facts → classes: the one evaluation that the command line, the Python API and every later face run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.headers import OPTIONAL
from custrata.core.facts.ids import others
from custrata.core.facts.parse import FIRST_DAY, LAST_DAY
from custrata.core.metrics.base import Context, FactTables
from custrata.core.metrics.plan import (
    ALL_ORDERS,
    ALL_SPEND,
    customer_table,
    header_columns,
    line_columns,
    missing_columns,
    published,
    require_attributes,
)
from custrata.core.scan import Opened
from custrata.core.scheme.model import Scheme
from custrata.core.segments.base import Params
from custrata.core.segments.fitting import assign_all, fit_all, notes_of
from custrata.usecases.fact_set import Facts
from custrata.usecases.facts import Assembly
from custrata.usecases.ports import Engine, Progress, silent
from custrata.usecases.predictions import Predictions, read_facts, summed, with_predictions
from custrata.usecases.predictions_best import with_classes

if TYPE_CHECKING:
    from custrata.usecases.refresh import Refresh


@dataclass(frozen=True)
class Totals:
    """The company over all time up to the as-of date: customers, those who ever bought, their orders, net spend."""

    customers: int
    buyers: int
    orders: int
    spend: Decimal


@dataclass
class Evaluation:
    """A scheme applied to facts: everybody's numbers and classes, and the parameters they came from."""

    scheme: Scheme
    as_of: date
    facts: Facts
    params: Mapping[str, Params]
    numbers: ir.Table
    """`customers` before it is published: exact numbers, attributes as `@name`; what conditions are asked of."""
    numbered: bool
    """Whether every customer id is a whole number, wherever it was read; then their order is by size, else by text."""
    engine: Engine
    refreshed: int | None = None
    """Of how many customers the numbers were worked out, if not of all."""
    predictions: Predictions = field(default_factory=Predictions)

    @property
    def notes(self) -> list[Problem]:
        """What should be said of what was predicted and fitted; it stopped nothing."""
        return [*self.predictions.notes, *notes_of(self.scheme, self.params, self.as_of)]

    @cached_property
    def customers(self) -> ir.Table:
        """customer_id, every metric, every segment, then the numbers behind classes as `segment.suffix`; computed when
        first asked for."""
        return self.engine.materialise("customers", self.published())

    @cached_property
    def totals(self) -> Totals:
        """Asked for when first read."""
        return _totals(self.numbers, self.engine)

    @property
    def anew(self) -> int:
        """Of how many customers the numbers were worked out; those of the others are as in an earlier evaluation."""
        return self.totals.customers if self.refreshed is None else self.refreshed

    def published(self) -> ir.Table:
        """What `customers` computes, for who reads it once."""
        return self._published(self.numbers)

    def in_order(self) -> ir.Table:
        """The customers in the order of their ids."""
        # Sorted under the ids as they lie: whole numbers need not be made of texts again.
        who = self.numbers.customer_id
        number = self.numbered and not who.type().is_integer()
        return self._published(self.numbers.order_by(who.cast(dt.int64) if number else who))

    def _published(self, numbers: ir.Table) -> ir.Table:
        own = self.scheme.own_metrics()
        scores = [c for c in numbers.columns if "." in c and c not in own]
        columns: dict[str, Any] = {"customer_id": numbers.customer_id.cast(dt.string)}
        columns |= published(numbers, self.scheme.metrics)
        columns |= {name: numbers[name] for name in self.scheme.segments}
        columns |= published(numbers, own)
        return numbers.select(**columns, **{name: numbers[name] for name in scores})


def evaluate(
    scheme: Scheme, opened: Mapping[str, Opened], engine: Engine, *,
    today: date, as_of: date | None = None, progress: Progress = silent, whole: bool = False,
) -> Evaluation:  # fmt: skip
    """Cleans, sums, fits and assigns. `as_of` overrides the scheme's; `today` is what the scheme's `today` means.
    `whole` keeps every column of the order headers, for facts that are to be stored; else only what metrics read.

    Raises `CustrataError` for missing columns, no usable rows, metrics whose columns no source gives.
    """
    metrics = summed({**scheme.metrics, **scheme.own_metrics()})
    wanted = frozenset(OPTIONAL) if whole else header_columns({**scheme.metrics, **metrics})
    once = not whole and all(m.base == "orders" and not m.window.own for m in metrics.values())
    once = once and not read_facts(scheme.metrics)
    facts = Assembly(scheme, opened, engine, progress, wanted, once=once).facts(within_calendar(as_of), today)
    return classify(scheme, facts, engine, progress=progress)


def within_calendar(as_of: date | None) -> date | None:
    """An as-of date as it is given. Raises E-SCHEME-033 where no sale can be dated."""
    if as_of is not None and not FIRST_DAY <= as_of <= LAST_DAY:
        raise CustrataError(Problem("E-SCHEME-033", "as_of", {"value": as_of}))
    return as_of


def classify(
    scheme: Scheme, facts: Facts, engine: Engine, *, progress: Progress = silent, refresh: Refresh | None = None,
    before: Mapping[str, Params] | None = None,
) -> Evaluation:  # fmt: skip
    """Sums, fits and assigns over facts that are there. `refresh` has the numbers of the evaluation before and keeps
    those of this one: what comes out is the same. `before` are parameters of the run before: clusters keep their keys.

    Raises `CustrataError` for metrics whose columns no source gives.
    """
    own = scheme.own_metrics()
    metrics = summed({**scheme.metrics, **own})
    problems = missing_columns({**scheme.metrics, **metrics}, facts.columns, scheme.places)
    if problems:
        raise CustrataError(*problems)
    require_attributes(facts.tables, scheme.readers(), scheme.places)
    context = Context(facts.as_of, scheme.purchase.by)
    progress("metrics")

    def work_out(tables: FactTables) -> ir.Table:
        return customer_table(_line_table(tables, line_columns(metrics), engine), metrics, scheme.attributes, context)

    refreshed: int | None = None
    if refresh is None:
        table = engine.materialise("metrics", work_out(facts.tables))
    else:
        table, refreshed = refresh.numbers(facts, metrics, context, work_out)
    known = with_classes(table, scheme, facts.as_of, engine, before)
    found, predictions = with_predictions(known, scheme.metrics, scheme.places, facts, engine)
    table = found.drop(*(c for c in known.columns if c not in table.columns))
    progress("fit")
    params = fit_all(scheme, table, facts.as_of, engine, before)
    progress("assign")
    assigned = assign_all(scheme, table, params, facts.as_of, lambda t, name: engine.stage(name, t))
    numbered = table.customer_id.type().is_integer() or _all_whole(table, engine)
    return Evaluation(scheme, facts.as_of, facts, params, assigned, numbered, engine, refreshed, predictions)


def _line_table(tables: FactTables, wanted: frozenset[str], engine: Engine) -> FactTables:
    """The facts with as much of the lines as metrics read, computed once for all of them."""
    keep = engine.materialise
    if not wanted:
        return replace(tables, keep=keep)
    always = ("customer_id", "order_id", "day", "amount", "is_return", "purchase", "refunded")
    columns = [c for c in tables.lines.columns if c in always or c in wanted]
    return replace(tables, lines=engine.materialise("lines", tables.lines.select(*columns)), keep=keep)


def _all_whole(table: ir.Table, engine: Engine) -> bool:
    """Whether every customer id is a whole number as people write one. `0012` is not: it would stand beside `12`."""
    return not engine.rows(table.aggregate(n=others(table.customer_id)))[0]["n"]


def _totals(table: ir.Table, engine: Engine) -> Totals:
    orders, spend = table[ALL_ORDERS], table[ALL_SPEND]
    asked = table.aggregate(n=table.count(), buyers=(orders > 0).sum(), orders=orders.sum(), spend=spend.sum())
    found = engine.rows(asked)[0]
    spend_ = Decimal(str(found["spend"] or 0))
    return Totals(found["n"], int(found["buyers"] or 0), int(found["orders"] or 0), spend_)
