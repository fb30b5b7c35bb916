"""Which moments a rhythm means in a time zone: the latest that is due by now, and the next."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from custrata.core.schedule.rhythm import Rhythm


def latest_due(rhythm: Rhythm, zone: str, now: datetime) -> datetime:
    """The latest moment of a rhythm that has come by `now`, in UTC.

    >>> from custrata.core.schedule.rhythm import parse_rhythm
    >>> daily, now = parse_rhythm("daily at 02:30"), datetime(2024, 6, 1, 20, tzinfo=UTC)
    >>> latest_due(daily, "Asia/Shanghai", now), latest_due(daily, "UTC", now)  # doctest: +NORMALIZE_WHITESPACE
    (datetime.datetime(2024, 6, 1, 18, 30, tzinfo=datetime.timezone.utc),
     datetime.datetime(2024, 6, 1, 2, 30, tzinfo=datetime.timezone.utc))
    """
    # A day that a zone skips is made up on the next one, so tomorrow's place in the calendar may have come already.
    day = rhythm.latest(now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1))
    while (found := moment(day, rhythm.at, zone)) > now:
        day = rhythm.latest(day - timedelta(days=1))
    return found


def next_due(rhythm: Rhythm, zone: str, now: datetime) -> datetime:
    """The first moment of a rhythm after `now`, in UTC."""
    day = rhythm.latest(now.astimezone(ZoneInfo(zone)).date() - timedelta(days=1))
    while (found := moment(day, rhythm.at, zone)) <= now:
        day = rhythm.following(day)
    return found


def moment(day: date, at: time, zone: str) -> datetime:
    """A local time as a moment in UTC: the first of two where clocks were put back; where they were put forward over
    it, the next moment that there is.

    >>> moment(date(2024, 3, 31), time(2, 30), "Europe/Berlin").astimezone(ZoneInfo("Europe/Berlin")).time()
    datetime.time(3, 0)
    >>> moment(date(2024, 10, 27), time(2, 30), "Europe/Berlin").time()
    datetime.time(0, 30)
    """
    place, plain = ZoneInfo(zone), datetime.combine(day, at)
    found = plain.replace(tzinfo=place).astimezone(UTC)
    if found.astimezone(place).replace(tzinfo=None) == plain:
        return found
    # In a gap: reckoned with the offset after it the moment lies before the change, with the one before it, behind.
    before = plain.replace(tzinfo=place, fold=1).astimezone(UTC)
    low, high = int(before.timestamp()), int(found.timestamp())
    offset = found.astimezone(place).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, place).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)
