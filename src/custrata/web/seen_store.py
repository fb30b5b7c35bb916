"""The store as somebody reads it who may not see personal data in full: what people wrote there is shown scrubbed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from custrata.core.personal import scrubbed
from custrata.core.store import Override
from custrata.usecases.store import Store
from custrata.web.access import Can, Sight
from custrata.web.site import site


def seen_store(sight: Sight) -> Store:
    """The store for reading; reasons and comments have no number or address in them that this reader may not see."""
    store: Any = site().store
    return store if sight.may(Can.PERSONAL) else _Scrubbed(store)


def seen_overrides(found: Iterable[Override], sight: Sight) -> list[Override]:
    """Levels given by hand with their reasons as this reader may see them."""
    full = sight.may(Can.PERSONAL)
    return [o if full else replace(o, reason=scrubbed(o.reason)) for o in found]


class _Scrubbed:
    """A store whose overrides and verdicts say nothing personal; everything else is the store's own."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def overrides(self, *asked: Any, **more: Any) -> list[Override]:
        return [replace(o, reason=scrubbed(o.reason)) for o in self._store.overrides(*asked, **more)]

    def verdicts(self, *asked: Any, **more: Any) -> list[Any]:
        return [replace(v, comment=scrubbed(v.comment)) for v in self._store.verdicts(*asked, **more)]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
