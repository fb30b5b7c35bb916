"""Customers: lists, one customer, why he is in which class, where he stands, his orders; levels given by hand."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from ninja.params.functions import Query

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.explain import MetricValue
from custrata.usecases.customers.columns import ListColumn
from custrata.usecases.customers.orders import order_page
from custrata.usecases.customers.profile import Profile, profile
from custrata.usecases.customers.query import ListQuery
from custrata.usecases.customers.table import table_page
from custrata.usecases.levels.standing import standing
from custrata.usecases.listing import segment_title
from custrata.usecases.look import Result
from custrata.web.access import Can
from custrata.web.api import operation
from custrata.web.api import shapes_customers as shapes
from custrata.web.api.customers_shown import level_title, override_shown, past, steps
from custrata.web.api.parts import overrides  # noqa: F401 - addresses below a customer's come before his own
from custrata.web.api.shapes import ANY_ID
from custrata.web.bought import baskets
from custrata.web.list_address import ListAddress
from custrata.web.site import site
from custrata.web.trail import record

TAGS = ["customers"]
_OWN = ("q", "where", "sort", "columns", "page", "size", "run")
_FILTERS = ("c", "min", "max", "v")
_TEXT = {"type": "string", "maxLength": 200}
#: Filters have the names of segments, metrics and attributes in theirs, which no list of parameters can foresee.
_SAID = {"parameters": [{
    "name": "filters", "in": "query", "required": False, "style": "form", "explode": True,
    "description": "c.SEGMENT classes; min.METRIC, max.METRIC bounds (2万, 20%); v.ATTRIBUTE values. Can be repeated.",
    "schema": {"type": "object", "maxProperties": 4,
               "patternProperties": {r"^(c|min|max|v)\.[A-Za-z]{1,20}$": _TEXT}, "additionalProperties": False},
}]}  # fmt: skip


@operation("GET", "/customers", can=Can.LOOK, response=shapes.CustomerPage, tags=TAGS, of_run=True, said=_SAID)
def list_customers(
    request: Any, q: str = Query("", max_length=200), where: str = Query("", max_length=4000),
    sort: str = Query("", max_length=200), columns: list[str] = Query([], max_length=100),  # noqa: B008
    page: int = Query(1, ge=1, le=10_000_000), size: int = Query(50, ge=1, le=500), run: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A page of the customers, searched, filtered and sorted as the list of the pages is.

    `where` is a condition as in schemes (`年消费 >= 2万 and RFM in (重要价值)`), `sort` the key of a column, with `-`
    before it from the largest down, `columns` keys, repeated or separated by commas.
    """
    result, lang = request.result(run or None), request.sight.lang
    found = table_page(result, asked_of(request, columns), lang, page, size)
    rows = found.rows if found.number == page else []
    return {
        "run": result.run_id, "as_of": result.as_of, "total": found.total, "page": page, "size": size,
        "sort": found.sort, "columns": [_column(c) for c in found.columns], "rows": rows,
    }  # fmt: skip


def asked_of(request: Any, columns: list[str]) -> ListQuery:
    """The list that the parameters of a request mean. E-WEB-069 for one that means nothing: a list never leaves a
    filter out unsaid."""
    for name in request.GET:
        kind, dot, rest = name.partition(".")
        if name not in _OWN and not (dot and rest and kind in _FILTERS):
            values = {"name": name[:80], "known": ", ".join(_OWN), "suggestion": did_you_mean(name, _OWN)}
            raise CustrataError(Problem("E-WEB-069", name[:80], values))
    keys = dict.fromkeys(k.strip() for said in columns for k in said.split(",") if k.strip())
    return replace(ListAddress.read(request.GET).query, columns=tuple(keys))


@operation("GET", "/customers/{path:id}/classes", can=Can.LOOK, response=shapes.Explained, tags=TAGS, said=ANY_ID)
def get_classes(request: Any, id: str, run: str | None = None) -> dict[str, Any]:
    """Every class of a customer and why: the rule, the numbers, the cuts."""
    result, lang = request.result(run or None), request.sight.lang
    told = result.explain(result.surviving(id), lang, 1)
    classes = [
        {"segment": c.segment, "title": segment_title(result.scheme, c.segment, lang), "kind": c.kind,
         "class": c.class_, "key": c.key, "rule": c.rule, "numbers": c.numbers, "cuts": c.cuts,
         "conditions": [{"class": k, "condition": said, "holds": holds} for k, said, holds in c.conditions]}
        for c in told.classes
    ]  # fmt: skip
    record(request.sight.name, "see customer", told.customer_id)
    return {
        "run": result.run_id, "as_of": told.as_of, "id": told.customer_id, "classes": classes,
        "metrics": [_metric(m) for m in told.metrics],
    }  # fmt: skip


