"""How returns show in a table of sales: by negative numbers, by the document's number, by its type or status."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from custrata.core.guess.profile import ColumnProfile
from custrata.core.guess.reasons import Reason
from custrata.core.guess.statuses import statuses
from custrata.core.guess.vocabulary import Vocabulary

_PREFIX = re.compile(r"^([A-Za-z\u4e00-\u9fff]+-?)(?=\d)")
#: Prefixes of documents of return that need no other proof.
_RETURN_PREFIXES = (
    "TH", "XSTH", "THD", "XTH", "XT", "退", "退货", "RT", "RMA", "CN", "RET", "CM", "LSTH", "PFTH", "RINV",
)  # fmt: skip

#: A prefix names orders where the rest of so many of the numbers is one.
_NAMED = 0.5


@dataclass(frozen=True)
class ReturnsGuess:
    """How the rows of a table of sales that are returns are told.

    `negative` is the share of rows with a negative quantity, or a negative amount and no positive quantity: those are
    returns without any rule. `prefix` begins the numbers of returns, and the rest is the order returned if
    `prefix_names_order`; one that names no order is there only where nothing else tells returns. `begins` is the prefix
    that the numbers of returns have either way. `statuses` of the column that is mapped as status mean a return;
    `type_column` is a column of types that says so and is not mapped.
    """

    negative: float = 0.0
    prefix: str = ""
    prefix_names_order: bool = False
    statuses: tuple[str, ...] = ()
    type_column: str = ""
    certainty: float = 1.0
    reasons: tuple[Reason, ...] = ()
    begins: str = ""
    told_else: bool = False
    """Whether the returns with the prefix are told without it: by their sign, their status or their type."""

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
    begins = _prefix(columns.get("order_id"), negative)
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
    alone = ReturnsGuess(share, statuses=found, type_column=typed, reasons=tuple(reasons))
    if begins is None:
        return alone
    told = begins.signed or bool(found)
    return with_prefix(replace(alone, begins=begins.prefix, told_else=told, certainty=begins.certainty), begins.named)


def with_prefix(returned: ReturnsGuess, named: float) -> ReturnsGuess:
    """The guess when it is known of which share of the numbers with the prefix the rest is an order: where that is less
    than half, the prefix says nothing of orders, and is needed only where nothing else tells returns.

    >>> found = ReturnsGuess(negative=0.1, begins="TH", told_else=True)
    >>> with_prefix(found, 0.9).prefix, with_prefix(found, 0.0).prefix
    ('TH', '')
    """
    names, prefix = named >= _NAMED, {"prefix": returned.begins}
    others = [r for r in returned.reasons if not r.code.startswith("returns_prefix")]
    if names or not returned.told_else:
        others.insert(min(1, len(others)) if returned.negative else 0,
                      Reason("returns_prefix_named" if names else "returns_prefix", prefix))  # fmt: skip
    return replace(
        returned, prefix=returned.begins if names or not returned.told_else else "", prefix_names_order=names,
        reasons=tuple(others),
    )  # fmt: skip


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


@dataclass(frozen=True)
class _Begins:
    """What the numbers of returns begin with; whether those rows are negative anyway; and of which share of them the
    rest is the number of an order."""

    prefix: str
    certainty: float
    signed: bool
    named: float


def _prefix(order: ColumnProfile | None, negative: Sequence[bool]) -> _Begins | None:
    """Letters before the numbers of some documents that others do not have."""
    if order is None:
        return None
    rows: dict[str, list[int]] = {}
    for i, value in enumerate(order.values):
        if value is None:
            continue
        found = _PREFIX.match(value)
        rows.setdefault(found[1] if found else "", []).append(i)
    if len(rows) < 2:
        return None
    total = sum(map(len, rows.values()))
    usual = Counter({p: len(at) for p, at in rows.items()}).most_common(1)[0][0]
    numbers = {value for value in order.values if value is not None}
    for letters, at in sorted(rows.items(), key=lambda item: len(item[1])):
        if letters in ("", usual) or len(at) > 0.4 * total:
            continue
        signed = sum(negative[i] for i in at) / len(at) if negative else 0.0
        known = letters.upper().rstrip("-") in _RETURN_PREFIXES
        outside = (sum(negative) - signed * len(at)) / max(1, total - len(at)) if negative else 0.0
        own = signed >= 0.9 and outside < 0.1
        # THXS0001 returns XS0001 where orders are called XS.
        shorter = letters.removesuffix(usual) if usual else letters
        if own or known or (shorter != letters and shorter.upper().rstrip("-") in _RETURN_PREFIXES):
            named = {
                p: sum((order.values[i] or "").removeprefix(p) in numbers for i in at) / len(at)
                for p in dict.fromkeys((letters, shorter)) if p
            }  # fmt: skip
            prefix = max(named, key=lambda p: named[p])
            return _Begins(prefix, 0.97 if own else 0.85, own, named[prefix])
    return None
