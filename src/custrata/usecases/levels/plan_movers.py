"""The customers whom a plan moves on one ladder: who goes which way, between which levels and why, a few at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis

from custrata.core.levels.ladder import Ladder
from custrata.core.measure.levels import Mover, Way
from custrata.core.store import Override
from custrata.locale import Lang
from custrata.usecases.levels.moved import level_words
from custrata.usecases.levels.plan_look import PlanLook
from custrata.usecases.levels.weighing import Scales, deciding
from custrata.usecases.listing import NAME, with_names

#: Causes of a move that a person's decision explains, not the numbers.
BY_HAND = ("override",)


@dataclass(frozen=True)
class Movers:
    """The moves of a plan on one ladder, in one language."""

    look: PlanLook
    name: str
    overrides: Mapping[str, Override]
    lang: Lang

    @property
    def ladder(self) -> Ladder:
        return self.look.result.scheme.levels[self.name]

    @property
    def words(self) -> dict[str, str]:
        return level_words(self.ladder, self.lang)

    def word(self, level: str | None) -> str | None:
        """What a level is called; one that the ladder no longer has by its key."""
        return None if level is None else self.words.get(level, level)

    def largest(self, those: Any, most: int) -> list[Mover]:
        """Those of whom `those` holds, the largest by spend."""
        t = self.look.moves(self.name)
        return self._told(self.look.largest(t.filter(those(t)), most))

    def listed(
        self, way: Way, *, before: str | None = None, level: str | None = None, cause: str | None = None,
        first: int = 0, most: int = 50,
    ) -> list[Mover]:  # fmt: skip
        """Those who go one way, `most` of them from the row `first` on: in the order of the ladder, the higher of a
        move's two levels before the lower, then by spend. `before` and `level` are keys of levels, all where null."""
        t = self.look.moves(self.name)
        t = t.filter(self.goes(way)(t), *(t[c] == v for c, v in (("before", before), ("level", level), ("cause", cause))
                                          if v is not None))  # fmt: skip
        own, other = ("before", "level") if way in ("down", "gone") else ("level", "before")
        order = [
            ibis.desc("_own", nulls_first=False), ibis.desc("_other", nulls_first=False),
            ibis.desc("spend", nulls_first=False), ibis.asc("customer_id"),
        ]  # fmt: skip
        t = t.mutate(_own=self._rank(t[own]), _other=self._rank(t[other]))
        top = with_names(self.look.result, t.order_by(order).limit(most, offset=first))
        return self._told(self.look.result.engine.rows(top.order_by(order)))

    def goes(self, way: Way) -> Any:
        """The filter of those who go one way, as `weighing.way` has it."""

        def holds(t: Any) -> Any:
            before, after = self._rank(t.before), self._rank(t.level)
            match way:
                case "gone":
                    return t.level.isnull()
                case "new":
                    return t.level.notnull() & t.before.isnull()
                case "anew":
                    return t.level.notnull() & t.before.notnull() & before.isnull()
                case "up":
                    return after > before
                case "down":
                    return after < before

        return holds

    def _rank(self, column: Any) -> Any:
        """The place of a level, 0 for the lowest; null for none and for one that the ladder no longer has."""
        return ibis.cases(*((column == level, i) for i, level in enumerate(self.ladder.names)))

    def _told(self, rows: list[dict[str, Any]]) -> list[Mover]:
        scales = Scales(self.look.result.scheme, self.ladder, self.lang)
        return [self._mover(r, scales) for r in rows]

    def _mover(self, r: Mapping[str, Any], scales: Scales) -> Mover:
        by_hand = r["cause"] in BY_HAND
        condition = None if by_hand else deciding(self.ladder, r["before"], r["level"])[1]
        given = self.overrides.get(r["held_by"] or "")
        note = f"{given.reason} — {given.who}" if given is not None else ""
        return Mover(
            r["customer_id"], r[NAME], self.word(r["before"]), self.word(r["level"]), r["cause"],
            None if r["spend"] is None else Decimal(str(r["spend"])), scales.weighed(condition, r["numbers"] or ()),
            note,
        )  # fmt: skip
