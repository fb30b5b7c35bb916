"""A header in words → the concepts it can name, and how fully it names each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from custrata.core.guess.fold import Folded, fold, units
from custrata.core.guess.vocabulary import Parts, Units, Vocabulary

#: Readings below this share of the header's letters are chance.
_LEAST = 0.45
#: … and those this far behind the best reading are passed over.
_BEHIND = 0.2
#: Most parts that a concept is made of, as far as subsets of a header's parts are tried.
_MOST_PARTS = 5
#: Equally good cuts of a header into words that are tried.
_MOST_CUTS = 6


@dataclass(frozen=True)
class Reading:
    """A concept and how fully the header names it: 1 where every letter fits, 0.5 where half of them do."""

    concept: str
    fit: float


@dataclass(frozen=True)
class Header:
    """What a header says: its readings, best first, and the currency and multiple (万元: 10,000) in its brackets.

    `known` is the share of its letters that are words; 0 where nothing is.
    """

    text: str
    readings: tuple[Reading, ...] = ()
    known: float = 0.0
    currency: str = ""
    multiple: int = 1

    @property
    def best(self) -> str:
        return self.readings[0].concept if self.readings else ""


@dataclass(frozen=True)
class _Word:
    parts: Units
    weight: float
    known: bool


def read_header(text: str, words: Vocabulary) -> Header:
    """The concepts that a header names.

    >>> from custrata.core.guess.vocabulary import vocabulary
    >>> read_header("买家实际支付金额(元)", vocabulary()).best, read_header("InvoiceNo", vocabulary()).best
    ('customer_paid_amount', 'invoice_number')
    >>> read_header("供应商编码", vocabulary()).best, read_header("业务员", vocabulary()).best
    ('supplier', 'sales_rep')
    """
    folded = fold(text)
    own = words.headers.get(units(text)) or words.headers.get(folded.outside)
    if own:
        return Header(text, (Reading(own, 1.0),), 1.0)
    currency, multiple, inside = _bracketed(folded, words)
    bracketed = _cuts(inside, words)[0]
    cuts = _cuts(folded.outside, words)
    # Of cuts that mean something equally well, the one with the longest word: 退货单 + 号, not 退货 + 单号.
    cuts.sort(key=lambda cut: -max((w.weight for w in cut), default=0.0))
    readings = max((_readings(cut, bracketed, words) for cut in cuts), key=lambda r: r[0].fit if r else 0.0)
    weight = sum(w.weight for w in cuts[0])
    known = sum(w.weight for w in cuts[0] if w.known) / weight if weight else 0.0
    return Header(text, readings, known, currency, multiple)


def _bracketed(folded: Folded, words: Vocabulary) -> tuple[str, int, Units]:
    if not folded.inside:
        return "", 1, ()
    currency, multiple = words.units.get(folded.inside), words.multiples.get(folded.inside, 1)
    if currency is None and multiple == 1:
        return "", 1, folded.inside
    return currency or "", multiple, ()


def _cuts(pieces: Units, words: Vocabulary) -> list[list[_Word]]:
    """The cuts into words that leave the least unknown, and of those the ones with the fewest words.

    There may be several: 销售单价 is 销售 + 单价 or 销售单 + 价, and only what they mean together tells.
    """
    longest = words.longest
    best: list[tuple[tuple[float, int], list[list[_Word]]]] = [((0.0, 0), [[]])]
    for end in range(1, len(pieces) + 1):
        alone = _alone(pieces[end - 1], words)
        (loss, count), cuts = best[end - 1]
        cost = (loss + sum(w.weight for w in alone if not w.known), count + 1)
        chosen = [[*cut, *alone] for cut in cuts]
        for start in range(max(0, end - longest), end):
            piece = pieces[start:end]
            parts = words.words.get(piece)
            if parts is None:
                continue
            (loss, count), cuts = best[start]
            if (loss, count + 1) > cost:
                continue
            word = _Word(parts, sum(map(_weight, piece)) if parts else 0.0, True)
            found = [[*cut, word] for cut in cuts]
            chosen = found if (loss, count + 1) < cost else [*chosen, *found]
            cost = (loss, count + 1)
        best.append((cost, chosen[:_MOST_CUTS]))
    return best[-1][1]


def _alone(piece: str, words: Vocabulary) -> list[_Word]:
    """An unknown piece; a Latin one may be words run together: custno, orderdate."""
    if len(piece) > 4 and piece.isascii() and piece.isalpha() and (piece,) not in words.words:
        parts = _compound(piece, words)
        if parts:
            return [_Word(p, 2.0, True) for p in parts]
    return [_Word((), _weight(piece), False)]


def _compound(piece: str, words: Vocabulary) -> list[Units]:
    best: dict[int, list[Units]] = {0: []}
    for end in range(2, len(piece) + 1):
        for start in range(end - 1):
            parts = words.words.get((piece[start:end],))
            if start in best and parts and (end not in best or len(best[start]) + 1 < len(best[end])):
                best[end] = [*best[start], parts]
    return best.get(len(piece), [])


def _weight(piece: str) -> float:
    if piece.isdigit():
        return 0.3
    return 2.0 if piece.isascii() else 1.0


def _readings(outside: Sequence[_Word], inside: Sequence[_Word], words: Vocabulary) -> tuple[Reading, ...]:
    parts: dict[str, float] = {}
    for word, share in [*((w, 1.0) for w in outside), *((w, 0.4) for w in inside)]:
        for part in word.parts:
            parts[part] = parts.get(part, 0.0) + share * word.weight / len(word.parts)
    unknown = sum(w.weight for w in outside if not w.known) + 0.4 * sum(w.weight for w in inside if not w.known)
    last = next((w.parts[-1] for w in reversed(outside) if w.parts), "")
    found: dict[str, float] = {}
    for some in _subsets(frozenset(parts)):
        for concept in words.patterns.get(some, ()):
            matched = sum(parts[p] for p in some)
            left = unknown + 1.2 * (sum(parts.values()) - matched)
            fit = matched / (matched + left) if matched else 0.0
            # The last word says what a thing is: an order's customer is a customer.
            fit *= 1.0 if last in some or left == 0 else 0.8
            found[concept] = max(fit, found.get(concept, 0.0))
    ranked = sorted(found.items(), key=lambda item: -item[1])
    floor = max(_LEAST, ranked[0][1] - _BEHIND) if ranked else _LEAST
    return tuple(Reading(concept, round(fit, 4)) for concept, fit in ranked if fit >= floor)


def _subsets(parts: Parts) -> Iterator[Parts]:
    for n in range(min(len(parts), _MOST_PARTS), 0, -1):
        yield from map(frozenset, combinations(sorted(parts)[:10], n))
