"""Drift between runs, and what sets a class or those who stopped buying apart."""

from __future__ import annotations

from typing import Any

from ninja import Status
from ninja.params.functions import Query

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.apart import apart_of
from custrata.usecases.apart_kept import newest
from custrata.usecases.apart_words import Words, as_document
from custrata.usecases.drift import drift_of, other_run
from custrata.usecases.drift_files import as_document as drift_document
from custrata.web import jobs
from custrata.web.access import Can
from custrata.web.api import operation, shapes
from custrata.web.api import shapes_apart as own
from custrata.web.api.parts.work import job_shown
from custrata.web.movements import remembered
from custrata.web.profiles import whom
from custrata.web.site import site

TAGS = ["results"]


@operation("GET", "/drift", can=Can.LOOK, response=own.DriftShown, tags=TAGS, everybody=True)
def get_drift(
    request: Any, run: str | None = None, against: str | None = Query(None, max_length=200)
) -> dict[str, Any]:
    """How far metrics and classes have moved from an earlier run (by default the one about a month before) to a run
    (by default the current one), and which cuts have lost their meaning."""
    workspace, lang = site().workspace, request.sight.lang
    now = request.result(run or None)
    then = other_run(workspace, workspace.run(now.run_id), against or None)
    key = ("drift", str(workspace.path), *whom(request.sight), now.run_id, then.id, lang)
    return remembered(key, lambda: drift_document(drift_of(now, request.result(then.id), lang), lang))


@operation("GET", "/segments/{name}/apart", can=Can.LOOK, response=own.ApartShown, tags=TAGS, of_run=True)
def get_apart(
    request: Any, name: str, class_: str = Query(..., max_length=200, alias="class"), run: str | None = None
) -> dict[str, Any]:
    """What sets the customers of a class apart from all others, in rules that were tried on customers kept aside; of
    the customers that the reader sees."""
    result, sight = request.result(run or None), request.sight
    segment = result.meant(name)
    seen = (*whom(sight), sight.may(Can.PERSONAL), sight.lang)

    def tell() -> dict[str, Any]:
        found = apart_of(result, segment, class_)
        return as_document(Words(found, result.scheme, result.as_of, sight.lang))

    return remembered(("apart document", str(site().workspace.path), result.run_id, segment, class_, *seen), tell)


@operation("GET", "/leavers", can=Can.LOOK, response=own.LeaversShown, tags=TAGS, everybody=True)
def get_leavers(request: Any) -> dict[str, Any]:
    """What sets those apart who stopped buying, as it was worked out last."""
    found = newest(site().workspace.home)
    if found is None:
        raise CustrataError(Problem("E-WEB-131", "", {}))
    words = found.words(request.result().scheme, request.sight.lang)
    return {"at": found.at, "day": found.day, "days": found.days, "until": found.until, "apart": as_document(words)}


@operation("POST", "/leavers", can=Can.DATA, response={202: shapes.Job}, tags=TAGS, everybody=True)
def start_leavers(request: Any, body: own.WantedLeavers) -> Any:
    """Works out anew what sets those apart who stopped buying: an evaluation of a past day."""
    return Status(202, job_shown(jobs.ask("leavers", request.sight.name, days=body.days)))
