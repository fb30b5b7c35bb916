"""How strongly each header speaks for each canonical column: its words, its values, how it hangs together with others.

A score is the sum of weights of evidence in log-odds, so that 0 is even odds and 3 is twenty to one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from custrata.core.guess.arithmetic import Role, proofs
from custrata.core.guess.context import Context, related_evidence
from custrata.core.guess.matching import Pair
from custrata.core.guess.profile import ColumnProfile
from custrata.core.guess.reading import Header, Reading, read_header
from custrata.core.guess.reasons import Concerning, Evidence, Reason
from custrata.core.guess.relations import Relations
from custrata.core.guess.values import value_evidence
from custrata.core.guess.vocabulary import Vocabulary

#: What a header loses that says a thing only in part: half of its letters understood is three to one against it.
_PARTLY = 6.0
#: Concepts whose columns may take part in sums, by what they do there.
_ROLES: dict[Role, str] = {"amount": "amount", "price": "price", "quantity": "quantity", "discount": "discount"}
_NAMED_ROLES: dict[str, Role] = {
    "tax": "tax", "freight": "freight", "debt": "debt", "fee": "fee", "discount_rate": "discount",
}  # fmt: skip
#: Unnamed columns of numbers that are tried in sums.
_MOST_UNNAMED = 6
#: Columns of days that are compared with each other.
_MOST_DAYS = 6


@dataclass(frozen=True)
class Candidate:
    """A header for a canonical column, with everything that speaks for and against it."""

    column: str
    header: str
    concept: str
    score: float
    evidence: tuple[Evidence, ...]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The weightiest reasons first; those of no weight are left out."""
        ranked = sorted((e for e in self.evidence if e.weight), key=lambda e: -abs(e.weight))
        return tuple(e.reason for e in ranked)


class Table:
    """The columns of a table, read: headers, relations and proven sums, which do not depend on the kind of table."""

    def __init__(self, profiles: Sequence[ColumnProfile], words: Vocabulary) -> None:
        self.profiles = {p.name: p for p in profiles}
        self.words = words
        self.headers = {p.name: read_header(p.label, words) for p in profiles}
        self.readings = {p.name: readings(p, self.headers[p.name]) for p in profiles}
        self.relations = Relations(profiles)
        self.proofs = proofs(self._roles())

    def candidates(self, kind: str) -> dict[Pair, Candidate]:
        """Every header for every canonical column of a kind of table that its words or values allow."""
        alone = {c: found for c in self._columns(kind) for found in [self._best(kind, c)] if found}
        first = {pair: candidate for found in alone.values() for pair, candidate in found.items()}
        amounts = {c.header: c.concept for c in first.values() if c.column == "amount" and c.score > 0}
        dated = sorted((-c.score, c.header) for c in first.values() if c.column == "ordered_at" and c.score > 0)
        days = [header for _, header in dated[:_MOST_DAYS]]
        context = Context(kind, self.profiles, self.relations, self.proofs, _leaders(first), amounts, days)
        found = {}
        for pair, candidate in first.items():
            extra = related_evidence(context, candidate.column, candidate.header, candidate.concept)
            evidence = (*candidate.evidence, *extra)
            score = candidate.score + sum(e.weight for e in extra)
            found[pair] = Candidate(candidate.column, candidate.header, candidate.concept, score, evidence)
        return found

    def concept(self, header: str) -> str:
        """What a header means in itself; empty where it says nothing that is known."""
        return self.headers[header].best

    def tells(self, header: str) -> Mapping[str, float]:
        """What a header says about the kind of table it stands in."""
        found = self.words.concepts.get(self.concept(header))
        return found.tells if found else {}

    def _columns(self, kind: str) -> list[str]:
        served = (pair for concept in self.words.concepts.values() for pair in concept.serves)
        return list(dict.fromkeys(column for k, column in served if k == kind))

    def _best(self, kind: str, column: str) -> dict[Pair, Candidate]:
        found: dict[Pair, Candidate] = {}
        for name, p in self.profiles.items():
            for reading in self.readings[name]:
                weight = self.words.concepts[reading.concept].serves.get((kind, column))
                if weight is None:
                    continue
                named = self.headers[name].best != ""
                reason = _header_reason(self.headers[name], reading, named)
                evidence = [Evidence(weight - _PARTLY * (1 - reading.fit), reason)]
                evidence += value_evidence(kind, column, reading.concept, p, self.words)
                score = sum(e.weight for e in evidence)
                if (column, name) not in found or score > found[column, name].score:
                    found[column, name] = Candidate(column, name, reading.concept, score, tuple(evidence))
        return found

    def _roles(self) -> dict[Role, list[ColumnProfile]]:
        roles: dict[Role, list[ColumnProfile]] = {}
        unnamed = 0
        for name, p in self.profiles.items():
            if p.number < 0.8 or p.phone >= 0.5:
                continue
            named = {r.concept for r in self.readings[name] if r.fit >= 0.5}
            found: set[Role] = {_NAMED_ROLES[c] for c in named if c in _NAMED_ROLES}
            for role, column in _ROLES.items():
                if any(("orders", column) in self.words.concepts[c].serves for c in named):
                    found.add(role)
            if not self.headers[name].best and unnamed < _MOST_UNNAMED:
                unnamed += 1
                found |= {"amount", "price"}
                if p.integer >= 0.9:
                    found.add("quantity")
            for role in found:
                roles.setdefault(role, []).append(p)
        return roles


def readings(p: ColumnProfile, header: Header) -> tuple[Reading, ...]:
    """What a column can be: as its header says, or, where that says nothing, as its values look."""
    if header.readings:
        return header.readings
    found = []
    if p.days.date >= 0.9:
        found.append(Reading("date", 0.35))
    elif p.email >= 0.8:
        found.append(Reading("customer_email", 0.75))
    elif p.phone >= 0.8:
        found.append(Reading("customer_phone", 0.75))
    elif p.number >= 0.97:
        if p.integer >= 0.95 and (p.maximum or 0) <= 200 and not p.decimals and not p.constant:
            found.append(Reading("quantity", 0.15))
        if (p.decimals or p.currencies) and not p.constant:
            found += [Reading("amount", 0.3), Reading("unit_price", 0.05)]
    counted = p.number >= 0.9 and not p.leading_zero and (p.maximum or 0) < 1000
    if p.code >= 0.9 and p.days.date < 0.5 and not p.decimals and p.phone < 0.5 and not counted:
        found += [Reading("customer_number", 0.08), Reading("order_number", 0.08), Reading("product_number", 0.08)]
    return tuple(found)


def _header_reason(header: Header, reading: Reading, named: bool) -> Reason:
    meaning = Concerning("concepts", reading.concept)
    if not named:
        return Reason("looks_like", {"header": header.text, "meaning": meaning})
    code = "header_means" if reading.fit >= 0.99 else "header_partly"
    return Reason(code, {"header": header.text, "meaning": meaning, "share": reading.fit})


def _leaders(found: dict[Pair, Candidate]) -> dict[str, str]:
    """For each canonical column the header that leads before the relations are looked at."""
    best: dict[str, Candidate] = {}
    for candidate in found.values():
        if candidate.score > 0 and (candidate.column not in best or candidate.score > best[candidate.column].score):
            best[candidate.column] = candidate
    return {column: candidate.header for column, candidate in best.items()}
