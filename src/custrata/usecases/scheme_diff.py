"""Two texts of a scheme side by side: which lines went, which came, and a few around them; and two changes of one text
made into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

#: Lines shown around a change.
AROUND = 3


@dataclass(frozen=True)
class Line:
    """`old` and `new` are its numbers from 1; null on the side on which it is not."""

    kind: Literal["same", "gone", "new", "gap"]
    text: str = ""
    old: int | None = None
    new: int | None = None


def diff(before: str, after: str, around: int = AROUND) -> list[Line]:
    """The lines that differ, with `around` of those beside them; a `gap` stands for lines left out.

    >>> [(line.kind, line.text) for line in diff("a\\nb\\nc", "a\\nB\\nc")]
    [('same', 'a'), ('gone', 'b'), ('new', 'B'), ('same', 'c')]
    """
    old, new = before.splitlines(), after.splitlines()
    found: list[Line] = []
    reached = 0
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(around):
        if group[0][1] > reached:
            found.append(Line("gap"))
        for tag, a, b, c, d in group:
            if tag == "equal":
                found += [Line("same", old[i], i + 1, c + i - a + 1) for i in range(a, b)]
            else:
                found += [Line("gone", old[i], i + 1) for i in range(a, b)]
                found += [Line("new", new[j], None, j + 1) for j in range(c, d)]
            reached = b
    if found and reached < len(old):
        found.append(Line("gap"))
    return found


def changes(lines: Sequence[Line]) -> tuple[int, int]:
    """How many lines came and how many went."""
    return sum(line.kind == "new" for line in lines), sum(line.kind == "gone" for line in lines)


def joined(base: str, mine: str, theirs: str) -> str | None:
    """The text with the changes of both sides; null where both changed the same lines, or lines beside each other, in
    two ways.

    >>> joined("a\\nb\\nc\\n", "A\\nb\\nc\\n", "a\\nb\\nC\\n")
    'A\\nb\\nC\\n'
    >>> joined("a\\nb\\nc\\n", "A\\nb\\nc\\n", "X\\nb\\nc\\n") is None
    True
    """
    lines = base.splitlines(keepends=True)
    edits = sorted({*_edits(lines, mine), *_edits(lines, theirs)})
    found: list[str] = []
    reached, last = 0, -1
    for start, end, new in edits:
        if start <= last:  # an edit that both have made is there once
            return None
        found += [*lines[reached:start], *new]
        reached, last = end, end
    return "".join([*found, *lines[reached:]])


def _edits(lines: Sequence[str], text: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """First line, line after the last one, and what stands there instead."""
    new = text.splitlines(keepends=True)
    matched = SequenceMatcher(None, lines, new, autojunk=False)
    return [(a, b, tuple(new[c:d])) for tag, a, b, c, d in matched.get_opcodes() if tag != "equal"]
