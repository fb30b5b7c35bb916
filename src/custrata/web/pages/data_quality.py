"""The audit of the data: the score and its parts, what was found, and what that does to the classes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from custrata.core.errors import CustrataError
from custrata.usecases.init_wizard import has_scheme
from custrata.usecases.listing import segment_title
from custrata.web import jobs
from custrata.web.data_page import around, cannot, data_page, read_kept
from custrata.web.models import Job
from custrata.web.page import Request, address
from custrata.web.show import show
from custrata.web.site import site
from custrata.web.tasks.kept import AUDIT, kept


@data_page("data/quality/", methods=("GET", "POST"))
def quality(request: Request) -> HttpResponse:
    """The last audit, and asking for a new one."""
    here = site()
    there = has_scheme(here.workspace.path)
    if request.method == "POST":
        if not there:
            raise cannot("还没有方案", "there is no scheme yet")
        job = jobs.ask("audit", request.sight.name)
        return HttpResponseRedirect(address("job", id=job.pk))
    told = read_kept(kept(here.workspace.home, AUDIT))
    values: dict[str, Any] = {
        **around(request, "quality"), "there": there,
        "audit": told[request.sight.lang] if told else None,
        "at": datetime.fromisoformat(told["at"]) if told else None,
        "segment_title": _segment_titles(request),
        "working": Job.objects.filter(kind="audit", state__in=("waiting", "running")).first(),
    }  # fmt: skip
    return show(request, "quality.html.j2", values)


def _segment_titles(request: Request) -> Callable[[str], str]:
    """What segments are called, as far as the scheme can be read."""
    try:
        scheme = site().workspace.scheme()
    except CustrataError:
        return lambda name: name
    return lambda name: segment_title(scheme, name, request.sight.lang) if name in scheme.segments else name
