"""How returns show in a table of sales: by negative numbers, by the document's number, by its type or status."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from custrata.core.guess.profile import ColumnProfile
from custrata.core.guess.reasons import Reason
from custrata.core.guess.statuses import statuses
from custrata.core.guess.vocabulary import Vocabulary

_PREFIX = re.compile(r"^([A-Za-z\u4e00-\u9fff]+-?)(?=\d)")
#: Prefixes of documents of return that need no other proof.
_RETURN_PREFIXES = (
    "TH", "XSTH", "THD", "XTH", "XT", "退", "退货", "RT", "RMA", "CN", "RET", "CM", "LSTH", "PFTH", "RINV",
)  # fmt: skip


@dataclass(frozen=True)
class ReturnsGuess:
    """How the rows of a table of sales that are returns are told.

    `negative` is the share of rows with a negative quantity, or a negative amount and no positive quantity: those are
    returns without any rule. `prefix` begins the numbers of returns, and the rest is the order returned if
    `prefix_names_order`. `statuses` of the column that is mapped as status mean a return; `type_column` is a column
    of types that says so and is not mapped.
    """

    negative: float = 0.0
    prefix: str = ""
    prefix_names_order: bool = False
    statuses: tuple[str, ...] = ()
    type_column: str = ""
    certainty: float = 1.0
    reasons: tuple[Reason, ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.negative or self.prefix or self.statuses or self.type_column)


def find_returns(
    columns: Mapping[str, ColumnProfile], types: Sequence[ColumnProfile], words: Vocabulary
) -> ReturnsGuess:
    """Returns among the rows. `columns` are the canonical columns that were found; `types` are columns of document
    types that are mapped to nothing."""
    negative = _negative_rows(columns.get("quantity"), columns.get("amount"))
    share = sum(negative) / len(negative) if negative else 0.0
    reasons = [Reason("returns_negative", {"share": share})] if share else []
    prefix, names_order, certainty = _prefix(columns.get("order_id"), negative)
    if prefix:
        reasons.append(Reason("returns_prefix_named" if names_order else "returns_prefix", {"prefix": prefix}))
    found: tuple[str, ...] = ()
    if status := columns.get("status"):
        found = _return_statuses(status, words)
        if found:
            reasons.append(Reason("returns_status", {"values": list(found), "column": status.name}))
    typed = ""
    for p in types:
        said = _return_statuses(p, words) if p.distinct <= 40 else ()
        if said and not found:
            typed = p.name
            reasons.append(Reason("returns_type", {"values": list(said), "column": p.name}))
            break
    return ReturnsGuess(share, prefix, names_order, found, typed, certainty, tuple(reasons))


def _return_statuses(p: ColumnProfile, words: Vocabulary) -> tuple[str, ...]:
    return statuses(p.counts, words=words).returns


def _negative_rows(quantity: ColumnProfile | None, amount: ColumnProfile | None) -> list[bool]:
    """The rows that are returns by their sign, as the loading of facts sees them."""
    rows = max((p.rows for p in (quantity, amount) if p), default=0)
    q = list(quantity.numbers) if quantity and quantity.numbers else [None] * rows
    a = list(amount.numbers) if amount and amount.numbers else [None] * rows
    return [
        (x is not None and x < 0) or (y is not None and y < 0 and not (x is not None and x > 0))
        for x, y in zip(q, a, strict=True)
    ]


def _prefix(order: ColumnProfile | None, negative: Sequence[bool]) -> tuple[str, bool, float]:
    """Letters before the numbers of some documents that others do not have."""
    if order is None:
        return "", False, 1.0
    rows: dict[str, list[int]] = {}
    plain: set[str] = set()
    for i, value in enumerate(order.values):
        if value is None:
            continue
        found = _PREFIX.match(value)
        rows.setdefault(found[1] if found else "", []).append(i)
        if not found:
            plain.add(value)
    if len(rows) < 2:
        return "", False, 1.0
    total = sum(map(len, rows.values()))
    usual = Counter({p: len(at) for p, at in rows.items()}).most_common(1)[0][0]
    for prefix, at in sorted(rows.items(), key=lambda item: len(item[1])):
        if prefix in ("", usual) or len(at) > 0.4 * total:
            continue
        signed = sum(negative[i] for i in at) / len(at) if negative else 0.0
        known = prefix.upper().rstrip("-") in _RETURN_PREFIXES
        named = sum((order.values[i] or "").removeprefix(prefix) in plain for i in at) / len(at)
        outside = (sum(negative) - signed * len(at)) / max(1, total - len(at)) if negative else 0.0
        if signed >= 0.9 and outside < 0.1:
            return prefix, named >= 0.3, 0.97
        if known:
            return prefix, named >= 0.3, 0.85
    return "", False, 1.0
