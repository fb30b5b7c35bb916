"""One customer of a result: the numbers, cuts, rules and facts behind the classes, and the id that was meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.explain import Evidence, Explanation, atom_columns, explain_row
from custrata.core.facts.columns import RATIO
from custrata.core.facts.ids import rows_of
from custrata.core.facts.interactions import SHOWN as INTERACTIONS_SHOWN
from custrata.core.identity.apply import ORIGINAL
from custrata.core.metrics.membership import joining_days
from custrata.locale import Lang
from custrata.usecases.fact_set import SHOWN
from custrata.usecases.predicted_why import with_reasons
from custrata.usecases.profile_overlay import told_of

if TYPE_CHECKING:
    from custrata.usecases.look import Result

#: Customers of a name that are offered where somebody gives one in place of an id.
_NAMED = 5
#: Facts of each kind behind a class that are shown.
SHOWN_FACTS = 20


def explain(result: Result, customer_id: str, lang: Lang | None = None, shown: int = SHOWN_FACTS) -> Explanation:
    """Numbers, cuts, rules and facts behind every class of one customer."""
    asked = str(customer_id)
    customer_id = result.same_as.get(asked, asked)
    t = exact(result, customer_id)
    rows = result.engine.rows(t.mutate(**atom_columns(result.scheme, t)))
    if not rows:
        raise CustrataError(_unknown(result, str(customer_id)))
    told = Evidence(
        *_orders(result, customer_id, shown),
        *_latest(result, result.interactions, customer_id, INTERACTIONS_SHOWN, ("kind", "id"), shown),
        _latest(result, result.assets, customer_id, ("kind", "day", "value"), ("kind", "value"), shown)[0],
    )
    joined = joining_day(result, customer_id)
    lang = lang or result.scheme.lang
    found = explain_row(result.scheme, result.params, result.as_of, rows[0], told, lang, joined)
    metrics = with_reasons(result, customer_id, found.metrics, lang)
    found = replace(found, metrics=metrics, corrections=told_of(result.engine, result.corrections, customer_id))
    return replace(found, asked=asked) if asked != customer_id else found


def joining_day(result: Result, customer_id: str) -> date | None:
    """The day from which the membership years of a customer count, as in `joining_days`; null where he has none, or
    where no metric asks for it."""
    if result.orders is None or not result.scheme.by_membership_year:
        return None
    people = result.people if result.people is not None and "joined_at" in result.people.columns else None
    own = result.orders.filter(result.orders.customer_id == customer_id)
    if people is not None:
        people = people.filter(people.customer_id.cast(dt.string) == customer_id)
    found = result.engine.rows(joining_days(own, people))
    return found[0]["joined"] if found else None


def exact(result: Result, customer_id: str) -> ir.Table:
    """The row of one customer as conditions are asked of it, attributes as `@name`; no row where there is none."""
    t: Any = result.customers.filter(result.customers.customer_id == customer_id)
    if result.people is not None:
        have = [a for a in result.scheme.attributes if a in result.people.columns]
        own = result.people.filter(result.people.customer_id.cast(dt.string) == customer_id)
        people = own.select(_who=own.customer_id.cast(dt.string), **{f"@{a}": own[a] for a in have})
        t = t.left_join(people, t.customer_id == people["_who"]).drop("_who")
    # A run publishes ratios as floats; conditions are told on the decimals that classes were assigned by.
    return t.mutate(**{c: t[c].round(9).cast(RATIO) for c, kind in t.schema().items() if kind.is_floating()})


def surviving(result: Result, customer_id: str) -> str:
    """The id under which a customer counts. Raises E-RUN-004 where there is none of that id."""
    found = result.same_as.get(str(customer_id), str(customer_id))
    own = result.customers.filter(result.customers.customer_id == found)
    if not result.engine.rows(own.aggregate(n=own.count()))[0]["n"]:
        # As it was asked for: the id under which it counts is perhaps not one that this reader may know.
        raise CustrataError(_unknown(result, str(customer_id)))
    return found


def _orders(result: Result, customer_id: str, most: int) -> tuple[list[dict[str, Any]], int]:
    """The latest orders of one customer, each with the id under which it was booked where that is another one."""
    orders, total = _latest(result, result.orders, customer_id, SHOWN, ("order_id",), most)
    booked: dict[str, list[str]] = {}
    if result.original_ids is not None and orders:
        t = result.original_ids.filter(result.original_ids.customer_id == customer_id)
        for r in result.engine.rows(t.order_by(["order_id", ORIGINAL])):
            booked.setdefault(r["order_id"], []).append(r[ORIGINAL])
    return [{**o, ORIGINAL: ", ".join(booked.get(o["order_id"], ())) or None} for o in orders], total


def _latest(
    result: Result, facts: ir.Table | None, customer_id: str, columns: Sequence[str], then: Sequence[str], most: int
) -> tuple[list[dict[str, Any]], int]:
    """The latest facts of one customer, and how many there are; of one day in the order of `then`."""
    if facts is None:
        return [], 0
    own = rows_of(facts, str(customer_id))
    ordered = own.select(*columns).order_by([ibis.desc("day"), *map(ibis.asc, then)])
    total = result.engine.rows(own.aggregate(n=own.count()))[0]["n"]
    return result.engine.rows(ordered.limit(most)), int(total)


def _unknown(result: Result, customer_id: str) -> Problem:
    like = result.customers.filter(result.customers.customer_id.contains(customer_id.strip().lstrip("0") or "0"))
    near = [r["customer_id"] for r in result.engine.rows(like.select("customer_id").order_by("customer_id").limit(50))]
    found = _by_name(result, customer_id) or did_you_mean(customer_id, near)
    return Problem("E-RUN-004", result.run_id, {"id": customer_id, "suggestion": found})


def _by_name(result: Result, said: str) -> str:
    """Ids of customers whose name holds what was said, each with its name; empty where there are none."""
    people = result.people
    if people is None or "name" not in people.columns or not said.strip():
        return ""
    same = people.filter(people.name.cast(dt.string).lower().contains(said.strip().lower()))
    rows = result.engine.rows(same.select("customer_id", "name").order_by("customer_id").limit(_NAMED + 1))
    told = ", ".join(f"{r['customer_id']} {r['name']}" for r in rows[:_NAMED])
    return f"{told} …" if len(rows) > _NAMED else told
