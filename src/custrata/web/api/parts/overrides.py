"""Levels given by hand."""

from __future__ import annotations

from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.levels.by_hand import Given, give, take_back
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
