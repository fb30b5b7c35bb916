"""Which statuses of a document count as a purchase, by the words of shops and ERPs in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from custrata.core.guess.fold import compact, plain
from custrata.core.guess.reasons import Concerning, Reason
from custrata.core.guess.vocabulary import Vocabulary, vocabulary

Meaning = Literal[
    "valid", "partly_refunded", "refunding", "return", "refunded", "cancelled", "unpaid", "draft", "unknown"
]
#: What counts as a purchase. An unknown status counts, and is shown.
COUNTED: tuple[Meaning, ...] = ("valid", "partly_refunded", "refunding", "unknown")
_UNKNOWN_CERTAINTY = 0.3
_FLAG_CERTAINTY = 0.9


@dataclass(frozen=True)
class Status:
    """One status: what it means, whether its rows count, how many there are (`rows`), how sure the meaning is."""

    value: str
    meaning: Meaning
    counted: bool
    rows: int
    certainty: float

    @property
    def reason(self) -> Reason:
        return Reason("status", {"value": self.value, "meaning": Concerning("statuses", self.meaning)})


@dataclass(frozen=True)
class StatusGuess:
    """All statuses of a column, the commonest first. `needed` is whether any of them does not count: if none, the
    scheme needs no list."""

    statuses: tuple[Status, ...]

    @property
    def count(self) -> tuple[str, ...]:
        """Statuses that count as purchases, for the scheme's `count`."""
        return tuple(s.value for s in self.statuses if s.counted)

    @property
    def returns(self) -> tuple[str, ...]:
        """Statuses of documents that are returns, for `returns: status`."""
        return tuple(s.value for s in self.statuses if s.meaning == "return")

    @property
    def left_out(self) -> tuple[str, ...]:
        return tuple(s.value for s in self.statuses if not s.counted and s.meaning != "return")

    @property
    def needed(self) -> bool:
        return len(self.count) < len(self.statuses)

    @property
    def certainty(self) -> float:
        """The least certainty among the statuses that more than one row in a hundred has."""
        total = sum(s.rows for s in self.statuses)
        return min((s.certainty for s in self.statuses if 100 * s.rows > total), default=1.0)


def statuses(counts: Mapping[str, int], *, concept: str = "", words: Vocabulary | None = None) -> StatusGuess:
    """What each status means. `counts` are the rows of each; `concept` what the column is: of a `cancelled_flag`, yes
    means cancelled; of a `document_type`, 退货 is a document of return.

    A row with a status of return is a return; a refunded, cancelled, unpaid or draft one is left out; one partly
    refunded, or about to be, counts.

    >>> found = statuses({"交易成功": 90, "交易关闭": 7, "等待买家付款": 3})
    >>> found.count, found.left_out
    (('交易成功',), ('交易关闭', '等待买家付款'))
    """
    words = words or vocabulary()
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    found = []
    for value, rows in ranked:
        meaning, certainty = _flag(value, concept, words) or meaning_of(value, words)
        found.append(Status(value, meaning, meaning in COUNTED, rows, certainty))
    return StatusGuess(tuple(found))


def meaning_of(value: str, words: Vocabulary) -> tuple[Meaning, float]:
    """The meaning of one status and how sure it is; whole statuses come before pieces of them."""
    folded, bare = plain(value), compact(value)
    for rule in words.statuses:
        if bare in rule.exact:
            return rule.meaning, rule.certainty  # type: ignore[return-value]
    for rule in words.statuses:
        for piece in rule.contains:
            # One letter of difference makes 未审核 of 审核, so a piece of Latin letters must be whole words.
            if _contains(folded, piece):
                return rule.meaning, rule.certainty  # type: ignore[return-value]
    return "unknown", _UNKNOWN_CERTAINTY


def known_share(counts: Mapping[str, int], words: Vocabulary) -> float:
    """The share of rows whose value is a status that is known."""
    total = sum(counts.values())
    if not total or len(counts) > 200:
        return 0.0
    return sum(n for value, n in counts.items() if meaning_of(value, words)[0] != "unknown") / total


def _contains(folded: str, piece: str) -> bool:
    if not piece.isascii():
        return piece in folded.replace(" ", "")
    at = folded.find(piece)
    while at >= 0:
        before, after = folded[at - 1 : at], folded[at + len(piece) : at + len(piece) + 1]
        if not (before.isalpha() and before.isascii()) and not (after.isalpha() and after.isascii()):
            return True
        at = folded.find(piece, at + 1)
    return False


def _flag(value: str, concept: str, words: Vocabulary) -> tuple[Meaning, float] | None:
    if concept not in ("cancelled_flag", "return_flag"):
        return None
    flag = words.flags.get(plain(value))
    if flag is None:
        return None
    meaning: Meaning = "cancelled" if concept == "cancelled_flag" else "return"
    return (meaning if flag else "valid"), _FLAG_CERTAINTY
