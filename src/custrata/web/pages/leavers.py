"""Those who stopped buying: what sets them apart, as it was worked out last, and asking for it anew."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.apart_kept import newest
from custrata.web import jobs
from custrata.web.access import Can
from custrata.web.models import Job
from custrata.web.page import Request, address, page
from custrata.web.reading import has_run
from custrata.web.show import show
from custrata.web.site import site

#: Days of buying before, and of silence after, to choose from.
DAYS = ("30", "60", "90", "180", "365")


@page("segments/-/leavers/", can=Can.LOOK, whole=True)
def leavers(request: Request) -> HttpResponse:
    """Of everybody: who sees some of the customers only is not told of it."""
    if not has_run():
        return show(request, "empty.html.j2")
    result, found = request.result(), newest(site().workspace.home)
    words = found.words(result.scheme, request.sight.lang) if found is not None else None
    values: dict[str, Any] = {
        "found": found, "told": words, "choices": DAYS, "chosen": str(found.days) if found else "90",
        "old": found is not None and found.until < result.as_of,
        "working": Job.objects.filter(kind="leavers", state__in=("waiting", "running")).first(),
    }  # fmt: skip
    return show(request, "segments/leavers.html.j2", values)


@page("segments/-/leavers/make/", can=Can.DATA, methods=("POST",))
def make_leavers(request: Request) -> HttpResponse:
    """Asks for it to be worked out with so many days."""
    days = request.POST.get("days", "")
    if days not in DAYS:
        raise CustrataError(Problem("E-WEB-130", "days", {"value": days[:40], "known": ", ".join(DAYS)}))
    job = jobs.ask("leavers", request.sight.name, days=int(days))
    return HttpResponseRedirect(address("job", id=job.pk))
