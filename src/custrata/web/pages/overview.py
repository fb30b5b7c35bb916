"""The first page: how business goes, who the customers are, and what waits for the reader."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse

from custrata.usecases.at_risk import AtRisk, at_risk
from custrata.usecases.fresh import days_old
from custrata.usecases.look import Result
from custrata.usecases.overview import DAYS, compositions, figures
from custrata.web.access import Can
from custrata.web.draw import segment_chart
from custrata.web.list_address import ListAddress
from custrata.web.movements import known, movement_told, remembered, seen_as
from custrata.web.page import Request, address, page
from custrata.web.profiles import whom
from custrata.web.quality import quality
from custrata.web.reading import has_run
from custrata.web.show import show
from custrata.web.site import site
from custrata.web.spend import spend_of
from custrata.web.waiting import waiting


@page("", can=Can.LOOK, nav=10, name="overview")
def look(request: Request) -> HttpResponse:
    if not has_run():
        return show(request, "empty.html.j2")
    result, lang, days = request.result(), request.sight.lang, _days(request)
    charts = [
        (name, report, segment_chart(result, name, lang, 480), spend_of(result, report.spend_metric, lang))
        for name, report in compositions(result, lang).items()
    ]
    # Of many orders they take a while, once a run: the page does not wait for them.
    told = known(_key(request, result, days))
    values = {
        "figures": told, **(_risk(request, result) if told else {}), "charts": charts, "result": result, "days": days,
        "choices": DAYS, "waiting": waiting(request), "currency": result.scheme.currency,
        "moved": movement_told(request)[0],
        # The audit is of everybody's data.
        "quality": quality() if not request.sight.scope.strip() else None,
        "old": days_old(result.last_day, site().now(), result.scheme.timezone),
    }  # fmt: skip
    return show(request, "overview.html.j2", values)


@page("figures/", can=Can.LOOK, name="figures", part=True)
def part(request: Request) -> HttpResponse:
    """The figures alone."""
    result, days = request.result(), _days(request)
    found = remembered(_key(request, result, days), lambda: figures(result, days))
    values = {"figures": found, "result": result, "currency": result.scheme.currency, **_risk(request, result)}
    return show(request, "parts/figures.html.j2", values)


def _risk(request: Request, result: Result) -> dict[str, Any]:
    """Who is about to leave, and the address of the list of all of them."""
    sight = request.sight
    # It names customers: of everybody, too, it is another one once a name is corrected.
    key = ("at risk", result.run_id, str(site().workspace.path), *seen_as(sight))
    risk: AtRisk | None = remembered(key, lambda: at_risk(result, sight.lang))
    if risk is None:
        return {"risk": None}
    return {"risk": risk, "risk_list": f"{address('customers')}?{urlencode(ListAddress(risk.query).pairs())}"}


def _days(request: Request) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in map(str, DAYS) else DAYS[1]


def _key(request: Request, result: Result, days: int) -> tuple[Any, ...]:
    return ("figures", result.run_id, str(site().workspace.path), days, whom(request.sight))
