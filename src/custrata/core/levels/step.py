"""The state machine of levels: where a customer stands, what is found of him on a day, and where he stands then.

One function over one customer. `table.stepped` says the same over a table, row by row; a test holds them together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from custrata.core.levels.review import ANNIVERSARIES, Rhythm, anniversary, on_calendar
from custrata.core.levels.span import NO_TIME, Span

Cause = Literal[
    "initial", "upgrade", "downgrade", "override", "override expired", "merge", "scheme change", "gone"
]  # fmt: skip


@dataclass(frozen=True)
class Policy:
    """How customers move on a ladder of `top` + 1 levels; 0 is the lowest.

    `hold` protects a level that was just reached, `grace` one whose `keep` condition has just failed. With `refund_at
    once`, neither protects who fails because of a refund."""

    top: int
    up_at: Literal["once", "review"] = "once"
    up_by: Literal["earned", "step"] = "earned"
    falls: bool = True
    down_at: Literal["once", "review"] = "once"
    down_by: Literal["earned", "step"] = "earned"
    hold: Span = NO_TIME
    grace: Span = NO_TIME
    refund_at: Literal["once", "review"] = "review"
    review: Rhythm = "every run"
    new: int | None = None
    """Level that new customers get, if they have earned no higher one; null: what they have earned."""
    new_for: Span | None = None
    """How long they keep it at least; null: as long as the hold."""


@dataclass(frozen=True)
class Held:
    """Where a customer stands by the rules: on which level since when; until when it is promised (exclusive; null: not
    at all); since when `keep` fails without a break (null: it holds)."""

    level: int
    since: date
    promised: date | None = None
    failing: date | None = None


@dataclass(frozen=True)
class Found:
    """What is found of a customer on a day: the highest level whose `enter` holds, whether `keep` of the level he is on
    holds, the day of his latest refund, the day he joined."""

    earned: int
    keeps: bool
    refunded: date | None = None
    joined: date | None = None


def first(found: Found, policy: Policy, day: date) -> Held:
    """Where a customer stands who was on no level before."""
    level, span = found.earned, policy.hold
    if policy.new is not None and policy.new > found.earned:
        level, span = policy.new, policy.new_for or policy.hold
    return Held(level, day, _until(span, day))


def step(held: Held, found: Found, policy: Policy, last: date, day: date) -> Held:
    """Where a customer stands on `day`, who stood as `held` when it was looked at `last`.

    A level that was reached on the same day does not change, so a second look on a day finds nothing new."""
    if held.since >= day:
        return held
    due = is_due(held, found, policy, last, day)
    if found.earned > held.level:
        if policy.up_at == "review" and not due:
            return replace(held, failing=None)
        level = found.earned if policy.up_by == "earned" else held.level + 1
        return Held(level, day, _until(policy.hold, day))
    if found.earned == held.level or found.keeps:
        return replace(held, failing=None)
    failing = held.failing or day
    if not policy.falls:
        return replace(held, failing=failing)
    by_refund = policy.refund_at == "once" and held.failing is None and found.refunded is not None \
        and last < found.refunded <= day  # fmt: skip
    over = (held.promised is None or held.promised <= day) and policy.grace.end(failing) <= day
    if by_refund or (over and (policy.down_at == "once" or due)):
        level = found.earned if by_refund or policy.down_by == "earned" else held.level - 1
        return Held(level, day, _until(policy.hold, day))
    return replace(held, failing=failing)


def is_due(held: Held, found: Found, policy: Policy, last: date, day: date) -> bool:
    """Whether a review of this customer lies after `last` and up to `day`."""
    if policy.review not in ANNIVERSARIES:
        return on_calendar(policy.review, last, day)
    anchor = found.joined if policy.review == "anniversary of joining" else held.since
    return anchor is not None and anniversary(anchor, last, day)


def _until(span: Span, day: date) -> date | None:
    """The end of a promise given on a day; null for one that lasts no time."""
    return span.end(day) if span.n else None
