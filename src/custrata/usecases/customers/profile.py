"""Everything that is known of one customer: profile, classes and why, levels, what happened, how spend went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import ibis.expr.datatypes as dt

from custrata.core.explain import Explanation
from custrata.core.facts.ids import rows_of
from custrata.core.measure.months import Month, months_of, months_query
from custrata.locale import Lang
from custrata.usecases.customers.bought import Bought, bought
from custrata.usecases.customers.columns import ListColumn, list_columns
from custrata.usecases.customers.veil import Veiled
from custrata.usecases.levels.standing import LadderStanding, standing
from custrata.usecases.look import Result
from custrata.usecases.store import Store
from custrata.usecases.workspace import Workspace

#: Months of the trend, and facts of each kind in the timeline: usually, and where all are asked for.
MONTHS = 24
SHOWN, MOST = 20, 1_000


@dataclass(frozen=True)
class Cell:
    """One line of a profile."""

    column: ListColumn
    value: Any


@dataclass(frozen=True)
class Profile:
    """One customer. `merged` are the ids that count for this one, `asked` the one that was asked for where it is one of
    them. `levels` is empty where the scheme has no ladder, `bought` null where the run keeps no lines of his."""

    id: str
    name: str | None
    asked: str | None
    merged: Sequence[str]
    cells: Sequence[Cell]
    explanation: Explanation
    levels: Sequence[LadderStanding]
    months: Sequence[Month]
    bought: Bought | None


def profile(
    workspace: Workspace, store: Store, result: Result, customer_id: str, lang: Lang, shown: int = SHOWN
) -> Profile:  # fmt: skip
    """Raises E-RUN-004 where this reader has no such customer."""
    own = result.surviving(customer_id)
    with _with_orders_of(result, own) as few:
        told = few.explain(own, lang, shown)
        cells = profile_cells(few, own, lang)
        orders = few.engine.rows(few.orders) if few.orders is not None else []
        return Profile(
            own, next((c.value for c in cells if c.column.attribute == "name"), None),
            customer_id if customer_id != own else None, sorted(i for i, kept in few.same_as.items() if kept == own),
            [c for c in cells if c.column.attribute != "name"], told,
            standing(workspace, store, few, own, lang) if few.scheme.levels else [], _months(few),
            bought(few, own, orders),
        )  # fmt: skip


def profile_cells(result: Result, customer_id: str, lang: Lang) -> list[Cell]:
    """What the source tells of a customer, column by column, the name first; empty where it tells nothing of him."""
    people = result.people
    if people is None:
        return []
    own = people.filter(people.customer_id.cast(dt.string) == customer_id).limit(1)
    rows: Sequence[Mapping[str, Any]] = result.engine.rows(own)
    columns = [(c, c.attribute) for c in list_columns(result, lang).values() if c.attribute is not None]
    return [Cell(c, rows[0][name]) for c, name in columns if name in rows[0]] if rows else []


@contextmanager
def _with_orders_of(result: Result, customer_id: str) -> Iterator[Result]:
    """The result with the orders of one customer alone, computed: everything told of them is one search. They are gone
    afterwards, however many customers are looked at."""
    if result.orders is None:
        yield result
        return
    with result.engine.passing("orders_of", rows_of(result.orders, customer_id)) as few:
        found = replace(result, orders=few)
        if isinstance(found, Veiled) and found.full is not None:
            found = replace(found, full=replace(found.full, orders=few))
        yield found


def _months(result: Result) -> list[Month]:
    if result.orders is None:
        return []
    return months_of(result.engine.rows(months_query(result.orders)), result.as_of, MONTHS)


@dataclass(frozen=True)
class Event:
    """Something that happened on a day: `kind` says what, `values` what is told, `rank` sorts those of one day."""

    day: date
    kind: str
    values: Mapping[str, Any]
    rank: str = ""


def events(found: Profile) -> list[Event]:
    """Orders, returns, contacts and moves between levels, as far as the profile has them; in no order."""
    told = found.explanation
    listed = [
        Event(o["day"], "order" if o["gross"] > 0 or o["purchase"] else "return", o, str(o["order_id"] or ""))
        for o in told.orders
    ]
    listed += [Event(i["day"], "interaction", i, str(i.get("id") or "")) for i in told.interactions]
    for ladder in found.levels:
        listed += [Event(m.day, "move", {"ladder": ladder.ladder, "moved": m}, m.run) for m in ladder.history]
    return listed


def latest_first(listed: Sequence[Event]) -> list[Event]:
    """The newest day first; of one day, what was done by people before what the data tells."""
    ranks = {"note": 0, "correction": 0, "override": 0, "move": 1, "interaction": 2, "return": 3, "order": 4}
    ordered = sorted(listed, key=lambda e: e.rank, reverse=True)
    ordered.sort(key=lambda e: ranks.get(e.kind, 9))
    return sorted(ordered, key=lambda e: e.day, reverse=True)
