"""Refused log-ins in the audit trail: each of them as long as they are few, then counted, so that a robot that tries
names and passwords all day does not fill the disk.

Of one name that somebody has, or of one address that tries names that nobody has, so many entries an hour are written
one by one. After that one more at every doubling, and one when the hour is over; each says how many it stands for, so
that their sum is the count.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from django.contrib.auth.models import User

from custrata.web.site import site
from custrata.web.trail import record

#: Entries an hour that are written one by one, and names or addresses that are counted apart in an hour; the others
#: are counted together.
SINGLE, APART = 20, 5_000
_ELSEWHERE = "elsewhere"
_NAME = 80


@dataclass
class _Count:
    """What happened in an hour: how often, how much of it stands in the trail, and when the next entry is due."""

    hour: datetime
    n: int = 0
    told: int = 0
    due: int = SINGLE * 2


#: Workspace, verb, and the name that somebody has or else the address → what was counted.
_Key = tuple[str, str, str, str]
_counts: OrderedDict[_Key, _Count] = OrderedDict()
_turn = Lock()


def refused(verb: str, said: str, request: Any) -> None:
    """Somebody was refused who gave this name. A name that nobody has is kept by its beginning only: it is sometimes a
    password that was typed into the wrong field."""
    here, address, name = str(site().workspace.path), address_of(request), said.strip()[:_NAME]
    known = bool(name) and User.objects.filter(username=name).exists()
    key = (here, verb, name, "") if known else (here, verb, "", address)
    settle()
    with _turn:
        if key not in _counts and len(_counts) >= APART:
            key = (here, verb, "", _ELSEWHERE)
        count = _counts.setdefault(key, _Count(_hour()))
        count.n += 1
        if SINGLE < count.n < count.due:
            return
        if count.n == count.due:
            count.due *= 2
        times, count.told = count.n - count.told, count.n
    begins = {} if known else {"begins": name[:2]}
    _write(key, times, address=key[3] or address, **begins)


def settle() -> None:
    """Writes what was counted in hours that are over and does not stand in the trail yet."""
    here, now = str(site().workspace.path), _hour()
    with _turn:
        over = [k for k, c in _counts.items() if c.hour != now and k[0] == here]
        left = [(k, c) for k in over if (c := _counts.pop(k)).n > c.told]
    for key, count in left:
        where = {"address": key[3]} if key[3] else {}
        _write(key, count.n - count.told, hour=f"{count.hour:%Y-%m-%d %H:00} UTC", **where)


def _write(key: _Key, times: int, **detail: Any) -> None:
    who = key[2] or "?"
    record(who, key[1], who, **detail, **({"times": times} if times > 1 else {}))


def _hour() -> datetime:
    return site().now().replace(minute=0, second=0, microsecond=0)


def address_of(request: Any) -> str:
    """The address of the connection; of IPv6 the network, in which one machine has as many addresses as it likes."""
    said = str(request.META.get("REMOTE_ADDR") or "")
    try:
        found = ipaddress.ip_address(said)
    except ValueError:
        return said[:64]
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
