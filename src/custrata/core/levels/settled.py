"""Whom a day leaves as they are: so that a plan reckons and writes only the others.

Next to everybody stands where the rules place him, today as yesterday. To see that, his rank and whether anything hangs
over him (grace, a level given by hand) is all of a standing that has to be looked at.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.levels.ladder import Ladder
from custrata.core.levels.moves import STANDING, Before, rank_of
from custrata.core.levels.table import HELD


def unsettled(judged: ir.Table, ladder: Ladder, before: Before, overrides: ir.Table | None, day: date) -> ir.Table:
    """Those of whom `moves.planned` has to be asked: rows of `Ladder.judged` with `here`, false for who stood somewhere
    and is no longer among them. Of everybody else `planned` would say that his standing is the one before, column by
    column, and that he does not move.

    Settled is who has earned the level that he is on, or keeps it, since an earlier day, where `keep` did not fail
    before and nothing was given by hand; and nobody was merged into him since. `before` has a standing, and none that
    is shown instead: of a day that was looked at already, everybody is asked.
    """
    assert before.standing is not None and before.shown is None
    held = before.standing
    quiet = held.failing.isnull() & held.held_by.isnull() & (held.level == held.rule_level) & (held.rule_since < day)
    # One number more to carry for each: that of who is not quiet is null, and equals nothing.
    rank = ibis.ifelse(quiet, rank_of(held.rule_level, ladder), ibis.null(dt.int16)).cast(HELD["level"])
    own = held.select(_who="customer_id", _rank=rank)
    t: Any = judged.outer_join(own, judged.customer_id == own["_who"])
    t = t.mutate(customer_id=ibis.coalesce(t.customer_id, t["_who"]), here=t.customer_id.notnull())
    kept = (t.earned < t["_rank"]) & ladder.keeps_on(t, t["_rank"])
    asked = ~((t.earned == t["_rank"]) | kept).fill_null(False)
    for ids in _touched(before, overrides):
        asked |= t.customer_id.isin(ids)
    return t.filter(asked).select(*judged.columns, "here")


def among(standing: ir.Table, few: ir.Table) -> ir.Table:
    """The standings of a few customers."""
    return standing.semi_join(few, "customer_id")


def changed(found: ir.Table, held: ir.Table) -> ir.Table:
    """Of what `planned` says of some customers, the standings (columns of `STANDING`) that are others than those
    before, `held`; of who stands nowhere any more the level is null."""
    own = held.rename({f"#{name}": name for name in STANDING})
    t: Any = found.left_join(own, found.customer_id == own["#customer_id"])
    same = t.level.identical_to(t["#level"])
    for name in STANDING:
        if name not in ("customer_id", "level"):
            # Since when somebody stands nowhere is told by his move.
            same &= t[name].identical_to(t[f"#{name}"]) | t.level.isnull()
    return t.filter(~same).select(*STANDING)


def _touched(before: Before, overrides: ir.Table | None) -> list[Any]:
    """Ids of those who are asked whatever their numbers are: who is given a level by hand, and both sides of a merge
    that came since."""
    found = [] if overrides is None else [overrides.customer_id]
    if before.merged is not None and before.standing is not None:
        since = before.merged.semi_join(before.standing, "customer_id")
        found += [since.customer_id, since.survivor]
    return found
