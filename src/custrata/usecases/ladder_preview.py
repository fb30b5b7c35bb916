"""What a new or changed ladder would make of the customers of a published run: how many on each level and what they
spend, who would rise and who would fall against today.

Nothing is read but the run, so that it can be asked while somebody types. The plan asks the same state machine and
knows more: hold, grace and days of review, which only put off what is told here.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from custrata.core.errors import CustrataError, Problem
from custrata.core.levels.ladder import Ladder
from custrata.core.levels.span import NO_TIME
from custrata.core.levels.table import stepped
from custrata.core.scheme.model import Scheme
from custrata.core.store import Override
from custrata.locale import Lang
from custrata.usecases.customers.asked import asked, attributes
from custrata.usecases.customers.veil import hidden_columns
from custrata.usecases.levels.moved import level_words
from custrata.usecases.levels.shares import ladder_title
from custrata.usecases.look import Result
from custrata.usecases.preview import Beside, Flow, Preview

_KINDS = ("pin", "floor")


@dataclass(frozen=True)
class Moved:
    """How many would go one way, and what they spend."""

    customers: int = 0
    spend: Decimal = Decimal(0)


@dataclass(frozen=True)
class LadderPreview:
    """A ladder as it is and as it would be."""

    title: str
    preview: Preview
    """Its levels from the highest down, and who would go from where to where."""
    spend: str
    """The metric of money that is summed: that of the ladder's own conditions, where it has one."""
    rises: Moved
    falls: Moved
    anew: Moved
    """Those whose level is no more, and who are placed by their numbers."""
    usual: tuple[int, int] | None
    """How many would rise and fall by the ladder as it is, without any change; null where it is not in the run."""


def preview_ladder(
    result: Result, scheme: Scheme, name: str, lang: Lang, overrides: Sequence[Override] = ()
) -> LadderPreview:
    """The ladder of a scheme over the customers that the reader may see. `overrides` are those in force; whom they hold
    stays where they say.

    Errors: E-WEB-082 where it asks for numbers that the run does not have, or has under another meaning; E-WEB-120 for
    values that the reader sees masked.
    """
    ladder, ours = scheme.levels[name], result.scheme.levels.get(name)
    _require(result, scheme, name)
    spend, given = spend_metric(result, scheme, name), [o for o in overrides if o.ladder == name]
    placed = ours is not None and name in result.customers.columns
    was = list(ours.levels) if ours is not None and placed else []
    # A level that is called otherwise now is the same one.
    words = {**(level_words(ours, lang) if ours is not None else {}), **level_words(ladder, lang)}
    flows = _flows(result, ladder, ours if placed else None, name, spend, given)
    told = [replace(f, before=f.before and words[f.before], after=words[f.after]) for f in flows]
    usual = None
    if placed and ours is not None:
        usual = (0, 0)
        if not _lacking(result, result.scheme, ours) and not _hidden(result, ours):
            same = _flows(result, ours, ours, name, spend, given)
            usual = (_going(same, ours, up=True).customers, _going(same, ours, up=False).customers)
    anew = [f for f in flows if f.before is not None and f.before not in ladder.levels]
    classes = tuple(
        Beside(words[key], _sum([f for f in flows if f.before == key]) if key in was else None,
               _sum([f for f in flows if f.after == key]) if key in ladder.levels else None)
        for key in dict.fromkeys([*ladder.levels, *was])
    )  # fmt: skip
    return LadderPreview(
        ladder_title(scheme, name, lang), Preview(name, classes, tuple(told), {}, new=not placed), spend,
        _going(flows, ladder, up=True), _going(flows, ladder, up=False), Moved(*_sum(anew)), usual,
    )  # fmt: skip


def preview_ladders(
    result: Result, scheme: Scheme, lang: Lang, overrides: Sequence[Override] = ()
) -> list[LadderPreview]:
    """The ladders that are new or decide otherwise under a changed scheme, as far as the run can tell of them."""
    found = []
    for name, ladder in scheme.levels.items():
        ours = result.scheme.levels.get(name)
        if ours is not None and _decides(ours) == _decides(ladder):
            continue
        with suppress(CustrataError):
            found.append(preview_ladder(result, scheme, name, lang, overrides))
    return found


def _decides(ladder: Ladder) -> Any:
    return {**ladder.decides_and_names()[0], "levels": list(ladder.levels), "conditions": ladder.conditions()}


def spend_metric(result: Result, scheme: Scheme, name: str) -> str:
    """The money by which a ladder is told: the one that its own conditions ask for, where they ask for one, else that
    of the ladders of the scheme; of the run, where it has not got that."""
    money = {n for n, m in scheme.metrics.items() if m.kind == "monetary" and _there(result, scheme, n)}
    own = [n for n in scheme.levels[name].inputs() if n in money]
    usual = scheme.level_spend()
    return own[0] if len(own) == 1 else usual if usual in money else result.scheme.level_spend()


