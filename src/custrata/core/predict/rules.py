"""Rules that a tree finds: what they ask of a few numbers, and how many customers of each class they hold for."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict


class Range(BaseModel):
    """What a rule asks of one number: `above` < number ≤ `up_to`; null is no bound. `known` and
    `lacking`: whether customers with the number belong, and those without it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    above: Decimal | None = None
    up_to: Decimal | None = None
    lacking: bool = False
    known: bool = True


class Rule(BaseModel):
    """A leaf of the tree: what it asks, the class (by its number) that most of its customers belong to, and how many
    customers of each class are in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ranges: tuple[Range, ...]
    most: int
    customers: tuple[int, ...]

    def share(self, of: int) -> float:
        """Which share of the customers in it belong to a class."""
        return self.customers[of] / max(sum(self.customers), 1)
