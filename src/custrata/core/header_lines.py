"""Headers of several lines as one name for each column: the same to who guesses a file as to who reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def spread(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """What stands over each column: a merged cell says its text once, at its left, and stands over the named cells to
    its right; one over no name is merged downwards, and stands over its own column only.

    >>> spread(["单号", "本期", "", "备注", ""], ["", "数量", "金额", "", "其他"])
    ['单号', '本期', '本期', '备注', '']
    """
    out, last = [], ""
    for up, low in zip(above, below, strict=True):
        out.append(up or (last if low else ""))
        last = out[-1] if low else ""
    return out


def joined(lines: Sequence[Sequence[str]]) -> list[str]:
    """The names of columns over which several lines stand, from the highest to the lowest, cleaned: the lowest that
    says something. Where that stands over several columns, what stands above it goes before it. Empty where no line
    says anything.

    >>> joined([["单号", "本期", "", "备注"], ["", "数量", "金额", ""]])
    ['单号', '数量', '金额', '备注']
    >>> joined([["单号", "销售", "", "退货", ""], ["", "数量", "金额", "数量", "金额"]])
    ['单号', '销售 数量', '销售 金额', '退货 数量', '退货 金额']
    """
    width = max(map(len, lines), default=0)
    padded = [[*line, *[""] * (width - len(line))] for line in lines]
    if not padded:
        return []
    names = list(padded[-1])
    for above in reversed(padded[:-1]):
        over = spread(above, names)
        often = Counter(name.lower() for name in names if name)
        names = [
            (f"{up} {name}" if up and often[name.lower()] > 1 else name) if name else up
            for up, name in zip(over, names, strict=True)
        ]
    return names
