"""The movement report: how many customers each level had, won and lost, and has; it always balances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

#: Why a level won or lost customers: they were new; rose or fell by rule, or by hand; were merged; the scheme changed;
#: they are gone.
Ground = Literal["new", "up", "up by hand", "down", "down by hand", "merged", "scheme change", "gone"]
GROUNDS: tuple[Ground, ...] = (
    "new", "up", "up by hand", "down", "down by hand", "merged", "scheme change", "gone",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """So many customers from one level to another for a cause; null is no level at all."""

    before: str | None
    level: str | None
    cause: str
    customers: int


@dataclass
class Movement:
    """One level over a period: customers at its beginning and end, those won and lost by ground."""

    level: str
    opening: int = 0
    won: dict[Ground, int] = field(default_factory=dict)
    lost: dict[Ground, int] = field(default_factory=dict)

    @property
    def closing(self) -> int:
        return self.opening + sum(self.won.values()) - sum(self.lost.values())

    def net(self, ground: Ground) -> int:
        return self.won.get(ground, 0) - self.lost.get(ground, 0)


def movement(levels: Sequence[str], opening: Mapping[str, int], steps: Iterable[Step]) -> list[Movement]:
    """The movement of each level (in the order given: from the highest down) over a period.

    >>> steps = [Step("plain", "VIP", "upgrade", 2), Step(None, "plain", "initial", 1)]
    >>> m = movement(["VIP", "plain"], {"plain": 3}, steps)
    >>> [(x.level, x.opening, x.net("up"), x.net("new"), x.closing) for x in m]
    [('VIP', 0, 2, 0, 2), ('plain', 3, -2, 1, 2)]
    """
    order = list(levels)
    found = {name: Movement(name, opening.get(name, 0)) for name in order}
    for name in opening:
        # A level that the ladder no longer has stands below those it has.
        found.setdefault(name, Movement(name, opening[name]))
    for step in steps:
        ground = _ground(step, order)
        for level, side in ((step.level, "won"), (step.before, "lost")):
            if level is not None:
                sums: dict[Ground, int] = getattr(found.setdefault(level, Movement(level)), side)
                sums[ground] = sums.get(ground, 0) + step.customers
    return list(found.values())


def _ground(step: Step, order: Sequence[str]) -> Ground:
    if step.cause == "merge":
        return "merged"
    if step.cause in ("gone", "scheme change"):
        return "gone" if step.cause == "gone" else "scheme change"
    if step.before is None:
        return "new"
    rises = _place(step.level, order) < _place(step.before, order)
    if step.cause in ("override", "override expired"):
        return "up by hand" if rises else "down by hand"
    return "up" if rises else "down"


def _place(level: str | None, order: Sequence[str]) -> int:
    return order.index(level) if level in order else len(order)
