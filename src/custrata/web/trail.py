"""The audit trail: who saw, exported and changed what. Entries stand in the store and are never changed."""

from __future__ import annotations

from typing import Any

from custrata.core.store import AuditEntry
from custrata.web.site import site


def record(who: str, verb: str, subject: str, **detail: Any) -> None:
    """Adds an entry; `detail` holds what JSON can."""
    here = site()
    store = here.store
    with store.transaction():
        store.record(AuditEntry(here.now(), who, verb, subject, detail))
