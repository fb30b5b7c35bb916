"""The corner shop with a scheme that has grace and brakes, and what each review moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

from corner_shops import Corner
from custrata.usecases.levels.plan import Plan

SCHEME = """
scheme: 门店会员
timezone: UTC
sources:
  orders: {file: data/*.csv, columns: {order_id: no, customer_id: who, ordered_at: day, amount: paid}}
metrics:
  spend_12m: {monetary: 12 months}
  orders_12m: {frequency: 12 months}
levels:
  member:
    VIP: {enter: "spend_12m >= 200", keep: "spend_12m >= 150", benefits: {discount: 10%}}
    plain: {enter: "orders_12m >= 1", label: {zh: 普通, en: Plain}}
    visitor: {}
    down: {after: 30 days of grace, by: one step}
    brakes: {fall: 40%}
"""


@dataclass
class Shop(Corner):
    """The workspace; its scheme is that one unless another is told."""

    @classmethod
    def opened(cls, path: Path, scheme: str = SCHEME, url: str | None = None) -> Self:
        return super().opened(path, scheme, url)

    def reviewed(self, as_of: date | None = None) -> dict[tuple[str | None, str | None, str], int]:
        """Plans and applies; who moved: (from, to, cause) → customers."""
        found = self.plan(as_of)
        if found.entry.brakes:
            self.approve(found.entry.id)
        self.apply(found.entry.id)
        return flows(found)


def flows(found: Plan) -> dict[tuple[str | None, str | None, str], int]:
    return {(f.before, f.level, f.cause): f.customers for f in found.flows}
