"""How old the newest facts are: one definition for every page, report and message."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo


def days_old(last_day: date | None, now: datetime, timezone: str) -> int | None:
    """Days from the newest sale to today, today being the local date in the scheme's time zone; 0 is today, null where
    nothing was sold.

    >>> from datetime import UTC
    >>> days_old(date(2026, 5, 1), datetime(2026, 5, 1, 17, tzinfo=UTC), "Asia/Shanghai")
    1
    """
    return None if last_day is None else (now.astimezone(ZoneInfo(timezone)).date() - last_day).days
