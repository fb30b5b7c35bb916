"""The first page: how business goes, who the customers are, and what waits for the reader."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from custrata.usecases.fresh import days_old
from custrata.usecases.look import Result
from custrata.usecases.overview import DAYS, compositions, figures
from custrata.web.access import Can
from custrata.web.draw import segment_chart
from custrata.web.movements import known, movement_told, remembered
from custrata.web.page import Request, page
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
    values = {
        # Of many orders they take a while, once a run: the page does not wait for them.
        "figures": known(_key(request, result, days)), "charts": charts, "result": result, "days": days,
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
    values = {"figures": found, "result": result, "currency": result.scheme.currency}
    return show(request, "parts/figures.html.j2", values)


def _days(request: Request) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in map(str, DAYS) else DAYS[1]


def _key(request: Request, result: Result, days: int) -> tuple[Any, ...]:
    return ("figures", result.run_id, str(site().workspace.path), days, whom(request.sight))
