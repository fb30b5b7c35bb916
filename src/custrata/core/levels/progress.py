"""What a customer lacks to the next level, and what he has to hold to stay: comparison by comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import ibis.expr.types as ir

from custrata.core.conditions import Condition
from custrata.core.conditions.tree import Compare, Constant, Missing
from custrata.core.levels.checks import SCORE
from custrata.core.levels.ladder import Ladder
from custrata.locale import Lang

#: What a comparison is asked for: to reach the next level, or to stay on this one.
Aim = Literal["next", "keep"]


@dataclass(frozen=True)
class Asked:
    """One comparison of a condition: whether it holds (null: a number is missing), the customer's own value, how far
    that is from a bound it does not reach (null: it holds, or has no bound), and the last day that counts of a
    membership year that is not over (null: no number of this comparison ends on a day of the customer's own)."""

    text: str
    holds: bool | None
    value: Any
    gap: Decimal | None
    until: date | None = None
    names: tuple[str, ...] = ()
    """The numbers, classes and attributes that it reads."""


def next_level(ladder: Ladder, level: str) -> str | None:
    """The level above; null for the highest."""
    names = ladder.names
    at = names.index(level) + 1
    return names[at] if at < len(names) else None


def progress_columns(ladder: Ladder, level: str, table: ir.Table) -> dict[str, Any]:
    """Row-wise truth and value of each comparison asked of who is on a level; of a table as `scored` gives it."""
    found: dict[str, Any] = {}
    for aim, condition in _conditions(ladder, level):
        for i, atom in enumerate(condition.atoms()):
            found[f"?{aim}?{i}"] = atom.expression(table)
            if not isinstance(atom, Missing) and isinstance(atom, Compare):
                found[f"#{aim}#{i}"] = atom.left.expression(table)
    return found


def progress(
    ladder: Ladder, level: str, row: Mapping[str, Any], lang: Lang, ends: Mapping[str, date] | None = None
) -> dict[Aim, list[Asked]]:
    """What is asked of one customer, from a row with `progress_columns`. `ends` has the last day of each metric that
    ends on a day of the customer's own."""
    told: dict[Aim, list[Asked]] = {}
    for aim, condition in _conditions(ladder, level):
        told[aim] = [
            _asked(atom, row[f"?{aim}?{i}"], row.get(f"#{aim}#{i}"), lang, _until(ladder, atom, ends or {}))
            for i, atom in enumerate(condition.atoms())
        ]
    return told


def _until(ladder: Ladder, atom: Condition, ends: Mapping[str, date]) -> date | None:
    names = set(atom.names())
    if SCORE in names:
        names |= set(ladder.score)
    return min((ends[n] for n in names if n in ends), default=None)


def _conditions(ladder: Ladder, level: str) -> Iterator[tuple[Aim, Condition]]:
    above = next_level(ladder, level)
    enter = ladder.levels[above].enter if above is not None else None
    if enter is not None:
        yield "next", enter
    keep = ladder.levels[level].keeps
    if keep is not None:
        yield "keep", keep


def _asked(atom: Any, holds: bool | None, value: Any, lang: Lang, until: date | None) -> Asked:
    gap = None
    if not holds and isinstance(atom, Compare) and isinstance(atom.right, Constant) and value is not None:
        bound = atom.right.value
        if isinstance(bound, Decimal) and atom.op in (">", ">=", "<", "<="):
            gap = abs(bound - Decimal(str(value)))
    return Asked(atom.text(lang), holds, value, gap, until, tuple(sorted(atom.names())))
