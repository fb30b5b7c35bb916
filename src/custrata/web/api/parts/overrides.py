"""Levels given by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja.params.functions import Query

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.levels.by_hand import Given, give, in_force, ladder_named, take_back
from custrata.web.access import Can
from custrata.web.api import operation
from custrata.web.api import shapes_customers as shapes
from custrata.web.api.customers_shown import override_shown
from custrata.web.api.shapes import ANY_ID, Number
from custrata.web.site import site

TAGS = ["customers"]


@operation(
    "PUT", "/customers/{path:id}/override", can=Can.CUSTOMERS, response=shapes.Override, tags=TAGS, said=ANY_ID
)  # fmt: skip
def give_level(request: Any, id: str, body: shapes.WantedOverride) -> dict[str, Any]:
    """Gives a customer a level by hand, from the next plan on; one that he had on that ladder ends."""
    here, result = site(), request.result()
    given = Given(result.surviving(id), body.level, body.kind, body.ladder, until=body.until, reason=body.reason)
    made = give(here.workspace, here.open_store, here.now, result, given, who=request.sight.name)
    return override_shown(made, request.sight)


@operation("GET", "/overrides", can=Can.LOOK, response=list[shapes.Override], tags=TAGS)
def list_overrides(
    request: Any, ladder: str | None = Query(None, max_length=200), ended: bool = False,
    limit: int = Query(200, ge=1, le=5000),
) -> list[dict[str, Any]]:  # fmt: skip
    """Levels given by hand that hold, the soonest to end first; with `ended` all that ever were, the newest first."""
    here, result = site(), request.result()
    known = ladder_named(here.workspace.scheme(), ladder) if ladder else None
    if ended:
        found = list(here.store.overrides())[::-1]
    else:
        found = sorted(in_force(here.workspace, here.open_store, here.now), key=lambda o: (o.until or date.max, o.id))
    found = [o for o in found if known is None or o.ladder == known]
    t, ids = result.customers, list({o.customer_id for o in found})
    asked = t.filter(t.customer_id.isin(ids)).select("customer_id")
    seen = {r["customer_id"] for r in result.engine.rows(asked)} if ids else set()
    return [override_shown(o, request.sight) for o in found if o.customer_id in seen][:limit]


@operation("DELETE", "/overrides/{id}", can=Can.CUSTOMERS, response=shapes.Override, tags=TAGS)
def end_override(request: Any, id: Number) -> dict[str, Any]:
    """Takes back a level given by hand: from the next plan on the rules decide again."""
    here = site()
    found = next((o for o in here.store.overrides() if o.id == id), None)
    if found is None or not _seen(request, found.customer_id):
        raise CustrataError(Problem("E-WEB-002", f"override {id}", {}))
    take_back(here.workspace, here.open_store, here.now, id, who=request.sight.name)
    ended = next(o for o in here.store.overrides(customer_id=found.customer_id) if o.id == id)
    return override_shown(ended, request.sight)


def _seen(request: Any, customer: str) -> bool:
    """Whether the reader sees a customer; who does not is told nothing of him, not even his id."""
    try:
        request.result().surviving(customer)
    except CustrataError:
        return False
    return True
