"""What a customer buys, as pages show it: the customer's own parts at once, those of all customers once reckoned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from custrata.core.measure.bought import Basket
from custrata.core.measure.bought import Bought as Item
from custrata.usecases.customers.bought import Bought, usual, with_usual
from custrata.usecases.look import Result
from custrata.web.access import Sight
from custrata.web.movements import known, remembered
from custrata.web.profiles import whom
from custrata.web.site import site

#: From so many times the usual part on, and from this part of a customer's spend, it is worth a sentence.
_TIMES, _PART = 1.5, 0.1


def baskets(result: Result, sight: Sight, found: Bought, *, wait: bool = False) -> dict[str, Any]:
    """`baskets` by what they are summed by, `striking` the one that tells most, and whether the parts of all customers
    are still `awaited`: of many orders they take a while, once a run."""
    key = ("usual", str(site().workspace.path), result.run_id, whom(sight))
    everybody = remembered(key, lambda: usual(result)) if wait else known(key)
    told = list(found.baskets) if everybody is None else with_usual(found.baskets, everybody)
    return {
        "baskets": {b.by: b for b in told}, "striking": _striking(told), "awaited": everybody is None,
        "total": sum((r.spend for r in told[0].rows), told[0].rest) if told else None,
    }  # fmt: skip


def _striking(told: Sequence[Basket]) -> Item | None:
    """The category of which the customer buys most beyond what all do."""
    items = [i for b in told if b.by == "category" for i in b.rows if i.name is not None]
    found = [i for i in items if (i.times or 0) >= _TIMES and (i.share or 0) >= _PART]
    return max(found, key=lambda i: (i.share or 0) - (i.usual or 0), default=None)
