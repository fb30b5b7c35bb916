"""Who is in grace: customers whose level fails by the rules, and who keep it for now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from custrata.core.conditions.tree import column_of
from custrata.core.levels.ladder import Ladder
from custrata.core.measure.levels import GraceEnd, InGrace
from custrata.locale import Lang
from custrata.usecases.levels.moved import level_words
from custrata.usecases.levels.plan_look import PlanLook
from custrata.usecases.levels.weighing import Scales
from custrata.usecases.listing import NAME

_DAYS = 31
"""Beyond so many different days they are counted by month."""


def grace_ends(ladder: Ladder, failing: date, promised: date | None, day: date) -> date | None:
    """The first day on which a level that fails since `failing` and is promised until `promised` may be taken; null
    where that day is there already, so that it is taken at the next review.

    >>> ladder = Ladder.model_validate({"VIP": {"enter": "spend >= 9"}, "plain": {}, "down": {"after": "30 days"}})
    >>> grace_ends(ladder, date(2024, 3, 1), None, date(2024, 3, 5))
    datetime.date(2024, 3, 31)
    """
    ends = ladder.policy().grace.end(failing)
    ends = max(ends, promised) if promised is not None else ends
    return ends if ends > day else None


class Graced:
    """Those in grace on one ladder of a plan. Nobody is where customers never fall, nor whose level is given by
    hand: the rules do not take that one."""

    def __init__(self, look: PlanLook, name: str, lang: Lang) -> None:
        self._look, self._name, self._lang = look, name, lang
        self._ladder = look.result.scheme.levels[name]

    def table(self) -> Any:
        """Their standing, with `spend` and `ends`; null where there are none."""
        if not self._spans:
            return None
        t, day = self._standing(), self._look.entry.as_of
        ends = ibis.cases(
            *(((t.failing == f) & t.promised.identical_to(_day(p)), _day(grace_ends(self._ladder, f, p, day)))
              for f, p in self._spans),
            else_=_day(None),
        )  # fmt: skip
        return t.mutate(ends=ends.cast("date"))

    def ends(self) -> tuple[list[GraceEnd], bool]:
        """How many keep their level until when, the soonest first; by day, or by month where there are many days."""
        day = self._look.entry.as_of
        found: dict[date | None, list[Any]] = {}
        for (failing, promised), (n, spend) in self._spans.items():
            own = found.setdefault(grace_ends(self._ladder, failing, promised, day), [0, Decimal(0)])
            own[0] += n
            own[1] += spend
        by_month = len(found) > _DAYS
        sums: dict[date | None, list[Any]] = {}
        for ends, (n, spend) in found.items():
            own = sums.setdefault(ends.replace(day=1) if by_month and ends is not None else ends, [0, Decimal(0)])
            own[0] += n
            own[1] += spend
        order = sorted(sums, key=lambda d: d or date.min)
        return [GraceEnd(d, sums[d][0], sums[d][1]) for d in order], by_month

    def largest(self, most: int) -> list[InGrace]:
        """Those of them with the largest spend."""
        t = self.table()
        if t is None:
            return []
        scales = Scales(self._look.result.scheme, self._ladder, self._lang)
        words = level_words(self._ladder, self._lang)
        rows = self._look.largest(self.with_numbers(t), most)
        return [
            InGrace(
                r["customer_id"], r[NAME], words.get(r["level"], r["level"]), r["failing"], r["ends"],
                None if r["spend"] is None else Decimal(str(r["spend"])),
                scales.weighed(self._ladder.levels[r["rule_level"]].keeps, r["numbers"] or ()),
            )
            for r in rows
        ]  # fmt: skip

    def with_numbers(self, t: Any) -> Any:
        """The table with `numbers`, what the ladder's conditions read, as texts in the order of its inputs."""
        result = self._look.result
        c: Any = result.customers
        if result.people is not None:
            have = [a for a in result.scheme.attributes if a in result.people.columns]
            people = result.people.select(
                _person=result.people.customer_id.cast(dt.string), **{f"@{a}": result.people[a] for a in have}
            )
            c = c.left_join(people, c.customer_id == people["_person"]).drop("_person")
        names = [n.removeprefix("@") for n in self._ladder.inputs()]
        there = {*c.columns}
        read = [
            column_of(c, n).cast(dt.string) if {n, f"@{n}"} & there else ibis.null(dt.string) for n in names
        ]  # fmt: skip
        own = c.select(_who=c.customer_id, numbers=ibis.array(read))
        return t.left_join(own, t.customer_id == own["_who"]).drop("_who")

    def _standing(self) -> Any:
        t = self._look.levels(self._name)
        known = t.rule_level.isin(list(self._ladder.levels))
        return t.filter(t.failing.notnull() & t.held_by.isnull() & known)

    @cached_property
    def _spans(self) -> Mapping[tuple[date, date | None], tuple[int, Decimal]]:
        """(failing since, promised until) → customers and spend; as few as there were runs."""
        if not self._ladder.policy().falls:
            return {}
        t = self._standing()
        by = t.group_by("failing", "promised").aggregate(n=t.count(), spend=t.spend.sum())
        rows = self._look.result.engine.rows(by.order_by(["failing", "promised"]))
        return {(r["failing"], r["promised"]): (r["n"], Decimal(str(r["spend"] or 0))) for r in rows}


def _day(day: date | None) -> Any:
    return ibis.null(dt.date) if day is None else ibis.literal(day)
