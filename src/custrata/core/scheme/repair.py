"""Slips of the keyboard that YAML reads as something else: full-width signs, tabs, a comma inside a number, a colon
without a blank.

Each of these may also be meant: a label may hold `（`, a path may hold `:`. So none is told of on suspicion: the line
is mended, the scheme is read again, and only if that takes problems away is the slip told of, with the mended line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from custrata.core.errors import Problem

#: Reads a text again and says what is wrong with it.
Again = Callable[[str], Sequence[Problem]]
_UNREADABLE = ("E-SCHEME-001", "E-SCHEME-019", "E-SCHEME-050")
_SYNTAX = (*_UNREADABLE, "E-SCHEME-007")
#: A text that is larger takes too long to be read again and again.
_MOST_CHARACTERS, _MOST_TRIALS = 20_000, 40
_QUOTED = re.compile(r"(?:(?<=[\s\[{,:])|^)(?:'[^']*'|\"(?:[^\"\\]|\\.)*\")|(?:^|(?<=\s))#.*")
_WIDE: tuple[Mapping[str, str], ...] = (
    {"：": ": "}, {"，": ", ", "、": ", "}, {"｛": "{", "｝": "}"},
    {"［": "[", "］": "]", "【": "[", "】": "]", "〔": "[", "〕": "]"}, {"（": "{", "）": "}"}, {"（": "[", "）": "]"},
    {"“": '"', "”": '"', "＂": '"', "「": '"', "」": '"'}, {"‘": "'", "’": "'", "＇": "'"},
    {"\u3000": "  ", "\u00a0": " "}, {"－": "- ", "＃": " # "},
)  # fmt: skip


@dataclass(frozen=True)
class _Repair:
    """One kind of slip: its code, and how it is mended in the part of a line that stands outside quotes."""

    code: str
    mend: Callable[[str], str]
    signs: str = field(default="")


def _wide(*tables: Mapping[str, str]) -> _Repair:
    table = {sign: plain for t in reversed(tables) for sign, plain in t.items()}

    def mend(part: str) -> str:
        for sign, plain in table.items():
            part = re.sub(rf"{sign} ?" if plain.endswith(" ") and plain.strip() else sign, plain, part)
        return part

    return _Repair("E-SCHEME-018", mend, "".join(table))


_REPAIRS = (
    *(_wide(t) for t in _WIDE), _wide(*_WIDE),
    _Repair("E-SCHEME-019", lambda part: part.replace("\t", "  ")),
    _Repair("E-SCHEME-046", lambda part: re.sub(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?!\d|,\d)", _plain_number, part)),
    _Repair("E-SCHEME-047", lambda part: re.sub(r"([\w)\]}]):(?=[^\s/\\:])", r"\1: ", part)),
)  # fmt: skip


def _plain_number(match: re.Match[str]) -> str:
    return match[0].replace(",", "")


def explained(problems: Sequence[Problem], text: str, name: str, again: Again) -> list[Problem]:
    """The problems, those that come from a slip of the keyboard told as that."""
    if len(text) > _MOST_CHARACTERS:
        return list(problems)
    rows = text.split("\n")
    suspected = _lines(problems, rows)
    trials = _MOST_TRIALS

    def left(changes: Mapping[int, str]) -> list[Problem] | None:
        """The problems that a change of lines leaves; null where it takes none away or makes new ones on the lines."""
        nonlocal trials
        trials -= 1
        if trials < 0:
            return None
        found = again("\n".join(changes.get(i, row) for i, row in enumerate(rows, 1)))
        return _remaining(problems, found, set(changes))

    best: tuple[_Repair, dict[int, str], list[Problem]] | None = None
    for repair in _REPAIRS:
        changes = {i: new for i in suspected if (new := _mended(rows[i - 1], repair)) != rows[i - 1]}
        remaining = left(changes) if changes else None
        if remaining is not None and (best is None or len(remaining) < len(best[2])):
            best = repair, changes, remaining
            if not remaining:
                break
    if best is None:
        return list(problems)
    repair, changes, remaining = best
    for line in list(changes) if len(changes) > 1 else []:
        # A line that need not be changed is none of the matter.
        fewer = {i: new for i, new in changes.items() if i != line}
        if (kept := left(fewer)) is not None and len(kept) <= len(remaining):
            changes, remaining = fewer, kept
    return [*(_problem(repair, f"{name}:{i}", rows[i - 1], new) for i, new in changes.items()), *remaining]


def _problem(repair: _Repair, place: str, row: str, mended: str) -> Problem:
    signs = " ".join(dict.fromkeys(s for s in row if s in repair.signs)).replace("\u3000", "“　”")
    values = {"text": row.strip()[:60], "mended": mended.strip()[:80], "signs": signs}
    return Problem(repair.code, place, values)


def _remaining(before: Sequence[Problem], after: Sequence[Problem], changed: set[int]) -> list[Problem] | None:
    syntax = next((p for p in before if p.code in _SYNTAX), None)
    if syntax is not None:
        further = all(p.code not in _SYNTAX or _line(p) > _line(syntax) for p in after)
        return [] if further else None
    if any(p.code in _UNREADABLE for p in after):
        return None
    known, left = {(p.code, _line(p)) for p in before}, {(p.code, _line(p)) for p in after}
    if known <= left or any(line in changed for _, line in left - known):
        return None
    return [p for p in before if (p.code, _line(p)) in left]


def _lines(problems: Sequence[Problem], rows: Sequence[str]) -> list[int]:
    """Lines on which a slip may lie: those of the problems, what belongs to them, and for the parser those before."""
    found: set[int] = set()
    for p in problems:
        line = _line(p)
        found |= set(range(max(1, line - 2), line + 1)) if p.code in _SYNTAX else {line}
        found |= set(_below(rows, line))
    return sorted(i for i in found if 0 < i <= len(rows))


def _below(rows: Sequence[str], line: int) -> Iterator[int]:
    """The lines that are indented deeper than a line, right behind it."""
    if not 0 < line <= len(rows):
        return
    own = len(rows[line - 1]) - len(rows[line - 1].lstrip())
    for i in range(line, len(rows)):
        row = rows[i]
        if row.strip() and len(row) - len(row.lstrip()) <= own:
            return
        yield i + 1


def _mended(row: str, repair: _Repair) -> str:
    """A line mended outside its quotes and comments."""
    parts, at = [], 0
    for quoted in _QUOTED.finditer(row):
        parts += [repair.mend(row[at : quoted.start()]), quoted[0]]
        at = quoted.end()
    return "".join([*parts, repair.mend(row[at:])])


def _line(problem: Problem) -> int:
    match = re.search(r":(\d+)", problem.place)
    return int(match[1]) if match else 1
