"""The Python face of baskets: what customers buy together, and what they buy after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from custrata.api import Kind, as_kind
from custrata.api_result import Looked, result_of
from custrata.core.errors import Problem
from custrata.locale import Lang
from custrata.usecases import baskets as _baskets
from custrata.usecases.baskets import BasketReport
from custrata.usecases.baskets_read import By
from custrata.usecases.baskets_told import after, as_document, sets


def baskets(
    what: Looked, by: By = "product", *, segment: str | None = None, class_: str | None = None,
    least: int | None = None, within: int = _baskets.WINDOW, run: str | None = None, lang: Lang | None = None,
) -> Basketed:  # fmt: skip
    """What is bought together in an order more often than by chance, and what follows within so many days.

    `what` is what `evaluate` gave, or the folder of a workspace, of which `run` (default: the current one) is asked.
    `by` is `product`, `category` or `brand`; with `segment` each class by itself, with `class_` one of them. `least`
    is how many orders must have a pair (default: one in 2,000, at least 5). Nothing is written. Raises `CustrataError`:
    E-PREDICT-030 to 032, E-CLI-012, E-RUN-003 and -008.

    >>> import pyarrow as pa, datetime as dt
    >>> from custrata import Scheme, evaluate
    >>> bought = [(i, p) for i in range(60) for p in (("tea", "milk") if i % 2 else ("coffee", "bread"))]
    >>> sales = pa.table({
    ...     "order_id": [f"o{i}" for i, _ in bought], "customer_id": [f"c{i % 20}" for i, _ in bought],
    ...     "ordered_at": [dt.date(2024, 1, 1) + dt.timedelta(i) for i, _ in bought],
    ...     "product": [p for _, p in bought], "amount": [5] * len(bought),
    ... })
    >>> found = baskets(evaluate(Scheme.parse("scheme: Shop"), orders=sales))
    >>> [(sorted(p["items"]), p["orders"], p["lift"]) for p in found.pairs()]
    [(['bread', 'coffee'], 30, 2.0), (['milk', 'tea'], 30, 2.0)]
    """
    with result_of(what, run) as result:
        said = lang or result.scheme.lang
        meant = None if segment is None else result.meant(segment)
        found = _baskets.baskets(result, by, segment=meant, class_=class_, least=least, window=within, lang=said)
    return Basketed(found, said)


@dataclass(frozen=True)
class Basketed:
    """What baskets found. `report` has every figure of it, in `of` class by class."""

    report: BasketReport
    lang: Lang

    def pairs(self, class_: str | None = None) -> list[dict[str, Any]]:
        """Pairs, the strongest first: items, titles, orders, support, confidence (of each item, among the orders that
        have the other), lift, leverage, beyond (orders more than by chance), p, q. `class_` is the label of a class."""
        return sets(self.report, self._of(class_).pairs).rows

    def triples(self, class_: str | None = None) -> list[dict[str, Any]]:
        """Sets of three that are bought together more often than their pairs have it; as `pairs`."""
        return sets(self.report, self._of(class_).triples).rows

    def after(self, class_: str | None = None) -> list[dict[str, Any]]:
        """What follows what: items and titles (the first, then the other), buyers of the first, followed, share, usual
        (the same after anything else), lift, p, q."""
        return after(self.report, self._of(class_).sequences).rows

    @property
    def notes(self) -> Sequence[Problem]:
        """What should be known of it: orders and customers that were left out, data that are too short."""
        return [n for one in self.report.of for n in one.notes]

    def table(self, kind: Kind = "pyarrow") -> Any:
        """Every pair of every class: class, first, second, orders, support, first_to_second, second_to_first, lift,
        leverage, q."""
        import pyarrow as pa

        rows = [
            {"class": one.class_, "first": p["titles"][0], "second": p["titles"][1], "orders": p["orders"],
             "support": p["support"], "first_to_second": p["confidence"][1], "second_to_first": p["confidence"][0],
             "lift": p["lift"], "leverage": p["leverage"], "q": p["q"]}
            for one in self.report.of for p in sets(self.report, one.pairs).rows
        ]  # fmt: skip
        number, word = pa.float64(), pa.string()
        shape = pa.schema([("class", word), ("first", word), ("second", word), ("orders", pa.int64()),
                           *((n, number) for n in ("support", "first_to_second", "second_to_first", "lift", "leverage",
                                                   "q"))])  # fmt: skip
        return as_kind(kind, pa.Table.from_pylist(rows, schema=shape))

    def as_dict(self) -> dict[str, Any]:
        """Everything, as `custrata baskets --json` gives it."""
        return as_document(self.report, None, self.lang)

    def _of(self, class_: str | None) -> _baskets.OfClass:
        found = [one for one in self.report.of if class_ is None or one.class_ == class_]
        if len(found) != 1:
            known = ", ".join(str(one.class_) for one in self.report.of)
            raise ValueError(f"class_ must be one of: {known}")
        return found[0]
