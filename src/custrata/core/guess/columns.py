"""A table's profiles → what the table is and which header is which canonical column, with certainty and reasons."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from custrata.core.facts.columns import CANONICAL, SourceName
from custrata.core.guess.currency import guess_currency
from custrata.core.guess.discounted import guess_discount
from custrata.core.guess.fold import compact
from custrata.core.guess.further import further_columns
from custrata.core.guess.kinds import contact_kind, guess_kind
from custrata.core.guess.matching import Pair, best_assignment
from custrata.core.guess.profile import ColumnProfile
from custrata.core.guess.reasons import Reason
from custrata.core.guess.returned import ReturnsGuess, find_returns
from custrata.core.guess.scoring import Candidate, Table
from custrata.core.guess.settle import dates_of, drop_what_misleads, findings, walk_ins
from custrata.core.guess.statuses import StatusGuess, statuses
from custrata.core.guess.table import ColumnGuess, KindGuess, RunnerUp, TableGuess, UnusedColumn
from custrata.core.guess.vocabulary import Vocabulary, vocabulary

#: No guess is surer than this: a header can always mean something else in one company.
_SUREST = 0.99
#: How much of a score is believed: its pieces are not quite independent of each other.
_SCALE = 0.75
#: Headers less likely than this (log-odds) are not offered as candidates.
_OFFERED = -8.0
_MOST_OFFERED = 5


def guess_columns(
    profiles: Iterable[ColumnProfile],
    table_kind: SourceName | None = None,
    *,
    called: str = "",
    words: Vocabulary | None = None,
) -> TableGuess:
    """What a table is and what its columns are, from headers and values together.

    Every canonical column gets at most one header and every header at most one canonical column, so that the sum of
    scores is highest. A guess is as sure as the loss would be without it: the next best way to fill the table scores
    that much less. `table_kind` fixes the kind; `called` is the name of the file or sheet; `words` may be extended.

    >>> from custrata.core.guess.profile import profile
    >>> rows = [("S1", "C7", "2024-01-05", "12.50"), ("S2", "C9", "2024-01-06", "8.00"), ("S3", "C7", "2024-02-01", 9)]
    >>> names = ["单据编号", "客户编码", "单据日期", "价税合计"]
    >>> found = guess_columns([profile(n, c) for n, c in zip(names, zip(*rows))])
    >>> found.kind.kind, found.mapping
    ('orders', {'customer_id': '客户编码', 'ordered_at': '单据日期', 'order_id': '单据编号', 'amount': '价税合计'})
    """
    table = Table(list(profiles), words or vocabulary())
    if table_kind:
        given = KindGuess(table_kind, 1.0, {table_kind: 1.0}, (Reason("kind_given"),))
        return _settled(table, given, table.candidates(table_kind), called)
    candidates = {kind: table.candidates(kind) for kind in CANONICAL}
    kind = guess_kind(table, candidates, called)
    return _settled(table, kind, candidates[kind.kind], called)


def _settled(table: Table, kind: KindGuess, candidates: Mapping[Pair, Candidate], called: str) -> TableGuess:
    found, guesses = _assigned(table, candidates)
    status, returned = None, ReturnsGuess()
    if kind.kind in ("orders", "returns"):
        if kind.kind == "orders":
            _prefer_types(table, found, guesses, candidates)
            columns = {c: table.profiles[h] for c, h in found.items()}
            returned = find_returns(columns, _types(table, found), table.words)
        status = _statuses(table, found)
    unused: list[UnusedColumn] = []
    told: list[Reason] = []
    if kind.kind == "orders":
        for column, why, asked in list(drop_what_misleads(table, found, returned)):
            unused.append(why)
            told += [why.reason] if asked else []
            del found[column], guesses[column]
        told += findings(table, found)
    amount = found.get("amount")
    currency, more = guess_currency(table, amount or found.get("price"))
    further, left = further_columns(table, kind.kind, found, {u.header for u in unused})
    contact = contact_kind(table, called) if kind.kind == "interactions" and "kind" not in found else ""
    missing = _missing(kind.kind, found)
    if kind.kind == "interactions" and "kind" not in found and not contact:
        missing = (*missing, "kind")
    ordered = tuple(guesses[c.name] for c in CANONICAL[kind.kind] if c.name in guesses)
    return TableGuess(
        kind=kind,
        columns=ordered,
        further=further,
        unused=(*unused, *left),
        missing=missing,
        candidates={c.name: _offered(candidates, c.name) for c in CANONICAL[kind.kind]},
        dates=dates_of(found, table.profiles),
        currency=currency,
        status=status,
        returned=returned,
        anonymous=walk_ins(table, found.get("customer_id")) if kind.kind == "orders" else (),
        findings=(*told, *more),
        proofs=tuple(table.proofs),
        profiles=table.profiles,
        contact=contact,
        closed=_closed(table, found) if kind.kind == "interactions" else (),
        discount=guess_discount(found, table.profiles, table.proofs, guesses["amount"].concept)
        if kind.kind == "orders" and amount else None,
    )  # fmt: skip


def _assigned(table: Table, candidates: Mapping[Pair, Candidate]) -> tuple[dict[str, str], dict[str, ColumnGuess]]:
    scores = {pair: c.score for pair, c in candidates.items() if c.score > 0}
    found, best = best_assignment(scores)
    near = _nearest(scores)
    guesses = {}
    for column, header in found.items():
        alike = {(column, h) for c, h in near if c == column and h != header and _alike(table, column, h, header)}
        _, without = best_assignment(near, {(column, header), *alike})
        candidate = candidates[column, header]
        gap = min(best - without, candidate.score)
        certainty = min(_SUREST, 1 / (1 + math.exp(-_SCALE * gap)))
        rest = tuple(r for r in _offered(candidates, column) if r.header != header)
        guesses[column] = ColumnGuess(
            column, header, candidate.concept, round(certainty, 3), round(candidate.score, 2), candidate.reasons, rest
        )
    return found, guesses


def _alike(table: Table, column: str, a: str, b: str) -> bool:
    """Whether either header will do: they tell the same customers apart, or are equal amounts; then they are no rivals.

    Where every row is an order of its own, any number that differs from row to row numbers the orders.
    """
    if column in ("order_id", "return_id"):
        both = [table.profiles[x] for x in (a, b)]
        if all(p.distinct_share == 1 and p.empty == 0 for p in both):
            return True
    return table.relations.equal(a, b) or table.relations.same(a, b)


def _nearest(scores: Mapping[Pair, float]) -> dict[Pair, float]:
    """The pairs that can matter for an assignment without one of the pairs found: a few for each column."""
    kept: dict[Pair, float] = {}
    columns = {column for column, _ in scores}
    for column in columns:
        ranked = sorted(((s, h) for (c, h), s in scores.items() if c == column), reverse=True)
        for s, h in ranked[: 3 + len(columns)]:
            kept[column, h] = s
    return kept


def _offered(candidates: Mapping[Pair, Candidate], column: str) -> tuple[RunnerUp, ...]:
    ranked = sorted((c for c in candidates.values() if c.column == column), key=lambda c: (-c.score, c.header))
    return tuple(
        RunnerUp(c.header, c.concept, round(c.score, 2), c.reasons)
        for c in ranked[:_MOST_OFFERED] if c.score > _OFFERED
    )  # fmt: skip


def _types(table: Table, found: Mapping[str, str]) -> list[ColumnProfile]:
    """Columns of document types that are mapped to nothing else."""
    used = set(found.values())
    kinds = ("document_type", "type", "order_status", "return_flag")
    return [p for h, p in table.profiles.items() if h not in used and table.concept(h) in kinds]


def _prefer_types(
    table: Table, found: dict[str, str], guesses: dict[str, ColumnGuess], candidates: Mapping[Pair, Candidate]
) -> None:
    """Where the status leaves nothing out and the type tells returns, the type is the status that the scheme needs."""
    mapped = found.get("status")
    if mapped is None or statuses(table.profiles[mapped].counts, words=table.words).needed:
        return
    for p in _types(table, found):
        candidate = candidates.get(("status", p.name))
        if candidate and statuses(p.counts, words=table.words).returns:
            found["status"] = p.name
            reasons = (Reason("type_tells_returns", {"type": p.name, "status": mapped}), *candidate.reasons)
            guesses["status"] = ColumnGuess(
                "status", p.name, candidate.concept, 0.85, candidate.score, reasons, _offered(candidates, "status")
            )
            return


def _statuses(table: Table, found: Mapping[str, str]) -> StatusGuess | None:
    header = found.get("status")
    if header is None:
        return None
    return statuses(table.profiles[header].counts, concept=table.concept(header), words=table.words)


def _closed(table: Table, found: Mapping[str, str]) -> tuple[str, ...]:
    """Statuses that mean settled, as far as no day of closing says it: in the order in which they are commonest."""
    if "status" not in found or "closed_at" in found:
        return ()
    counts = table.profiles[found["status"]].counts
    return tuple(v for v, _ in counts.most_common() if compact(v) in table.words.settled)


def _missing(kind: str, found: Mapping[str, str]) -> tuple[str, ...]:
    missing = [c.name for c in CANONICAL[kind] if c.required and c.name not in found]
    if kind == "orders" and "amount" not in found and not {"quantity", "price"} <= set(found):
        missing.append("amount")
    return tuple(missing)
