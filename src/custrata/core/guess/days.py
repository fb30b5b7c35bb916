"""Which way round the dates of a column are written, and whether the values prove it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from custrata.core.facts.spelled import DATE_ORDERS, DateOrder
from custrata.core.guess import cells

Why = Literal["", "year_first", "above_twelve", "only_order", "sorted", "span", "ambiguous", "contradiction"]
#: What a date may be that does not begin with a year of four digits; the last if its year has two.
_ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy", "yymd")


@dataclass(frozen=True)
class DayForm:
    """The dates of a column. Shares are of the cells that hold something.

    `date` is the share that reads as a day, with `time` those that have a time too; `maybe` those that read as a day
    but may be numbers (20240305, 45321); `clock` times without a day; `unread` dates in a form that is not read.
    `order` is which way round, `certainty` how sure that is and `why`: `above_twelve` and `only_order` are proof.
    `days` are day numbers (from 0001-01-01) row by row.
    """

    date: float = 0.0
    time: float = 0.0
    maybe: float = 0.0
    clock: float = 0.0
    unread: float = 0.0
    order: DateOrder = "ymd"
    certainty: float = 1.0
    why: Why = ""
    example: str = ""
    days: Sequence[int | None] = ()


def day_form(looked_at: Mapping[str, int], counts: Counter[str], column: Sequence[str | None]) -> DayForm:
    """How the cells read as dates. `looked_at` are the first different values, `counts` all of them.

    >>> values = ["03/04/2024", "25/04/2024", None]
    >>> form = day_form(Counter(values[:2]), Counter(values[:2]), values)
    >>> form.order, form.why, form.certainty
    ('dmy', 'above_twelve', 1.0)
    """
    total = sum(looked_at.values())
    kinds = Counter[str]()
    unread = ""
    for value, n in looked_at.items():
        read = cells.days(value)
        if read:
            kinds[read[0]] += n
            unread = unread or (value if read[0] == "unread" else "")
    share = {kind: n / total for kind, n in kinds.items()}
    date = share.get("date", 0.0) + share.get("datetime", 0.0)
    maybe = share.get("compact", 0.0) + share.get("serial", 0.0)
    clock, bad = share.get("time", 0.0), share.get("unread", 0.0)
    if date + maybe < 0.5:
        return DayForm(date, share.get("datetime", 0.0), maybe, clock, bad, example=unread)
    every = _read_all(counts)
    order, certainty, why = _order([found[1] if (found := every.get(c or "")) else {} for c in column], every)
    found_days = {value: read[1].get(order) for value, read in every.items()}
    if date >= 0.5:
        certain = [v for v in every if every[v][0] in ("date", "datetime")]
        date = sum(counts[v] for v in certain) / counts.total()
    example = next((v for v in every if 1 < len(every[v][1]) < len(DATE_ORDERS)), "") or next(iter(every), "")
    return DayForm(
        date, share.get("datetime", 0.0), maybe, clock, bad, order, certainty, why, unread or example,
        [found_days.get(c) if c is not None else None for c in column],
    )  # fmt: skip


def _read_all(counts: Counter[str]) -> dict[str, tuple[cells.Kind, cells.Days]]:
    """Every value that reads as a day. Thousands of times fall on few days, so each day is read once."""
    heads: dict[str, tuple[cells.Kind, cells.Days] | None] = {}
    every: dict[str, tuple[cells.Kind, cells.Days]] = {}
    for value in counts:
        head = value.replace("T", " ", 1).partition(" ")[0]
        if head not in heads:
            heads[head] = cells.days(head)
        read = heads[head] or cells.days(value)
        if read and read[1]:
            every[value] = read
    return every


def _order(
    column: Sequence[cells.Days], every: Mapping[str, tuple[cells.Kind, cells.Days]]
) -> tuple[DateOrder, float, Why]:
    """Dates that begin with a year of four digits have one order. Of the others, a day above twelve proves which."""
    last = [read for _, read in every.values() if "ymd" not in read]
    if not last:
        return "ymd", 1.0, "year_first"
    only = {o: sum(set(read) == {o} for read in last) for o in _ORDERS}
    fits = {o: sum(o in read for read in last) for o in _ORDERS}
    orders = [o for o in _ORDERS if fits[o] == len(last)]
    if not orders:
        likely = max(_ORDERS, key=lambda o: (only[o], fits[o]))
        return likely, only[likely] / (sum(only.values()) or 2) * 0.9, "contradiction"
    if len(orders) == 1:
        return orders[0], 1.0, "only_order" if orders[0] == "yymd" else "above_twelve"
    runs = {o: [read[o] for read in column if o in read] for o in orders}
    rising = [o for o in orders if _sorted(runs[o])]
    if len(rising) == 1:
        return rising[0], 0.93, "sorted"
    spans = {o: max(run) - min(run) for o, run in runs.items()}
    near, next_ = sorted(orders, key=lambda o: spans[o])[:2]
    if len(last) >= 4 and 4 * spans[near] < spans[next_]:
        return near, 0.8, "span"
    return near, 0.5, "ambiguous"


def _sorted(run: Sequence[int]) -> bool:
    """Whether the days run one way, over more than a few rows and more than one day."""
    if len(set(run)) < 4:
        return False
    return all(b >= a for a, b in pairwise(run)) or all(b <= a for a, b in pairwise(run))
