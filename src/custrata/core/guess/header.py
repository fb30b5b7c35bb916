"""Which of the first rows of a sheet names the columns: titles stand above it, units below, and it may be two lines."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from custrata.core.guess import cells
from custrata.core.guess.fold import units
from custrata.core.guess.reading import read_header
from custrata.core.guess.reasons import Reason
from custrata.core.guess.vocabulary import Vocabulary, vocabulary
from custrata.core.header_lines import joined, spread

Row = Sequence[str | None]
_LOOKED_AT = 50
_BELOW = 20
_INVISIBLE = re.compile("[\ufeff\u200b-\u200f\u2060\u00ad\x00]")
_KEYED = re.compile(r"\S+\s*[:：]\s*\S*")


@dataclass(frozen=True)
class HeaderGuess:
    """Rows count from 1 within what was given; `row` is null where no row is a header.

    `names` are the columns as the reader of files will call them with `header: row` and as many `header_lines` as there
    are (one over which nothing stands is `column_N`), `labels` what stands over each column in full, both lines of a
    two-line header. `above` is the upper line of such a
    one, `units` a line of units under it, `first` the first row of data. `twice` names that stand twice, which the
    reader refuses.
    """

    row: int | None
    names: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    above: int | None = None
    units: int | None = None
    first: int = 1
    certainty: float = 0.0
    reasons: tuple[Reason, ...] = ()
    twice: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Look:
    """How much one row looks like a header. Shares of its filled cells; `wide` of the usual width."""

    filled: int
    wide: float
    text: float
    known: float
    typed_below: float
    keyed: float
    unique: float

    @property
    def score(self) -> float:
        lone = 5.0 if self.filled < 2 else 0.0
        return (
            3.5 * self.known + 2 * self.wide + 2 * self.text + 2.5 * self.typed_below + self.unique
            - 3 * self.keyed - lone
        )  # fmt: skip

    @property
    def plausible(self) -> bool:
        return self.filled >= 1 and self.text >= 0.8 and self.keyed < 0.5 and (self.known >= 0.3 or self.filled > 2)


_NOTHING = _Look(0, 0, 0, 0, 0, 0, 0)


def header_row(rows: Sequence[Row], words: Vocabulary | None = None) -> HeaderGuess:
    """The header among the first fifty rows, all text, blank rows included.

    >>> rows = [["销售明细表", "", ""], ["单号", "客户", "金额"], ["S1", "张三", "12.5"], ["S2", "李四", "8"]]
    >>> found = header_row(rows)
    >>> found.row, found.first, found.names
    (2, 3, ('单号', '客户', '金额'))
    """
    words = words or vocabulary()
    table = [[_clean(cell) for cell in row] for row in rows[:_LOOKED_AT]]
    filled = [sum(map(bool, row)) for row in table]
    usual = _usual(filled)
    if not usual:
        return HeaderGuess(None, reasons=(Reason("header_none"),))
    looks = [_look(table, i, usual, words) for i in range(len(table))]
    ranked = sorted(range(len(table)), key=lambda i: (-looks[i].score, i))
    best = ranked[0]
    if looks[best].text < 0.6 or (looks[best].known < 0.2 and looks[best].typed_below < 0.15):
        return HeaderGuess(None, first=1, certainty=0.6, reasons=(Reason("header_none"),))
    upper, lower = _two_lines(table, looks, best)
    rivals = [i for i in ranked if i not in (upper, lower) and looks[i].filled]
    gap = looks[best].score - (looks[rivals[0]].score if rivals else 0.0)
    certainty = min(0.99, 1 / (1 + math.exp(-1.6 * gap + 0.4)))
    return _described(table, looks[best], upper, lower, certainty, words)


def header_at(rows: Sequence[Row], row: int, words: Vocabulary | None = None) -> HeaderGuess:
    """The header where a person says that it stands, counted from 1, with the other line if it has two; none where
    nothing stands there.

    >>> rows = [["单号", "", "金额"], ["S1", "x", "12.5"], ["S2", "y", "8"]]
    >>> found = header_at(rows, 1)
    >>> found.names, found.first, found.certainty
    (('单号', 'column_2', '金额'), 2, 1.0)
    """
    words = words or vocabulary()
    table = [[_clean(cell) for cell in r] for r in rows]
    if not 1 <= row <= len(table) or not any(table[row - 1]):
        return HeaderGuess(None, reasons=(Reason("header_none"),))
    usual = _usual([sum(map(bool, r)) for r in table]) or 1
    # Its other line stands next to it.
    looks = [_look(table, i, usual, words) if abs(i - row + 1) <= 1 else _NOTHING for i in range(len(table))]
    upper, lower = _two_lines(table, looks, row - 1)
    found = _described(table, looks[lower], upper, lower, 1.0, words)
    return replace(found, reasons=(Reason("header_given"), *(r for r in found.reasons if r.code == "header_two_lines")))


def _described(
    table: list[list[str]], look: _Look, upper: int | None, lower: int, certainty: float, words: Vocabulary
) -> HeaderGuess:
    width = max(map(len, table))
    low = _padded(table[lower], width)
    over = [_padded(table[upper], width)] if upper is not None else []
    above = spread(over[0], low) if over else [""] * width
    names = tuple(cell or f"column_{i}" for i, cell in enumerate(joined([*over, low]), 1))
    labels = tuple(
        " ".join(dict.fromkeys(x for x in (up, cell) if x)) or name
        for up, cell, name in zip(above, low, names, strict=True)
    )
    twice = tuple(name for name, n in Counter(n.lower() for n in names).items() if n > 1)
    unit_row = lower + 1 if _is_units(table, lower + 1, words) else None
    reasons = [Reason("header_known", {"share": look.known})] if look.known >= 0.3 else []
    if look.typed_below:
        reasons.append(Reason("header_above_values", {"share": look.typed_below}))
    top = upper if upper is not None else lower
    if top:
        reasons.append(Reason("header_below_titles", {"n": top}))
    if upper is not None:
        reasons.append(Reason("header_two_lines", {"upper": upper + 1, "lower": lower + 1}))
    if unit_row is not None:
        reasons.append(Reason("header_units", {"row": unit_row + 1}))
    first = (unit_row if unit_row is not None else lower) + 2
    return HeaderGuess(
        lower + 1, names, labels, None if upper is None else upper + 1, None if unit_row is None else unit_row + 1,
        first, round(certainty, 3), tuple(reasons), twice,
    )  # fmt: skip


def _look(table: list[list[str]], i: int, usual: int, words: Vocabulary) -> _Look:
    found = [cell for cell in table[i] if cell]
    n = len(found)
    if not n:
        return _NOTHING
    known = 0
    for cell in found:
        header = read_header(cell, words) if len(cell) <= 40 else None
        known += bool(header and header.readings and header.known >= 0.6)
    return _Look(
        n,
        min(1.0, n / usual),
        sum(not _typed(cell) for cell in found) / n,
        known / n,
        _typed_below(table, i) if n > 1 else 0.0,
        sum(bool(_KEYED.match(cell)) and len(cell) > 3 for cell in found) / n,
        len(set(found)) / n,
    )


def _typed_below(table: list[list[str]], i: int) -> float:
    """The share of this row's text cells under which numbers or dates stand."""
    below = table[i + 1 : i + 1 + _BELOW]
    columns = [c for c, cell in enumerate(table[i]) if cell and not _typed(cell)]
    over = 0
    for c in columns:
        under = [row[c] for row in below if c < len(row) and row[c]]
        over += bool(under) and sum(map(_typed, under)) >= 0.7 * len(under)
    return over / len(columns) if columns else 0.0


