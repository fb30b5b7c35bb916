"""Which rows below the header are no data: totals, subtotals, signatures, page numbers, the header once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from custrata.core.guess.fold import plain
from custrata.core.guess.header import HeaderGuess, Row
from custrata.core.guess.reasons import Reason
from custrata.core.guess.vocabulary import Vocabulary, vocabulary

Kind = Literal["total", "subtotal", "footer", "header_again", "units"]


_SUMS: tuple[Kind, ...] = ("total", "subtotal")


@dataclass(frozen=True)
class NoData:
    """A row that is no data: its number, what it is, its first text, and why it is taken for that."""

    row: int
    kind: Kind
    text: str
    certainty: float
    reason: Reason


def rows_without_data(
    rows: Sequence[Row], header: HeaderGuess, *, first: int = 1, words: Vocabulary | None = None
) -> tuple[NoData, ...]:
    """The rows below the header that are no data. `rows` may be the whole sheet or its end; `first` is the number of
    the first of them.

    >>> from custrata.core.guess.header import header_row
    >>> rows = [["单号", "客户", "金额"], ["S1", "张三", "12.5"], ["S2", "李四", "8"], ["合计", None, "20.5"]]
    >>> [(r.row, r.kind, r.text) for r in rows_without_data(rows, header_row(rows))]
    [(4, 'total', '合计')]
    """
    words = words or vocabulary()
    names = [plain(n) for n in header.names]
    below = [(number, row) for number, row in enumerate(rows, first) if number > (header.row or 0)]
    filled = [sum(bool(_text(c)) for c in row) for _, row in below]
    usual = sorted(filled)[len(filled) // 2] if filled else 0
    found = []
    for (number, row), n in zip(below, filled, strict=True):
        kind, text, certainty = _kind(row, n, usual, names, words)
        if number == header.units:
            kind, text, certainty = "units", " ".join(t for c in row if (t := _text(c))), 0.9
        if kind:
            found.append(NoData(number, kind, text, certainty, Reason(f"row_{kind}", {"row": number, "text": text})))
    return tuple(found)


def _kind(row: Row, n: int, usual: int, names: list[str], words: Vocabulary) -> tuple[Kind | None, str, float]:
    if not n:
        return None, "", 0.0
    texts = [_text(c) for c in row]
    first = next(t for t in texts if t)
    if n > 1 and [plain(t) for t in texts if t] == [n for n, t in zip(names, texts, strict=False) if t]:
        return "header_again", first, 0.99
    thin = n < usual
    head = plain(first)
    bare = head.replace(" ", "").rstrip(":：")
    for kind in _SUMS:
        patterns = words.rows.get(kind, ())
        if any(bare == p.replace(" ", "").rstrip(":") or fnmatchcase(head, p) for p in patterns):
            return kind, first, 0.97 if thin else 0.75
        if thin and any(_begins(head, p) for p in patterns):
            return kind, first, 0.85
        # A total may name itself further right, under the goods: the columns before it are empty then.
        later = next((plain(t) for t in texts if plain(t).replace(" ", "") in patterns), "")
        if later and thin:
            return kind, later, 0.8
    sparse = n <= max(2, usual // 3)
    if sparse and usual > 2 and any(_begins(head, p) or fnmatchcase(head, p) for p in words.rows.get("footer", ())):
        return "footer", first, 0.95
    if n == 1 and usual > 3 and (len(first) > 12 or ":" in head):
        return "footer", first, 0.8
    return None, "", 0.0


def _begins(head: str, pattern: str) -> bool:
    return head.startswith(pattern.rstrip(":*") + ":") or (head.startswith(pattern) and len(head) <= len(pattern) + 6)


def _text(cell: str | None) -> str:
    return (cell or "").strip()
