"""How alike two customers can be, field by field, from the same down to different; and how likely each is by itself.

These are the comparison levels of the Fellegi–Sunter model (Fellegi, Sunter: A Theory for Record Linkage, JASA 64,
1969). `m` is the chance of a level where two records are one customer, `u` where they are two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

#: The number of a level where one of the two says nothing; it speaks neither for nor against.
UNKNOWN = -1


@dataclass(frozen=True)
class Level:
    """`m` as we take it where the data cannot tell; `block` is the blocking rule that finds every pair of the level."""

    name: str
    m: float
    block: str | None = None


@dataclass(frozen=True)
class Comparison:
    """Levels from the most alike to different. Their numbers count down to 0, as Splink numbers them."""

    field: str
    levels: tuple[Level, ...]

    def number(self, level: str) -> int:
        """The number of a level; the least is 0."""
        names = [lv.name for lv in self.levels]
        return len(names) - 1 - names.index(level)

    def level(self, number: int) -> Level | None:
        """The level of a number; null for `UNKNOWN`."""
        return None if number == UNKNOWN else self.levels[len(self.levels) - 1 - number]


#: Shares as seen in customer files of traders and shops; replaced where the data has enough certain pairs to learn
#: from.
COMPARISONS = (
    Comparison("name", (
        Level("same", 0.74, "name"), Level("sounds", 0.06, "sound"), Level("contains", 0.09), Level("near", 0.08),
        Level("different", 0.03),
    )),
    Comparison("phone", (Level("same", 0.70, "phone"), Level("near", 0.05), Level("different", 0.25))),
    Comparison("email", (Level("same", 0.75, "email"), Level("near", 0.05), Level("different", 0.20))),
    Comparison("tax_number", (Level("same", 0.98, "tax_number"), Level("different", 0.02))),
    Comparison("address", (
        Level("same", 0.45, "address"), Level("house", 0.20, "house"), Level("city", 0.28), Level("different", 0.03),
    )),
    Comparison("birthday", (Level("same", 0.95), Level("different", 0.05))),
)  # fmt: skip
BY_FIELD: Mapping[str, Comparison] = {c.field: c for c in COMPARISONS}


class LevelParams(BaseModel):
    """The chances of one level, each above 0 and at most 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    m: float
    u: float


class LinkModel(BaseModel):
    """A fitted model: what scoring a pair needs, and nothing else. It is kept with the decisions it led to.

    `prior` is the chance that two customers drawn at random are one; `learnt` tells whether `m` comes from the data.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    prior: float
    levels: dict[str, tuple[LevelParams, ...]]
    learnt: bool = False
    customers: int = 0

    def weight(self, levels: Mapping[str, int]) -> float:
        """The match weight of a pair: the log-odds to base 2 that it is one customer, before names' frequencies.

        >>> params = (LevelParams(name="same", m=0.9, u=0.01), LevelParams(name="different", m=0.1, u=0.99))
        >>> model = LinkModel(prior=0.5, levels={"birthday": params})
        >>> round(model.weight({"birthday": 1}), 4), round(model.weight({"birthday": -1}), 4)
        (6.4919, 0.0)
        """
        from math import log2

        total = log2(self.prior / (1 - self.prior))
        for name, number in levels.items():
            level = BY_FIELD[name].level(number) if number != UNKNOWN else None
            for params in self.levels[name] if level else ():
                if level is not None and params.name == level.name:
                    total += log2(params.m / params.u)
        return total


def probability(weight: Any) -> Any:
    """The chance that a weight stands for: 0 is one half."""
    return 1 / (1 + 2.0**-weight)
