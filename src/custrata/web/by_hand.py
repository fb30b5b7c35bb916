"""Levels given by hand, as previews of ladders ask for them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from custrata.core.store import Override
from custrata.usecases.look import Result
from custrata.web.site import site


def by_hand(result: Result) -> list[Override]:
    """Those that count for levels that are worked out today on the day of a run."""
    here = site()
    today = here.now().astimezone(ZoneInfo(result.scheme.timezone)).date()
    return [o for o in here.store.overrides() if o.in_force(result.as_of, today)]
