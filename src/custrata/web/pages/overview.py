"""The first page: how business goes, who the customers are, and what waits for the reader."""

from __future__ import annotations

from django.http import HttpResponse

from custrata.usecases.overview import DAYS, overview
from custrata.web.access import Can
from custrata.web.draw import segment_chart
from custrata.web.movements import movement_told, remembered
from custrata.web.page import Request, page
from custrata.web.reading import has_run
from custrata.web.show import show
from custrata.web.site import site
from custrata.web.waiting import waiting


@page("", can=Can.LOOK, nav=10, name="overview")
def look(request: Request) -> HttpResponse:
    if not has_run():
        return show(request, "empty.html.j2")
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, DAYS) else DAYS[1]
    result, lang = request.result(), request.sight.lang
    key = ("overview", result.run_id, str(site().workspace.path), days, lang, request.sight.scope)
    found = remembered(key, lambda: overview(result, days, lang))
    charts = [(s, segment_chart(result, name, lang, 480)) for name, s in found.segments.items()]
    values = {
        "overview": found, "charts": charts, "result": result, "days": days, "choices": DAYS,
        "waiting": waiting(request), "currency": result.scheme.currency, "moved": movement_told(request)[0],
        "old": (site().now().date() - result.last_day).days if result.last_day else None,
    }  # fmt: skip
    return show(request, "overview.html.j2", values)
