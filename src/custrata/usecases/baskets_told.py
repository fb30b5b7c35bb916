"""What baskets found, as lists, pages and programs show it: rows with names, shares as numbers from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from custrata.core.predict.baskets import Found
from custrata.core.predict.sequences import Sequences
from custrata.locale import Lang
from custrata.usecases.baskets import BasketReport, OfClass


@dataclass(frozen=True)
class Part:
    """Some rows of a list, and how many there are."""

    rows: list[dict[str, Any]]
    total: int


def sets(found: BasketReport, rows: Found, most: int | None = None, said: str = "") -> Part:
    """Pairs or sets of three, the strongest first: items, titles, orders, support, confidence (of each item, among the
    orders that have the others), lift, leverage, beyond (leverage in orders), p, q. `said`: only those that have a
    thing with these words in its name or number."""
    asked = _named(found, said)
    numbers = [i for i in range(len(rows)) if asked is None or any(asked[j] for j in rows.items[i])]
    listed = [
        {
            "items": [str(found.items[j]) for j in rows.items[i].tolist()],
            "titles": [found.title(j) for j in rows.items[i].tolist()], "orders": int(rows.together[i]),
            "support": float(rows.together[i] / rows.orders), "confidence": rows.confidence[i].tolist(),
            "lift": float(rows.lift[i]), "leverage": float(rows.leverage[i]),
            "beyond": round(float(rows.leverage[i]) * rows.orders), "p": float(rows.p[i]), "q": float(rows.q[i]),
        }
        for i in numbers[:most]
    ]  # fmt: skip
    return Part(listed, len(numbers))


def after(found: BasketReport, rows: Sequences, most: int | None = None, said: str = "") -> Part:
    """What follows what, the strongest first: items and titles (the first, then the other), buyers, followed, share,
    usual, lift, p, q."""
    asked = _named(found, said)
    ends = list(zip(rows.first.tolist(), rows.then.tolist(), strict=True))
    numbers = [i for i, (a, b) in enumerate(ends) if asked is None or asked[a] or asked[b]]
    listed = [
        {
            "items": [str(found.items[j]) for j in ends[i]], "titles": [found.title(j) for j in ends[i]],
            "buyers": int(rows.buyers[i]), "followed": int(rows.followed[i]), "share": float(rows.share[i]),
            "usual": float(rows.usual[i]), "lift": float(rows.lift[i]), "p": float(rows.p[i]), "q": float(rows.q[i]),
        }
        for i in numbers[:most]
    ]  # fmt: skip
    return Part(listed, len(numbers))


def parts(found: BasketReport, one: OfClass, most: int | None = None, said: str = "") -> Mapping[str, Part]:
    """Pairs, sets of three and what follows, of one class."""
    return {
        "pairs": sets(found, one.pairs, most, said), "triples": sets(found, one.triples, most, said),
        "sequences": after(found, one.sequences, most, said),
    }  # fmt: skip


def best_rule(row: Mapping[str, Any]) -> tuple[list[int], int]:
    """Of a set of three the rule "two, then the third" with the highest confidence, by places in the row."""
    best = max(range(3), key=lambda j: (row["confidence"][j], -j))
    return [j for j in range(3) if j != best], best


def as_document(found: BasketReport, most: int | None, lang: Lang) -> dict[str, Any]:
    """The answer as JSON has it."""
    of = []
    for one in found.of:
        told: dict[str, Any] = {
            "class": one.class_, "customers": one.customers, "orders": one.orders, "least": one.least,
            "tested": one.tried,
        }  # fmt: skip
        for name, part in parts(found, one, most).items():
            told |= {name: part.rows, f"{name}_found": part.total}
        of.append({**told, "notes": [n.as_json(lang) for n in one.notes]})
    return {"by": found.by, "run": found.run, "as_of": found.as_of.isoformat(), "segment": found.segment,
            "within_days": found.window, "of": of}  # fmt: skip


def _named(found: BasketReport, said: str) -> Any:
    """Whether each thing has the words in its name or number; null where none are asked for."""
    words = said.strip().casefold()
    if not words:
        return None
    has: Callable[[int], bool] = lambda i: words in found.title(i).casefold()  # noqa: E731
    return [has(i) for i in range(len(found.items))]
