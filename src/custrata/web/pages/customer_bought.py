"""What one customer buys, beside all customers: the part of the customer's page that may take a while."""

from __future__ import annotations

from django.http import HttpResponse

from custrata.usecases.customers.bought import bought_by
from custrata.web.access import Can
from custrata.web.bought import baskets
from custrata.web.page import Request, page
from custrata.web.show import show
from custrata.web.trail import record


@page("bought/customers/<path:id>/", can=Can.LOOK, part=True)
def customer_bought(request: Request, id: str) -> HttpResponse:
    """Raises E-RUN-004 where this reader has no such customer."""
    result = request.result()
    own = result.surviving(id)
    record(request.sight.name, "see customer", own)
    found = bought_by(result, own)
    told = None if found is None else baskets(result, request.sight, found, wait=True)
    values = {"bought": told, "id": own, "currency": result.scheme.currency}
    return show(request, "parts/customer_bought.html.j2", values)
