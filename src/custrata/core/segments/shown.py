"""How the cuts that a model finds are told to people: no finer than their unit is read, and still true.

Cuts are kept and compared exactly; this is only their face. A cut that lies between customers' values (a mean) is
moved to the side on which it parts the same customers: 58.04 days is told as `< 58.1` and as `≥ 58.1`, an amount of
5,477.2263 as `> 5,477.22` and `≤ 5,477.22`. One that is some customer's own value is rounded as his value is where it
is shown.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from custrata.core.conditions.tree import plain
from custrata.core.segments.base import Scope

_PLACES = {"days": 1, "count": 1, "money": 2}
#: Ratios, scores and numbers without a unit.
_OTHERS = 4


def cut_text(value: Decimal | None, unit: str, *, between: bool = False, down: bool = False) -> str:
    """A cut as people read it: money with at most two decimals, days and counts with one, other numbers with four.

    `between` says that it lies between values, `down` that the values below it are the good ones (`<` and `≥` instead
    of `>` and `≤`). A value with no more decimals than are shown lies on the same side of what is shown.

    >>> cut_text(Decimal("58.7797"), "days", between=True, down=True), cut_text(Decimal("58.04"), "days", between=True)
    ('58.8', '58')
    >>> cut_text(Decimal("444.166666667"), "money"), cut_text(Decimal("12000.0000"), "money"), cut_text(None, "days")
    ('444.17', '12,000', '—')
    """
    if value is None:
        return "—"
    toward = (ROUND_CEILING if down else ROUND_FLOOR) if between else ROUND_HALF_UP
    # Adding nothing makes a rounded −0 a plain 0.
    shown = plain(value.quantize(Decimal(1).scaleb(-_PLACES.get(unit, _OTHERS)), rounding=toward) + 0)
    return shown.replace("-", "−")


def unit_of(scope: Scope, name: str) -> str:
    """The unit of a metric; empty for what is none, such as a score."""
    metric = scope.metrics.get(name)
    return str(getattr(metric, "unit_", metric.unit)) if metric is not None else ""
