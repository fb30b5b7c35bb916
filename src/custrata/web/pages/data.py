"""Where the data comes from, and the work that brings it in."""

from __future__ import annotations

from django.http import HttpResponse

from custrata.web.access import Can
from custrata.web.models import Job
from custrata.web.page import Request, page
from custrata.web.show import show


@page("data/", can=Can.DATA, nav=50)
def data(request: Request) -> HttpResponse:
    return show(request, "data.html.j2", {"jobs": list(Job.objects.order_by("-id")[:20])})


@page("data/import/", can=Can.DATA, name="import")
def import_(request: Request) -> HttpResponse:
    return show(request, "data.html.j2", {"jobs": []})