@operation("GET", "/customers/{path:id}/level", can=Can.LOOK, response=list[shapes.Standing], tags=TAGS, said=ANY_ID)
def get_level(request: Any, id: str) -> list[dict[str, Any]]:
    """Where a customer stands on every ladder now: since when, what he lacks to the next level, what keeps this one."""
    result, here, lang = request.result(), site(), request.sight.lang
    own = result.surviving(id)
    record(request.sight.name, "see customer", own)
    found = standing(here.workspace, here.store, result, own, lang) if result.scheme.levels else []
    return [
        {"ladder": s.ladder, "level": s.level, "title": level_title(result, s.ladder, s.level, lang), "since": s.since,
         "rule_level": s.rule_level, "promised": s.promised, "failing": s.failing, "grace_ends": s.grace_ends,
         "next": s.next, "to_next": steps(s, "next"), "to_keep": steps(s, "keep"), "benefits": dict(s.benefits),
         "override": None if s.override is None else override_shown(s.override, request.sight)}
        for s in found
    ]  # fmt: skip


@operation("GET", "/customers/{path:id}/orders", can=Can.LOOK, response=shapes.OrderList, tags=TAGS, said=ANY_ID)
def get_orders(
    request: Any, id: str, page: int = Query(1, ge=1, le=1_000_000), size: int = Query(50, ge=1, le=500),
    run: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The orders of a customer, the latest first."""
    found = order_page(request.result(run or None), id, page, size)
    record(request.sight.name, "see customer", found.customer_id)
    return {"id": found.customer_id, "total": found.total, "page": page, "size": size, "rows": list(found.rows)}


@operation("GET", "/customers/{path:id}/history", can=Can.LOOK, response=shapes.Past, tags=TAGS, said=ANY_ID)
def get_history(request: Any, id: str) -> dict[str, Any]:
    """What has happened to a customer's levels and profile, the latest first."""
    result = request.result()
    own = result.surviving(id)
    record(request.sight.name, "see customer", own)
    return {"id": own, "events": past(request, result, own)}


@operation("GET", "/customers/{path:id}", can=Can.LOOK, response=shapes.Customer, tags=TAGS, said=ANY_ID)
def get_customer(request: Any, id: str, run: str | None = None) -> dict[str, Any]:
    """One customer: profile, numbers, classes, levels. An id may have any character in it."""
    result, here, lang = request.result(run or None), site(), request.sight.lang
    found = profile(here.workspace, here.store, result, id, lang, 1)
    told = found.explanation
    record(request.sight.name, "see customer", found.id)
    return {
        "run": result.run_id, "as_of": result.as_of, "id": found.id, "asked": found.asked, "merged": found.merged,
        "name": found.name, "classes": {c.segment: c.class_ for c in told.classes},
        "profile": [
            {"column": c.column.attribute, "title": c.column.title, "value": c.value, "masked": bool(c.column.hidden)}
            for c in found.cells
        ],
        "metrics": [_metric(m) for m in told.metrics], "orders": told.orders_total,
        "interactions": told.interactions_total, "bought": _bought(request, result, found),
        "levels": [
            {"ladder": s.ladder, "level": s.level, "title": level_title(result, s.ladder, s.level, lang),
             "since": s.since}
            for s in found.levels
        ],
    }  # fmt: skip


def _bought(request: Any, result: Result, found: Profile) -> list[dict[str, Any]]:
    if found.bought is None:
        return []
    told = baskets(result, request.sight, found.bought, wait=True)["baskets"].values()
    return [{"by": b.by, "rows": [asdict(r) for r in b.rows], "more": b.more, "rest": b.rest} for b in told]


def _column(column: ListColumn) -> dict[str, Any]:
    return {
        "key": column.key, "title": column.title, "style": column.style, "group": column.group,
        "meaning": column.meaning, "masked": bool(column.hidden),
    }  # fmt: skip


def _metric(m: MetricValue) -> dict[str, Any]:
    return {
        "name": m.name, "kind": m.kind, "value": m.value, "unit": m.unit, "meaning": m.sentence, "first": m.first,
        "last": m.last, "because": m.because or None,
    }  # fmt: skip
