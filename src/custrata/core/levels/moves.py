"""Who would move on a ladder, from where to where and why: the standing of everybody before and after one day.

Rules and people both have a say. What the rules alone give a customer (`rule_level`) goes on beneath an override, so
one that ends gives him back to the rules as if it had never been; what counts is `level`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.levels.ladder import Ladder
from custrata.core.levels.table import HELD, stepped

#: One row for a customer on a ladder. `level` counts since `since`; `rule_*`, `promised` and `failing` are what the
#: rules say (`step.Held`); `held_by` is the override that decides, if one does.
STANDING = {
    "customer_id": "string", "level": "string", "since": "date", "rule_level": "string", "rule_since": "date",
    "promised": "date", "failing": "date", "held_by": "string",
}  # fmt: skip
#: Overrides in force, one a customer at most: `kind` is pin or floor.
OVERRIDES = {"customer_id": "string", "kind": "string", "level": "string", "id": "string"}
#: What a plan says of a customer besides his standing.
MOVE = {"before": "string", "before_since": "date", "cause": "string"}


@dataclass(frozen=True)
class Before:
    """What was there before: the `standing` that levels are reckoned from, on the day `last` (null: there was none);
    `shown`, what everybody sees now, where that is another one, because the day has been looked at before; and which
    ids were merged into others, `customer_id` → `survivor`."""

    standing: ir.Table | None = None
    last: date | None = None
    shown: ir.Table | None = None
    merged: ir.Table | None = None


def planned(people: ir.Table, ladder: Ladder, before: Before, overrides: ir.Table | None, day: date) -> ir.Table:
    """The standing of everybody on `day`; with `before`, `before_since` and the `cause` of a change (null: none)
    against what is shown now. A second look on a day is reckoned from the same standing as the first, so it finds the
    same, or what facts that came late make of it.

    `people` are as `Ladder.judged` gives them, one row a customer, with `refunded` and `joined` (dates or null). Who
    was shown and is no longer among the people has the level null and the cause `merge` or `gone`.
    """
    t = _with_standing(people, ladder, before)
    t = t.mutate(keeps=ladder.keeps_on(t, t.level))
    t = stepped(t, ladder.policy(), before.last, day)
    ruled = {f"rule_{name}": t[name] for name in HELD}
    after = t.select("customer_id", "here", "was", "was_since", "was_held_by", "took_in", **ruled)
    if before.shown is None:
        found = _decided(after, ladder, overrides, day)
        away = before.standing
    else:
        found = _against(_decided(after.filter(after.here), ladder, overrides, day), before.shown, ladder)
        away = before.shown.anti_join(people.select("customer_id"), "customer_id").select(*STANDING)
    if away is None or (before.merged is None and before.shown is None):
        return found
    return found.union(_away(away, before, day).select(*found.columns))


def with_scheme_changes(found: ir.Table, under_old: ir.Table) -> ir.Table:
    """Of `planned` under a changed scheme: moves that the scheme of before would not have made are `scheme change`.
    `under_old` is what it would have made of the same facts."""
    old = under_old.select(_who="customer_id", _level="level")
    t: Any = found.left_join(old, found.customer_id == old["_who"])
    by_rule = t.cause.isin(["upgrade", "downgrade"])
    other = ~t.level.identical_to(t["_level"])
    return t.mutate(cause=ibis.ifelse(by_rule & other, "scheme change", t.cause)).select(*found.columns)


def _with_standing(people: ir.Table, ladder: Ladder, before: Before) -> ir.Table:
    """People with what the rules said of them before (`level` as rank, `since` …), null for who is new."""
    if before.standing is None:
        none = {name: ibis.null(kind) for name, kind in HELD.items()}
        return people.mutate(
            **none, was=ibis.null(dt.string), was_since=ibis.null(dt.date), was_held_by=ibis.null(dt.string),
            took_in=ibis.literal(False), here=ibis.literal(True),
        )  # fmt: skip
    old = _under_survivors(before.standing, before.merged, ladder)
    # One join tells both who is new and who is no longer there.
    joined = people.outer_join(old, people.customer_id == old["_who"])
    return joined.mutate(
        customer_id=ibis.coalesce(joined.customer_id, joined["_who"]), here=joined.customer_id.notnull(),
        took_in=joined.took_in.fill_null(False),
    ).drop("_who")  # fmt: skip


def _under_survivors(standing: ir.Table, merged: ir.Table | None, ladder: Ladder) -> ir.Table:
    """The standing before, one row for each who is there now. Of several merged customers the highest level counts,
    with the longest promise; it fails only if it failed for all who had it."""
    t: Any = _with_survivors(standing, merged)
    t = t.select(
        _who=t.survivor, own=t.customer_id == t.survivor, rank=rank_of(t.rule_level, ladder), since=t.rule_since,
        promised=t.promised,
        failing=t.failing, shown=t.level, shown_since=t.since, held_by=t.held_by,
    )  # fmt: skip
    if merged is None:
        return t.select(
            "_who", "since", "promised", "failing", level=t["rank"], was=t.shown, was_since=t.shown_since,
            was_held_by=t.held_by, took_in=ibis.literal(False),
        )  # fmt: skip
    best = t.group_by("_who").aggregate(top=t["rank"].max(), members=t.count(), last_promise=t.promised.max())
    both = t.inner_join(best, "_who").select(*t.columns, "top", "members", "last_promise")
    top, own = both["rank"] == both.top, both.own
    return both.group_by("_who").aggregate(
        level=both.top.max(), since=both.since.min(where=top), promised=both.last_promise.max(),
        failing=ibis.ifelse((top & both.failing.isnull()).any(), ibis.null(dt.date), both.failing.max(where=top)),
        was=both.shown.max(where=own), was_since=both.shown_since.max(where=own),
        was_held_by=both.held_by.max(where=own), took_in=both.members.max() > 1,
    )  # fmt: skip


def _with_survivors(standing: ir.Table, merged: ir.Table | None) -> ir.Table:
    """A standing with the `survivor` that each id counts under now."""
    t: Any = standing
    if merged is None:
        return t.mutate(survivor=t.customer_id)
    who = merged.select(_id="customer_id", _survivor="survivor")
    joined = t.left_join(who, t.customer_id == who["_id"])
    return joined.select(*t.columns, survivor=ibis.coalesce(joined["_survivor"], joined.customer_id))


def _decided(t: ir.Table, ladder: Ladder, overrides: ir.Table | None, day: date) -> ir.Table:
    """What counts: the rules' level, a pin in its place, a floor beneath it; and why it is another than before."""
    rule = t.rule_level
    if overrides is None:
        shown, held_by = rule, ibis.null(dt.string)
    else:
        o = overrides.select(_id="customer_id", kind="kind", by="id", given=rank_of(overrides.level, ladder))
        joined: Any = t.left_join(o, t.customer_id == o["_id"])
        t, rule = joined, joined.rule_level
        # A level that is no more is given to nobody: the rules decide.
        decides = (((t.kind == "pin") & t.given.notnull()) | ((t.kind == "floor") & (t.given > rule))).fill_null(False)
        shown, held_by = ibis.ifelse(decides, t.given, rule), ibis.ifelse(decides, t.by, ibis.null(dt.string))
    t = t.mutate(_shown=shown, _held_by=held_by, _was=rank_of(t.was, ladder))
    shown, held_by, was = t["_shown"], t["_held_by"], t["_was"]
    # As whole numbers, which are compared in less time than names; a level that is no more has none.
    moved = ibis.ifelse(t.here & shown.notnull(), ~was.identical_to(shown), t.was.notnull())
    t = t.mutate(_moved=moved)
    moved, shown, held_by, was = t["_moved"], t["_shown"], t["_held_by"], t["_was"]
    cause = ibis.cases(
        (~moved, ibis.null(dt.string)),
        (~t.here, "gone"),
        (t.took_in, "merge"),
        (t.was.isnull() & held_by.isnull(), "initial"),
        (held_by.notnull(), "override"),
        (t.was_held_by.notnull(), "override expired"),
        (was.isnull(), "scheme change"),
        (shown > was, "upgrade"),
        else_="downgrade",
    )
    level = ibis.ifelse(t.here, _name_of(shown, ladder), ibis.null(dt.string))
    return t.select(
        "customer_id", level=level, since=ibis.ifelse(moved, ibis.literal(day), t.was_since),
        rule_level=_name_of(t.rule_level, ladder), rule_since=t.rule_since, promised=t.rule_promised,
        failing=t.rule_failing, held_by=held_by, before=t.was, before_since=t.was_since, cause=cause,
    )  # fmt: skip


