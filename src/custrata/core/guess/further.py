"""Which of the other columns are worth keeping under a name of their own: attributes of customers, places of sale."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches

from custrata.core.facts.columns import CANONICAL, OPEN
from custrata.core.guess.profile import ColumnProfile
from custrata.core.guess.reasons import Concerning, Reason
from custrata.core.guess.scoring import Table
from custrata.core.guess.table import FurtherColumn, UnusedColumn

#: Personal data has no place in the lines of sales: classes are made from customers' attributes.
_PERSONAL = ("phone", "email", "customer_name", "birthday", "total", "sex", "age", "occupation", "income")
_NAME = re.compile(r"[^\W\d_]\w*").fullmatch
#: An attribute has few different values; a column of notes or addresses has not.
_FEW, _FEW_SHARE = 50, 0.5


def further_columns(
    table: Table, kind: str, found: Mapping[str, str], told: Collection[str]
) -> tuple[tuple[FurtherColumn, ...], tuple[UnusedColumn, ...]]:
    """The further columns, and those that are left out with the reason. `told` are headers already accounted for."""
    used = set(found.values())
    taken = {c.name for c in CANONICAL[kind]}
    kept: list[FurtherColumn] = []
    left: list[UnusedColumn] = []
    # The name of a store says more than its number, so columns that are named by numbers come last.
    ranked = sorted(table.profiles.items(), key=lambda item: item[1].number >= 0.9 or item[1].constant)
    for header, p in ranked:
        if header in used or header in told:
            continue
        concept = table.concept(header)
        name = _name(table, kind, header, p, taken)
        if name:
            taken.add(name)
            fit = table.headers[header].readings[0].fit if concept else 0.5
            kept.append(FurtherColumn(name, header, round(min(0.95, fit), 2)))
        else:
            left.append(UnusedColumn(header, concept, _why(p, concept)))
    return tuple(kept), tuple(left)


def _name(table: Table, kind: str, header: str, p: ColumnProfile, taken: Collection[str]) -> str:
    if kind not in OPEN or kind in ("products", "interactions") or p.distinct < 2:
        return ""
    found = table.words.concepts.get(table.concept(header))
    if found:
        name = found.attribute
        if not name or name in taken or (kind == "orders" and name in _PERSONAL):
            return ""
        if p.days.date >= 0.5 and name not in ("birthday",):
            return ""
    else:
        own = _NAME(header) and header.casefold() not in taken
        if kind != "customers" or not own or p.distinct > _FEW or p.distinct_share > _FEW_SHARE or p.length > 20:
            return ""
        name = header
    # A further column that almost has a canonical name is refused by the scheme as a slip of the pen.
    return "" if get_close_matches(name, [c.name for c in CANONICAL[kind]], n=1, cutoff=0.8) else name


def _why(p: ColumnProfile, concept: str) -> Reason:
    if not p.filled:
        return Reason("unused_empty")
    if p.distinct < 2:
        return Reason("unused_constant", {"value": p.top[0][0]})
    if concept:
        return Reason("unused_known", {"meaning": Concerning("concepts", concept)})
    return Reason("unused_unknown")
