"""Which table an export is: sales, returns, customers, products, interactions or assets."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import cast

from custrata.core.facts.columns import CANONICAL, SourceName
from custrata.core.guess.fold import fold
from custrata.core.guess.matching import Pair
from custrata.core.guess.reading import read_header
from custrata.core.guess.reasons import Concerning, Reason
from custrata.core.guess.scoring import Candidate, Table
from custrata.core.guess.table import KindGuess
from custrata.core.guess.vocabulary import Vocabulary, vocabulary

#: A column counts as found where its best header is at least this likely (log-odds).
_FOUND = 1.0
_SHARPNESS = 0.9
#: What a returns file needs to say of returns before it is not just sales.
_RETURN_WORDS = 1.5
#: Names of files that hold more than returns: 销售及退货.
_BOTH = re.compile(r"[及和与、&+]|\band\b", re.I)
#: What a file needs to say of complaints, visits and the like, or of assets, before it is one of them.
_CONTACT_WORDS = 2.0
#: Words of a file's name or of its headers, and the kind of interactions that they tell.
_CONTACTS = {
    "complaint": "complaint", "ticket": "ticket", "visit": "visit", "browse": "browsing", "feedback": "feedback",
    "satisfaction": "feedback", "review": "feedback", "coupon": "coupon",
}  # fmt: skip


def guess_kind(table: Table, candidates: Mapping[str, Mapping[Pair, Candidate]], called: str) -> KindGuess:
    """The kind whose columns are there and whose words the headers use. `called` is the file's or sheet's name."""
    told = dict.fromkeys(CANONICAL, 0.0)
    by_header: dict[str, list[tuple[float, str]]] = {kind: [] for kind in CANONICAL}
    for header, read in table.headers.items():
        if not read.readings or not table.profiles[header].filled:
            continue
        best = read.readings[0]
        for kind, weight in table.words.concepts[best.concept].tells.items():
            told[kind] += weight * best.fit
            by_header[kind].append((weight * best.fit, header))
    named = _name_tells(called, table.words)
    for kind, weight in named.items():
        told[kind] += weight
    returns = "returns" in named and not _BOTH.search(_stem(called))
    score = {kind: _structure(kind, table, candidates[kind], told, called_returns=returns) for kind in CANONICAL}
    top = max(score.values())
    odds = {kind: math.exp(_SHARPNESS * (s - top)) for kind, s in score.items()}
    total = sum(odds.values())
    odds = {kind: round(x / total, 4) for kind, x in odds.items()}
    kind = max(odds, key=lambda k: odds[k])
    reasons = []
    telling = [header for _, header in sorted(by_header[kind], reverse=True)[:4]]
    if telling:
        reasons.append(Reason("kind_headers", {"headers": telling, "kind": Concerning("kinds", kind)}))
    if kind in ("customers", "products"):
        reasons.append(Reason("kind_unique"))
    return KindGuess(cast(SourceName, kind), min(0.99, odds[kind]), odds, tuple(reasons))


def contact_kind(table: Table, called: str) -> str:
    """Of which kind the interactions of a file are: as its name says, else as its headers say; empty where they say
    nothing of it."""
    for names in ([_stem(called)], table.headers):
        parts = {part for name in names for part in _parts(name, table.words)}
        found = next((kind for part, kind in _CONTACTS.items() if part in parts), "")
        if found:
            return found
    return ""


def _structure(
    kind: str, table: Table, candidates: Mapping[Pair, Candidate], told: Mapping[str, float], *, called_returns: bool
) -> float:
    best: dict[str, Candidate] = {}
    for (column, _), candidate in candidates.items():
        if candidate.score >= _FOUND and (column not in best or candidate.score > best[column].score):
            best[column] = candidate
    score = min(6.0, told[kind])
    if kind in ("orders", "returns"):
        day = "ordered_at" if kind == "orders" else "returned_at"
        money = "amount" in best or {"quantity", "price"} <= set(best)
        score += 2.0 if day in best else -4.0
        score += 2.0 if money else -4.0
        score += 1.0 if "customer_id" in best or (kind == "returns" and "order_id" in best) else -2.0
        if kind == "returns":
            # Sales with a column of refunds are sales; returns say so in their name, their numbers or dates.
            told_so = told["returns"] >= _RETURN_WORDS and (called_returns or not _is_sale(table))
            score += 2.0 if told_so else -4.0
        return score
    if kind in ("interactions", "assets"):
        needed = ("customer_id", "happened_at") if kind == "interactions" else ("customer_id", "day", "value")
        score += sum(2.0 if column in best else -4.0 for column in needed)
        score += 2.0 if told[kind] >= _CONTACT_WORDS else -6.0
        return score - (8.0 if kind == "interactions" and _has_money(table) and _is_sale(table) else 0.0)
    key = "customer_id" if kind == "customers" else "product_id"
    found = best.get(key)
    if found is None:
        return score - 4.0
    p = table.profiles[found.header]
    unique = p.distinct_share >= 0.97 and p.rows > 1
    score += 3.0 if unique else -5.0
    sale = _is_sale(table)
    # One row a customer, and yet numbers of orders and days: an export of one order each.
    score -= 6.0 if sale else 0.0
    if kind == "products":
        people = sum(table.tells(header).get("customers", 0) > 0.4 for header in table.headers)
        score -= 1.5 * min(3, people)
        score += 1.0 if "product" in best else -1.0
    elif "name" in best:
        score += 1.0
    return score


def _is_sale(table: Table) -> bool:
    """Whether headers speak of a day of sale and of money or quantities of one."""
    concepts = {table.concept(header) for header, p in table.profiles.items() if p.filled} - {""}
    serves = {c: {column for kind, column in table.words.concepts[c].serves if kind == "orders"
                  and table.words.concepts[c].serves[kind, column] >= 4.3} for c in concepts}  # fmt: skip
    dated = any("ordered_at" in s for c, s in serves.items() if c != "create_date")
    sold = any(s & {"amount", "order_id", "quantity"} for c, s in serves.items() if c != "number")
    returned = any(table.tells(header).get("returns", 0) >= 2 for header in table.headers)
    return dated and sold and not returned


def _has_money(table: Table) -> bool:
    """Whether some header is surely an amount of a sale."""
    concepts = (table.words.concepts[c] for h, p in table.profiles.items() if p.filled and (c := table.concept(h)))
    return any(c.serves.get(("orders", "amount"), 0) >= 3.5 for c in concepts)


def named_kind(called: str, words: Vocabulary | None = None) -> str:
    """What a file or sheet is by its name alone; empty where that says nothing. Returns are told from sales by nothing
    else where both are exported under the same headers.

    >>> named_kind("退货单 2024"), named_kind("2024年1月")
    ('returns', '')
    """
    return next(iter(_name_tells(called, words or vocabulary())), "")


def _name_tells(called: str, words: Vocabulary) -> dict[str, float]:
    """What the file or sheet is called: 退货单.xlsx, customers.csv."""
    if not called:
        return {}
    parts = _parts(_stem(called), words)
    for piece in _stem(called).split():
        parts |= {r.concept for r in read_header(piece, words).readings}
    tells: dict[str, float] = {}
    if parts & {"return", "refund", "return_words"}:
        tells["returns"] = 2.5
    elif parts & set(_CONTACTS) - {"coupon", "review"}:
        tells["interactions"] = 2.5
    elif "asset" in parts:
        tells["assets"] = 2.5
    elif parts & {"order", "sale", "invoice", "transaction", "receipt"}:
        tells["orders"] = 1.5
    elif "customer" in parts:
        tells["customers"] = 1.5
    elif parts & {"product", "sku"}:
        tells["products"] = 1.5
    return tells


def _stem(called: str) -> str:
    return called.replace("\\", "/").rpartition("/")[2].rsplit(".", 1)[0]


def _parts(name: str, words: Vocabulary) -> set[str]:
    """The parts of the words that stand in a name."""
    parts: set[str] = set()
    for piece in name.split():
        folded = fold(piece).outside
        for n in range(1, 7):
            for i in range(len(folded) - n + 1):
                parts |= set(words.words.get(folded[i : i + n], ()))
    return parts