def _against(found: ir.Table, now: ir.Table, ladder: Ladder) -> ir.Table:
    """What has changed against what is shown now, in place of what was before."""
    own = now.select(_who="customer_id", _level="level", _since="since", _held="held_by")
    t: Any = found.left_join(own, found.customer_id == own["_who"])
    cause = ibis.cases(
        (t.level.identical_to(t["_level"]), ibis.null(dt.string)),
        (t["_level"].isnull(), ibis.ifelse(t.held_by.isnull(), "initial", "override")),
        (t.cause.notnull() & (t.cause != "initial"), t.cause),
        (t["_held"].notnull() & t.held_by.isnull(), "override expired"),
        (rank_of(t.level, ladder) > rank_of(t["_level"], ladder), "upgrade"),
        else_="downgrade",
    )
    return t.mutate(before=t["_level"], before_since=t["_since"], cause=cause).select(*found.columns)


def _away(standing: ir.Table, before: Before, day: date) -> ir.Table:
    """Those of a standing who are no longer there under their id: all who were merged into somebody; and where it is
    one that only those have who are gone, they too."""
    t: Any = _with_survivors(standing, before.merged).filter(lambda t: t.level.notnull())
    if before.shown is None:
        t = t.filter(t.survivor != t.customer_id)
    cause = ibis.ifelse(t.survivor != t.customer_id, "merge", "gone")
    nothing = {name: ibis.null(kind) for name, kind in STANDING.items() if name not in ("customer_id", "since")}
    return t.select(
        "customer_id", **nothing, since=ibis.literal(day), before=t.level, before_since=t.since, cause=cause
    )


def rank_of(name: Any, ladder: Ladder) -> Any:
    """The rank of a level by name; null for one that the ladder no longer has: who was on it is placed anew."""
    ranks = ((name == level, rank) for rank, level in enumerate(ladder.names))
    return ibis.cases(*ranks, else_=ibis.null(dt.int16)).cast(HELD["level"])


def _name_of(rank: Any, ladder: Ladder) -> Any:
    return ibis.cases(*((rank == i, level) for i, level in enumerate(ladder.names)), else_=ibis.null(dt.string))
