"""What the fit of a lifecycle keeps."""

from __future__ import annotations

from decimal import Decimal

from custrata.core.segments.base import Params


class LifecycleParams(Params):
    """`rhythm`: everybody's, in days: the median of the repeat buyers' mean gaps between purchase days (or what the
    scheme says). `quartiles`: a quarter of them buys more often than the first, a quarter less often than the second;
    null where nobody bought on two days. `mature`: purchase days from which a customer is mature."""

    rhythm: Decimal
    quartiles: tuple[Decimal, Decimal] | None
    repeaters: int
    mature: int
