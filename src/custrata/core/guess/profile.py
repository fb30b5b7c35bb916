"""What the values of one column look like: how many are missing, numbers, dates, codes; how they repeat and run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from statistics import median
from typing import Any

from custrata.core.facts.marks import pointed, unmarked
from custrata.core.guess import cells
from custrata.core.guess.days import DayForm, day_form

#: The different values that are looked at one by one; beyond them only numbers and dates are read.
_LOOKED_AT = 400
_PHONE = re.compile(r"(?:\+?86[- ]?)?1[3-9]\d[\d*]{8}|\+\d[\d\s()-]{7,16}\d|0\d{2,3}-\d{7,8}|\(\d{3}\) ?\d{3}-\d{4}"
                    r"|\d{3}-\d{3}-\d{4}").fullmatch  # fmt: skip
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+").fullmatch
_CODE = re.compile(r"#?(?=[^\s]*\d)[A-Za-z0-9][A-Za-z0-9_./#-]*").fullmatch
_FLAGS = frozenset(("是", "否", "y", "n", "yes", "no", "true", "false", "t", "f", "√", "×", "有", "无"))
_PERCENT = re.compile(r"-?\d+(?:\.\d+)?\s*[%％]").fullmatch
_LEADING_ZERO = re.compile(r"0\d{2,}").fullmatch
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, eq=False)
class ColumnProfile:
    """One column of a sample. Shares are 0..1 of the cells that hold something, `empty` of all cells.

    `name` is the header as the file's reader gives it, `label` what stands over the column in full (both lines of a
    two-line header). `minimum` and `maximum` are of the numbers. `values` are the cells as text, null where missing;
    `numbers` and `days.days` stand beside them, row by row, where the column is mostly numbers or days.
    """

    name: str
    label: str
    rows: int
    empty: float
    distinct: int
    distinct_share: float
    number: float = 0.0
    integer: float = 0.0
    decimals: int = 0
    negative: float = 0.0
    zero: float = 0.0
    leading_zero: float = 0.0
    percent: float = 0.0
    decimal_comma: float = 0.0
    comma: bool = False
    """Whether all numbers are read with a decimal comma."""
    credits: bool = False
    """Whether CR or DR stands behind some numbers."""
    phone: float = 0.0
    email: float = 0.0
    code: float = 0.0
    flag: float = 0.0
    length: float = 0.0
    minimum: float | None = None
    maximum: float | None = None
    sequence: bool = False
    rising: bool = False
    currencies: tuple[str, ...] = ()
    mask: str = ""
    days: DayForm = field(default_factory=DayForm)
    top: tuple[tuple[str, int], ...] = ()
    counts: Counter[str] = field(default_factory=Counter)
    values: Sequence[str | None] = ()
    numbers: Sequence[float | None] = ()

    @property
    def filled(self) -> int:
        return self.rows - round(self.empty * self.rows)

    @property
    def constant(self) -> bool:
        return self.distinct <= 1


def profile(name: str, values: Iterable[Any], *, label: str | None = None) -> ColumnProfile:
    """The profile of a column from a sample of its values, as text or typed.

    >>> p = profile("金额", ["￥12.50", "8.00", None, "-3.25"])
    >>> p.number, p.decimals, round(p.negative, 2), p.empty, p.currencies
    (1.0, 2, 0.33, 0.25, ('¥',))
    """
    given = list(values)
    texts = {v: cells.as_text(v) for v in set(given)}
    column = [texts[v] for v in given]
    counts = Counter(c for c in column if c is not None)
    filled = counts.total()
    shape: dict[str, Any] = {}
    if filled:
        looked_at = dict(islice(counts.items(), _LOOKED_AT))
        shape = {**_shape(looked_at), **_numbers(looked_at, counts, column)}
        shape["days"] = day_form(looked_at, counts, column)
    return ColumnProfile(
        name=name,
        label=label or name,
        rows=len(column),
        empty=1 - filled / len(column) if column else 1.0,
        distinct=len(counts),
        distinct_share=len(counts) / filled if filled else 0.0,
        top=tuple(counts.most_common(20)),
        counts=counts,
        values=column,
        **shape,
    )


def _shape(looked_at: dict[str, int]) -> dict[str, Any]:
    total = sum(looked_at.values())

    def share(test: Any) -> float:
        return sum(n for value, n in looked_at.items() if test(value)) / total

    masks = Counter[str]()
    for value, n in islice(looked_at.items(), 100):
        masks[_LETTERS.sub("A", _DIGITS.sub("9", value))[:20]] += n
    return {
        "leading_zero": share(_LEADING_ZERO),
        "percent": share(_PERCENT),
        "decimal_comma": share(cells.has_decimal_comma),
        "phone": share(_PHONE),
        "email": share(_EMAIL) if any("@" in value for value in looked_at) else 0.0,
        "code": share(_CODE),
        "flag": share(lambda value: value.lower() in _FLAGS),
        "length": float(median(len(value) for value in looked_at)),
        "mask": masks.most_common(1)[0][0],
    }


def _numbers(looked_at: dict[str, int], counts: Counter[str], column: Sequence[str | None]) -> dict[str, Any]:
    comma = has_comma(looked_at)

    def number(value: str) -> float | None:
        return cells.number(pointed(value) if comma else value)

    tried = {value: number(value) for value in looked_at}
    if 2 * sum(n for value, n in looked_at.items() if tried[value] is not None) < sum(looked_at.values()):
        return {}
    read = {value: number(value) for value in counts}
    found = {value: x for value, x in read.items() if x is not None}
    signs = Counter(
        sign
        for value in looked_at
        if not value[:1].isdigit() or not value[-1:].isdigit()
        if (sign := cells.currency_sign(value))
    )
    total, n = counts.total(), sum(counts[value] for value in found)
    blanks = sum(k for value, k in counts.items() if cells.is_blank_number(value))
    inside, mark = list(found.values()), "," if comma else "."
    numbers = [read.get(cell) if cell is not None else None for cell in column]
    return {
        "number": min(1.0, (n + blanks) / total),
        "integer": sum(counts[v] for v, x in found.items() if x.is_integer()) / n,
        "decimals": max(
            (len(v.rstrip("元 )-").rpartition(mark)[2]) for v in found if mark in v and "e" not in v.lower()), default=0
        ),
        "negative": sum(counts[v] for v, x in found.items() if x < 0) / n,
        "zero": sum(counts[v] for v, x in found.items() if x == 0) / n,
        "minimum": min(inside),
        "maximum": max(inside),
        "sequence": _is_sequence(numbers),
        "rising": len(found) > 2 and all(b >= a for a, b in pairwise(x for x in numbers if x is not None)),
        "currencies": tuple(sign for sign, _ in signs.most_common()),
        "numbers": numbers,
        "comma": comma,
        "credits": any(unmarked(value)[1] for value in looked_at),
    }


def has_comma(looked_at: Iterable[str]) -> bool:
    """Whether a column has a decimal comma: all of its numbers can have one, and at least one has nothing else."""
    numbers = [v for v in looked_at if any(sign.isdigit() for sign in v)]
    return any(map(cells.has_decimal_comma, numbers)) and all(map(cells.fits_decimal_comma, numbers))


def _is_sequence(numbers: Sequence[float | None]) -> bool:
    """1, 2, 3 … (or 10, 20, 30 …) down the column, maybe starting again with every order: it counts the lines."""
    inside = [x for x in numbers if x is not None]
    if len(inside) < 5 or len(inside) < 0.9 * len(numbers) or inside[0] not in (0, 1, 10, 100):
        return False
    first, step = inside[0], inside[0] or 1.0
    on = sum(b - a == step for a, b in pairwise(inside))
    again = sum(b == first and a >= first for a, b in pairwise(inside))
    return on >= 2 and on + again >= 0.98 * (len(inside) - 1) and on >= 0.2 * len(inside)
