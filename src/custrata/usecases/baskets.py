"""`custrata baskets`: what customers buy together in an order, and what they buy after it, of all or class by class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis.expr.datatypes as dt

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.facts.ids import like
from custrata.locale import Lang
from custrata.usecases.baskets_read import By, Sold, day_number, names, require_lines, sold
from custrata.usecases.look import Result

if TYPE_CHECKING:
    from custrata.core.predict.baskets import Found
    from custrata.core.predict.sequences import Sequences

#: Days within which one thing follows another.
WINDOW = 90
#: One order in so many must have a pair, unless it is said otherwise.
_ONE_IN = 2000


@dataclass(frozen=True)
class OfClass:
    """What goes together among the customers of one class (null: all), more often than by chance.

    `orders` are all purchases, also those of one thing; `least` is how many must have a pair or set. `tried` are the
    pairs that were tested."""

    class_: str | None
    customers: int
    orders: int
    least: int
    tried: int
    pairs: Found
    triples: Found
    sequences: Sequences
    notes: Sequence[Problem]


@dataclass(frozen=True)
class BasketReport:
    """`items` are ids or words by their numbers, `names` what ids are called."""

    by: By
    as_of: date
    run: str
    window: int
    segment: str | None
    items: Any
    names: Mapping[str, str]
    of: Sequence[OfClass]

    def title(self, item: int) -> str:
        """What a thing is called, with its number where it has one."""
        word = str(self.items[item])
        return f"{self.names[word]} ({word})" if word in self.names else word


def baskets(
    result: Result, by: By = "product", *, segment: str | None = None, class_: str | None = None,
    least: int | None = None, window: int = WINDOW, lang: Lang = "en",
) -> BasketReport:  # fmt: skip
    """What is bought together, by product, category or brand; of a segment class by class, or of one class.

    Raises `CustrataError`: E-PREDICT-030 and -031 where nothing tells what was sold, E-PREDICT-032 where only one thing
    is, E-CLI-012 a class without a segment, E-RUN-003 and -008 what there is none of.
    """
    require_lines(result, by)
    if class_ is not None and segment is None:
        name = next(iter(result.scheme.segments), "SEGMENT")
        raise CustrataError(Problem("E-CLI-012", "--class", {"segment": name, "class_": class_}))
    labels = _labels(result, segment, class_, lang) if segment is not None else {}
    rows = sold(result, by)
    if len(rows.items) < 2:
        values = {"by": by, "item": rows.items[0] if len(rows.items) else "–"}
        raise CustrataError(Problem("E-PREDICT-032", result.run_id, values))
    called = names(result) if by == "product" else {}
    first, until = rows.first_day, day_number(result.as_of)
    if segment is None:
        found = [_of(rows, None, least, window, first, until)]
    else:
        of = class_numbers(result, rows.customers, segment, list(labels))
        found = [
            _of(rows.some(of[rows.customer] == n), shown, least, window, first, until)
            for n, shown in enumerate(labels.values())
        ]
    return BasketReport(by, result.as_of, result.run_id, window, segment, rows.items, called, found)


def _of(rows: Sold, class_: str | None, least: int | None, window: int, first: int, until: int) -> OfClass:
    import numpy as np

    from custrata.core.predict import sequences as after
    from custrata.core.predict.baskets import MOST_IN_ORDER, pairs, significant, triples
    from custrata.core.predict.baskets_pairs import Rows

    width = len(rows.items)
    table = Rows.of(np.unique(rows.order, return_inverse=True)[1], rows.item, width)
    enough = least if least is not None else least_of(len(table))
    two = pairs(table, enough)
    three = triples(table, two, enough)
    people = len(np.unique(rows.customer))
    followed = after.sequences(rows.customer, rows.item, rows.day, width, until, window, min(enough, least_of(people)))
    notes = []
    back = until - first
    if back <= window and len(table):
        within = {"days": back, "window": window, "half": max(back // 2, 1)}
        notes.append(Problem("E-PREDICT-064", class_ or "", within))
    if two.wide:
        notes.append(Problem("E-PREDICT-033", class_ or "", {"n": f"{two.wide:,}", "most": MOST_IN_ORDER}))
    if followed.left_out:
        values = {"n": f"{followed.left_out:,}", "most": f"{after.MOST_OF_CUSTOMER:,}"}
        notes.append(Problem("E-PREDICT-034", class_ or "", values))
    return OfClass(class_, people, len(table), enough, two.tested, significant(two), significant(three),
                   after.significant(followed), notes)  # fmt: skip


def least_of(orders: int) -> int:
    """How many orders must have a pair: one in 2,000, and five at least.

    >>> least_of(300), least_of(1_000_000)
    (5, 500)
    """
    from custrata.core.predict.baskets import LEAST

    return max(LEAST, orders // _ONE_IN)


def class_numbers(result: Result, customers: Any, segment: str, labels: Sequence[str]) -> Any:
    """Of each of the customers (ids, sorted) the place of his class among the labels (as the run has them); −1 where it
    is none of them."""
    import numpy as np

    t = result.labelled(segment)
    t = t.select(customer_id=like(t.customer_id, dt.string), label=t[segment])
    arrow = result.engine.arrow(t)
    ids = np.asarray(arrow["customer_id"].to_pylist(), dtype=str)
    number = {label: n for n, label in enumerate(labels)}
    of = np.array([number.get(v, -1) for v in arrow["label"].to_pylist()], dtype=np.int64)
    order = np.argsort(ids)
    found = np.full(len(customers), -1, dtype=np.int64)
    if len(ids):
        at = np.minimum(np.searchsorted(ids[order], customers), len(ids) - 1)
        there = ids[order][at] == customers
        found[there] = of[order][at][there]
    return found


def _labels(result: Result, segment: str, class_: str | None, lang: Lang) -> dict[str, str]:
    """Of the classes wanted the label that the run has and the one that is shown."""
    classes, missing = result.segment_class_labels(segment)
    every = [*classes, missing]
    wanted = every
    if class_ is not None:
        said = class_.strip().casefold()
        wanted = [c for c in every if said in {w.casefold() for w in (c.key, c.zh, c.en)}]
    if not wanted:
        known = [c.label(lang) for c in every]
        values = {"segment": segment, "name": class_, "known": ", ".join(known[:40]),
                  "suggestion": did_you_mean(str(class_), known)}  # fmt: skip
        raise CustrataError(Problem("E-RUN-008", result.run_id, values))
    return {c.label(result.scheme.lang): c.label(lang) for c in wanted}
