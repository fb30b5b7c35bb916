"""The scheme: the text in force, its versions, drafts and the way of one into force."""

from __future__ import annotations

import re
from typing import Any

from ninja import Status
from ninja.params.functions import Query

from custrata.core.errors import CustrataError
from custrata.core.scheme.model import Scheme
from custrata.web import versions
from custrata.web.access import Can
from custrata.web.api import operation
from custrata.web.api import shapes_scheme as shapes
from custrata.web.api.customers_shown import written
from custrata.web.api.shapes import Number
from custrata.web.models import Version
from custrata.web.trail import record

TAGS = ["scheme"]


@operation("GET", "/scheme", can=Can.LOOK, response=shapes.SchemeText, tags=TAGS)
def get_scheme(request: Any) -> dict[str, Any]:
    """The scheme in force, with its text."""
    now = versions.in_force()
    return _text(request, now, now)


@operation("GET", "/scheme/versions", can=Can.LOOK, response=list[shapes.VersionShown], tags=TAGS)
def list_versions(request: Any, limit: int = Query(50, ge=1, le=500)) -> list[dict[str, Any]]:
    """Every version of the scheme that somebody saved, the newest first."""
    now = versions.in_force()
    return [_shown(request, v, now) for v in Version.objects.order_by("-id")[:limit]]


@operation("GET", "/scheme/versions/{id}", can=Can.LOOK, response=shapes.SchemeText, tags=TAGS)
def get_version(request: Any, id: Number) -> dict[str, Any]:
    """One version of the scheme, with its text."""
    return _text(request, versions.version(id), versions.in_force())


@operation("POST", "/scheme/check", can=Can.SCHEME, response=shapes.CheckedText, tags=TAGS)
def check_scheme(request: Any, body: shapes.SaidText) -> dict[str, Any]:
    """Says what is wrong with a text; keeps nothing."""
    try:
        Scheme.parse(versions.plain_lines(body.text))
    except CustrataError as error:
        found = [{**p.as_json(request.sight.lang), "line": _line(p.place)} for p in error.problems]
        return {"sound": False, "faults": found}
    return {"sound": True, "faults": []}


@operation("POST", "/scheme/versions", can=Can.SCHEME, response={201: shapes.SchemeText}, tags=TAGS)
def save_version(request: Any, body: shapes.WantedVersion) -> Any:
    """Keeps a text as a draft, sound or not; who may publish makes it the scheme in force."""
    now = versions.in_force()
    base = versions.version(body.base) if body.base is not None else now
    made = versions.save(body.text, request.sight.name, body.reason, base)
    record(request.sight.name, "draft scheme", f"version {made.pk}", reason=made.reason)
    return Status(201, _text(request, made, now))


@operation("POST", "/scheme/versions/{id}/publish", can=Can.PUBLISH, response=shapes.SchemeText, tags=TAGS)
def publish_version(request: Any, id: Number, body: shapes.WantedPublish) -> dict[str, Any]:
    """Makes a draft the scheme in force, from the next run on; an older version comes into force again as a new one."""
    found, who = versions.version(id), request.sight.name
    if found.published_at is None:
        made = versions.publish(found, who)
        record(who, "publish scheme", f"version {made.pk}", by=found.who, reason=made.reason)
    else:
        made = versions.back_to(found, who, body.reason)
        record(who, "roll back scheme", f"version {made.pk}", to=found.pk, reason=made.reason)
    return _text(request, made, made)


def _shown(request: Any, version: Any, now: Any) -> dict[str, Any]:
    published = version.published_at
    if version.pk == now.pk:
        state = "in force"
    elif published is not None:
        state = "past"
    elif version.dropped_at is not None:
        state = "dropped"
    else:
        state = "draft" if version.base_id == now.pk else "passed"
    return {
        "id": version.pk, "state": state, "who": version.who, "at": version.at,
        "published_at": published, "base": version.base_id,
        "reason": written(version.reason, request.sight),
    }  # fmt: skip


def _text(request: Any, version: Any, now: Any) -> dict[str, Any]:
    return {**_shown(request, version, now), "text": version.text}


def _line(place: str) -> int | None:
    match = re.search(r":(\d+)", place)
    return int(match[1]) if match else None
