"""The movement report of a period, ladder by ladder, from what the applied plans did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from custrata.core.errors import CustrataError, Problem
from custrata.core.measure.levels import MovementReport
from custrata.locale import Lang
from custrata.usecases.levels.history import History
from custrata.usecases.levels.moved import level_words, named, named_pairs
from custrata.usecases.levels.shares import ladder_title
from custrata.usecases.look import Result


def period(history: History, result: Result, first: date | None, last: date | None) -> tuple[date, date]:
    """The days of a report: by default the month of the last applied plan, up to its day. Raises E-PLAN-010 where it
    would end before it starts."""
    last = last or (history.runs[-1].as_of if history.runs else result.as_of)
    first = max(first or last.replace(day=1), date.min + timedelta(days=1))  # every day has one before it
    if first > last:
        raise CustrataError(Problem("E-PLAN-010", f"{first} – {last}", {"first": first, "last": last}))
    return first, last


def movement_report(
    history: History, result: Result, ladders: Sequence[str], first: date, last: date, lang: Lang
) -> list[MovementReport]:
    """For each ladder what its levels won and lost from `first` to `last`, both inside, and who went where between the
    day before and `last`: so the matrix begins with what the table begins with."""
    found, before = [], first - timedelta(days=1)
    for name in ladders:
        ladder = result.scheme.levels[name]
        words = level_words(ladder, lang)
        runs = [(r.as_of, r.id, r.moves) for r in history.runs if first <= r.as_of <= last]
        found.append(
            MovementReport(
                title=result.scheme.name, ladder=ladder_title(result.scheme, name, lang), first=first, last=last,
                levels=list(words.values()),
                rows=named(history.movement(name, list(ladder.levels), first, last), words),
                pairs=named_pairs(history.migration(name, before, last), words), runs=runs, version=result.version,
            )
        )  # fmt: skip
    return found