def _require(result: Result, scheme: Scheme, name: str) -> None:
    ladder = scheme.levels[name]
    if hidden := _hidden(result, ladder):
        raise CustrataError(Problem("E-WEB-120", name, {"names": ", ".join(hidden)}))
    if lacking := _lacking(result, scheme, ladder):
        raise CustrataError(Problem("E-WEB-082", name, {"names": ", ".join(lacking)}))


def _hidden(result: Result, ladder: Ladder) -> list[str]:
    """Whoever may not see a value must not learn it by asking who would move."""
    hidden = hidden_columns(result)
    return [n.removeprefix("@") for n in ladder.inputs() if n.removeprefix("@") in hidden]


def _lacking(result: Result, scheme: Scheme, ladder: Ladder) -> list[str]:
    return [n.removeprefix("@") for n in ladder.inputs() if not _there(result, scheme, n)]


def _there(result: Result, scheme: Scheme, name: str) -> bool:
    """Whether a run holds what a condition reads, under the same meaning."""
    ours = result.scheme
    for known, own in ((scheme.metrics, ours.metrics), (scheme.segments, ours.segments)):
        if name in known:
            return name in result.customers.columns and own.get(name) == known[name]
    return name.removeprefix("@") in attributes(result)


def _flows(
    result: Result, ladder: Ladder, ours: Ladder | None, name: str, spend: str, given: Sequence[Override]
) -> list[Flow]:
    """Customers by level now and level then, both by name; `ours` is the ladder that they are on now."""
    t: Any = ladder.scored(asked(result, {n.removeprefix("@") for n in ladder.inputs()}))
    now: Any = ibis.null(dt.string)
    if ours is not None:
        # A run publishes levels under their labels in the language of its scheme.
        called = [(t[name] == c.label(result.scheme.lang), c.key) for c in ours.classes()]
        now = ibis.cases(*called, else_=now)
    t = t.mutate(_level=now)
    at = {name: rank for rank, name in enumerate(ladder.names)}
    rank = ibis.cases(*((t["_level"] == n, r) for n, r in at.items()), else_=ibis.null("int16")).cast("int16")
    t = t.mutate(_rank=rank, _earned=ladder.earned(t), _spend=t[spend])
    # Nobody falls for what is not known, as in `Ladder.judged`.
    kept = [(at[n], level.keeps) for n, level in ladder.levels.items() if level.keeps is not None]
    keeps = ibis.cases(*((t["_rank"] == r, c.expression(t).fill_null(True)) for r, c in kept), else_=True)
    none = ibis.null(dt.date)
    t = t.select(
        "customer_id", level="_rank", earned="_earned", keeps=keeps, since=ibis.literal(result.as_of), promised=none,
        failing=none, refunded=none, joined=none, _level="_level", _spend="_spend",
    )  # fmt: skip
    policy = replace(ladder.policy(), hold=NO_TIME, grace=NO_TIME, new_for=None, up_at="once", down_at="once",
                     refund_at="review", review="every run")  # fmt: skip
    t = stepped(t, policy, result.as_of, result.as_of + timedelta(days=1))
    t = _held(t, given, at)
    by = t.group_by("_level", _then=t.level).aggregate(n=t.count(), spend=t["_spend"].sum())
    rows = result.engine.rows(by)
    names = ladder.names
    flows = [Flow(r["_level"], names[r["_then"]], r["n"], Decimal(str(r["spend"] or 0))) for r in rows]
    return sorted(flows, key=lambda f: (-f.customers, str(f.before), f.after))


def _held(t: Any, given: Sequence[Override], at: dict[str, int]) -> Any:
    """The table with the rank that counts where people gave levels by hand: a pin in place of the rules', a floor
    beneath it."""
    latest = {o.customer_id: o for o in sorted(given, key=lambda o: o.id) if o.level in at}
    for kind in _KINDS:
        for level, rank in at.items():
            who = [o.customer_id for o in latest.values() if o.kind == kind and o.level == level]
            if who:
                held = rank if kind == "pin" else ibis.greatest(t.level, ibis.literal(rank, "int16"))
                t = t.mutate(level=ibis.ifelse(t.customer_id.isin(who), held, t.level).cast("int16"))
    return t


def _going(flows: Sequence[Flow], ladder: Ladder, *, up: bool) -> Moved:
    """Those who go from one level of a ladder to a higher, or a lower one."""
    going = [
        f for f in flows
        if f.before in ladder.levels and f.before != f.after
        and (ladder.rank(f.after) > ladder.rank(str(f.before))) is up
    ]  # fmt: skip
    return Moved(sum(f.customers for f in going), sum((f.spend for f in going), Decimal(0)))


def _sum(flows: Sequence[Flow]) -> tuple[int, Decimal]:
    return sum(f.customers for f in flows), sum((f.spend for f in flows), Decimal(0))
