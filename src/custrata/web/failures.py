"""Work that failed and that nobody has dealt with: neither seen and put away, nor done since by a later try."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from custrata.web.models import Job
from custrata.web.trail import record

#: Key in the result of a job that says who has seen that it failed.
SEEN = "seen_by"


def failures(among: QuerySet[Any], since: datetime | None = None) -> QuerySet[Any]:
    """Failed work that waits for a person. What succeeded later, of the same kind, has mended it."""
    later = Job.objects.filter(kind=OuterRef("kind"), state="done", pk__gt=OuterRef("pk"))
    found = among.filter(state="failed").exclude(result__has_key=SEEN).exclude(Exists(later))
    return found if since is None else found.filter(ended_at__gte=since)


def put_away(job: Any, who: str) -> None:
    """Marks failed work as seen; the second who does so changes nothing."""
    if job.state == "failed" and SEEN not in (job.result or {}):
        job.result = {**(job.result or {}), SEEN: who}
        job.save(update_fields=["result"])
        record(who, "seen", f"job {job.pk}", kind=job.kind)
