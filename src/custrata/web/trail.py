"""The audit trail: who saw, exported and changed what. Entries stand in the store and are never changed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from custrata.core.store import AuditEntry
from custrata.web.site import site


def record(who: str, verb: str, subject: str, **detail: Any) -> None:
    """Adds an entry; `detail` holds what JSON can."""
    here = site()
    store = here.store
    with store.transaction():
        store.record(AuditEntry(here.now(), who, verb, subject, detail))


def search(
    who: str = "", verb: str = "", subject: str = "", first: str = "", last: str = "", *,
    before: int | None = None, limit: int = 100,
) -> list[Any]:  # fmt: skip
    """Entries of whom and of what these words are a part, of these days in the reader's time zone, the newest first;
    `before` goes on from an entry. A day that is none asks for nothing."""
    from custrata.store import models

    found = models.AuditEntry.objects.order_by("-id")
    for field, said in (("who", who), ("verb", verb), ("subject", subject)):
        if said:
            found = found.filter(**{f"{field}__icontains": said.replace("\x00", "")})
    if (day := _day(first)) is not None:
        found = found.filter(at__gte=_midnight(day))
    if (day := _day(last)) is not None:
        found = found.filter(at__lt=_midnight(day + timedelta(days=1)))
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found[:limit])


def _day(said: str) -> date | None:
    try:
        found = date.fromisoformat(said)
    except ValueError:
        return None
    # Midnights of the first and last day that there are lie outside of what a moment can be.
    return found if date.min + timedelta(days=2) < found < date.max - timedelta(days=2) else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())
