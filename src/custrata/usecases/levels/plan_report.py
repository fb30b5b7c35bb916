"""A plan as one shows it to whoever decides: who rises and falls and why, what levels look like then, who is warned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from custrata.core.measure.levels import (
    BrakeTripped,
    HeldByHand,
    LadderPlan,
    LevelShare,
    MoveGroup,
    PlanReport,
    PlanVerdict,
)
from custrata.core.store import Override
from custrata.locale import Lang
from custrata.usecases.levels.graced import Graced
from custrata.usecases.levels.moved import named_pairs, stayed
from custrata.usecases.levels.plan_look import PlanLook
from custrata.usecases.levels.plan_movers import Movers
from custrata.usecases.levels.shares import ladder_title
from custrata.usecases.levels.weighing import way
from custrata.usecases.listing import NAME
from custrata.usecases.store import Store

MOST = 20
"""Customers of each list; the workbook has all of them."""
SOON = 30
"""Days within which an override is said to expire soon."""
#: The order in which causes are told.
_CAUSES = (
    "upgrade", "downgrade", "scheme change", "override", "override expired", "merge", "initial", "gone",
)  # fmt: skip


def plan_report(look: PlanLook, store: Store, lang: Lang, most: int = MOST) -> PlanReport:
    """Everything that is to be told of a plan; lists name at most so many customers."""
    scheme, entry = look.result.scheme, look.entry
    overrides = {str(o.id): o for o in store.overrides()}
    base = store.run(entry.base) if entry.base is not None else None
    return PlanReport(
        title=scheme.name, as_of=entry.as_of, plan_id=entry.id, state=entry.state, created_at=entry.created_at,
        base=entry.base, base_day=base.as_of if base is not None else None, customers=look.result.totals.customers,
        moves=entry.moves, currency=scheme.currency,
        spend=look.result.metric_note(scheme.level_spend(), lang),
        ladders=[_Ladder(look, name, overrides, lang, most).told() for name in scheme.levels],
        verdicts=[PlanVerdict(v.approved, v.who, v.at, v.comment) for v in store.verdicts(entry.id)],
        version=look.result.version, expiring_within=SOON,
        scheme_changed=base is not None and base.logic_hash != entry.logic_hash,
    )  # fmt: skip


@dataclass(frozen=True)
class _Ladder(Movers):
    """What a plan says of one ladder; lists name at most so many customers."""

    most: int

    def told(self) -> LadderPlan:
        groups = self._groups()
        stay = stayed(self.look.files, self.look.result.engine, self.name, self.look.spend())
        pairs: dict[tuple[str | None, str | None], int] = {(s.level, s.level): s.customers for s in stay}
        for g in groups:
            pairs[g.before, g.level] = pairs.get((g.before, g.level), 0) + g.customers
        graced = Graced(self.look, self.name, self.lang)
        held, count = self._held()
        return LadderPlan(
            name=self.name, title=ladder_title(self.look.result.scheme, self.name, self.lang),
            levels=list(self.words.values()), shares=self._shares(groups, stay),
            groups=[self._named(g) for g in groups], pairs=named_pairs(pairs, self.words),
            falls=self.largest(self.goes("down"), self.most), rises=self.largest(self.goes("up"), self.most),
            firsts=self.largest(self.goes("new"), self.most),
            by_scheme=self.largest(lambda t: t.cause == "scheme change", self.most),
            grace=graced.largest(self.most), grace_ends=graced.ends()[0], by_month=graced.ends()[1],
            held=held, held_count=count, expiring=self._expiring(),
            brakes=[
                BrakeTripped(b["brake"], b["customers"], b["of"], Decimal(b["most"]))
                for b in self.look.entry.brakes if b["ladder"] == self.name
            ],
        )  # fmt: skip

    def _groups(self) -> list[MoveGroup]:
        """Moves by cause and levels, those to the highest level first; levels under their keys."""
        t = self.look.moves(self.name)
        by = t.group_by("before", "level", "cause").aggregate(customers=t.count(), spend=t.spend.sum())
        rows = self.look.result.engine.rows(by)
        found = [
            MoveGroup(way(self.ladder, r["before"], r["level"]), r["before"], r["level"], r["cause"], r["customers"],
                      Decimal(str(r["spend"] or 0)))
            for r in rows
        ]  # fmt: skip
        return sorted(found, key=lambda g: (_CAUSES.index(g.cause), self._place(g.level), self._place(g.before)))

    def _place(self, level: str | None) -> tuple[int, str]:
        """Where a level stands, 0 for the highest; after them those that the ladder no longer has, and none."""
        order = [*reversed(self.ladder.names)]
        return order.index(level) if level in order else len(order) + (level is None), level or ""

    def _named(self, g: MoveGroup) -> MoveGroup:
        return MoveGroup(g.way, self.word(g.before), self.word(g.level), g.cause, g.customers, g.spend)

    def _shares(self, groups: Sequence[MoveGroup], stay: Sequence[Any]) -> list[LevelShare]:
        sums: dict[str, list[Any]] = {name: [0, 0, Decimal(0), Decimal(0)] for name in self.ladder.levels}
        for s in stay:
            _add(sums, s.level, (0, 1), s.customers, s.spend)
        for g in groups:
            _add(sums, g.before, (0,), g.customers, g.spend)
            _add(sums, g.level, (1,), g.customers, g.spend)
        all_before, all_after = (sum(v[i] for v in sums.values()) for i in (0, 1))
        return [
            LevelShare(
                str(self.word(name)), before, after, before / all_before if all_before else None,
                after / all_after if all_after else None, spend_before, spend_after,
            )
            for name, (before, after, spend_before, spend_after) in sums.items()
        ]  # fmt: skip

    def _held(self) -> tuple[list[HeldByHand], int]:
        """Those whose level an override decides, the largest of them, and how many they are."""
        t = self.look.levels(self.name)
        own = t.filter(t.held_by.notnull())
        count = self.look.result.engine.rows(own.aggregate(n=own.count()))[0]["n"]
        found = []
        for r in self.look.largest(own, self.most) if count else ():
            o = self.overrides.get(r["held_by"])
            if o is not None:
                spend = None if r["spend"] is None else Decimal(str(r["spend"]))
                found.append(self._by_hand(o, r[NAME], r["rule_level"], spend))
        return found, count

    def _expiring(self) -> list[HeldByHand]:
        """Overrides of this ladder that end soon after the plan's day, the soonest first."""
        day = self.look.entry.as_of
        soon = [
            o for o in self.overrides.values()
            if o.ladder == self.name and o.ended_at is None and _within(o.until, day)
        ]  # fmt: skip
        if not soon:
            return []
        soon.sort(key=lambda o: (o.until or date.max, o.id))
        ids = [o.customer_id for o in soon]
        names = self.look.names(ids)
        t = self.look.levels(self.name)
        rows = self.look.result.engine.rows(t.filter(t.customer_id.isin(ids)).select("customer_id", "rule_level"))
        rules = {r["customer_id"]: r["rule_level"] for r in rows}
        return [self._by_hand(o, names.get(o.customer_id), rules.get(o.customer_id), None) for o in soon]

    def _by_hand(self, o: Override, name: str | None, rule: str | None, spend: Decimal | None) -> HeldByHand:
        return HeldByHand(
            o.id, o.customer_id, name, o.kind, str(self.word(o.level)), self.word(rule), o.until, o.reason, o.who,
            spend,
        )  # fmt: skip


def _within(until: date | None, day: date) -> bool:
    return until is not None and day <= until <= day + timedelta(days=SOON)


def _add(sums: dict[str, list[Any]], level: str | None, sides: Sequence[int], customers: int, spend: Decimal) -> None:
    """Counts customers and their spend on a level, before (side 0) or after (side 1)."""
    if level is None:
        return
    own = sums.setdefault(level, [0, 0, Decimal(0), Decimal(0)])
    for side in sides:
        own[side] += customers
        own[side + 2] += spend