def _two_lines(table: list[list[str]], looks: list[_Look], best: int) -> tuple[int | None, int]:
    """The upper line and the lower one, where each fills what the other leaves empty or the upper spans columns."""
    for upper, lower in ((best, best + 1), (best - 1, best)):
        if upper < 0 or lower >= len(table) or not (looks[upper].plausible and looks[lower].plausible):
            continue
        up, low = table[upper], table[lower]
        width = max(len(up), len(low))
        up, low = _padded(up, width), _padded(low, width)
        gaps = sum(bool(a) and not b for a, b in zip(up, low, strict=True))
        spans = sum(bool(b) and not a for a, b in zip(up, low, strict=True))
        if spans and looks[upper].filled > 1 and looks[lower].known >= 0.3 and (gaps or looks[upper].known >= 0.3):
            return upper, lower
    return None, best


def _is_units(table: list[list[str]], i: int, words: Vocabulary) -> bool:
    if i >= len(table):
        return False
    found = [cell for cell in table[i] if cell]
    named = [units(cell.strip("()（）")) in words.units for cell in found]
    return bool(found) and all(named) and not any(map(_typed, found))


def _usual(filled: list[int]) -> int:
    wide = [n for n in filled if n > 1]
    # A width that two rows share is a table's; of several, the widest.
    counts = Counter(wide)
    repeated = [n for n, times in counts.items() if times > 1]
    return max(repeated or wide, default=max(filled, default=0))


def _typed(cell: str) -> bool:
    if cells.number(cell) is not None:
        return True
    read = cells.days(cell)
    return read is not None and read[0] != "unread"


def _clean(cell: str | None) -> str:
    """As the reader of files cleans a header: without what cannot be seen, on one line."""
    seen = _INVISIBLE.sub("", cell or "").strip()
    seen = re.sub(r"(?<=[^\x00-\x7f])\s*[\r\n]+\s*(?=[^\x00-\x7f])", "", seen)
    return re.sub(r"\s*[\r\n]+\s*", " ", seen)


def _padded(row: list[str], width: int) -> list[str]:
    return [*row, *[""] * (width - len(row))]
