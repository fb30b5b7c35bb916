"""Cuts: the values between classes, found exactly and compared on a stated side.

A cut is a value, never a rank or a row number, so equal customers always fall on the same side of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Annotated, Any, Literal

import ibis
import ibis.expr.datatypes as dt
from pydantic import BeforeValidator

from custrata.core.conditions.tree import fits, number, plain
from custrata.core.errors import Fault
from custrata.locale import Lang, text

Side = Literal["above", "from", "below", "up to", "else"]
_SIDES: dict[str, Side] = {
    "above": "above", ">": "above", "大于": "above", "高于": "above", "超过": "above", "多于": "above",
    "from": "from", ">=": "from", "≥": "from", "不低于": "from", "不少于": "from", "至少": "from", "满": "from",
    "below": "below", "<": "below", "小于": "below", "低于": "below", "不足": "below", "少于": "below",
    "up to": "up to", "<=": "up to", "≤": "up to", "不超过": "up to", "不高于": "up to", "至多": "up to",
}  # fmt: skip
#: Spellings of the class that takes everybody else.
ELSE = ("else", "其余", "其他", "其它", "否则")
_BOUND = re.compile(rf"^({'|'.join(sorted(map(re.escape, _SIDES), key=len, reverse=True))})\s*(.+)$")
_SCALES = {"%": Decimal("0.01"), "％": Decimal("0.01"), "千": Decimal(1000), "万": Decimal(10_000),
           "亿": Decimal(100_000_000)}  # fmt: skip


@dataclass(frozen=True)
class Bound:
    """On which side of which value a class lies."""

    side: Side
    value: Decimal | None = None

    def holds(self, column: Any) -> Any:
        """Whether a number lies in it, as a row-wise expression."""
        if self.value is None:
            return ibis.literal(True)
        cut = number(self.value)
        return {
            "above": lambda: column > cut,
            "from": lambda: column >= cut,
            "below": lambda: column < cut,
            "up to": lambda: column <= cut,
        }[self.side]()

    def text(self, name: str, lang: Lang) -> str:
        if self.value is None:
            return text("segments.else", lang)
        sign = {"above": ">", "from": "≥", "below": "<", "up to": "≤"}[self.side]
        return f"{name} {sign} {plain(self.value)}"


def parse_number(value: Any) -> Decimal:
    """A number as schemes write it: 10000, '10,000', '1.5万', '70%'; `ValueError` otherwise.

    >>> parse_number("1.5万"), parse_number("70%"), parse_number("10,000")
    (Decimal('15000.0'), Decimal('0.70'), Decimal('10000'))
    """
    if isinstance(value, bool):
        raise Fault("number", value=value)
    shown = str(value).strip()
    scale = _SCALES.get(shown[-1:], Decimal(1))
    if shown[-1:] in _SCALES:
        shown = shown[:-1].strip()
    try:
        result = Decimal(shown.replace(",", "")) * scale
    except ArithmeticError:
        raise Fault("number", value=value) from None
    if not result.is_finite():
        raise Fault("number", value=value)
    if not fits(result):
        raise Fault("digits", value=value)
    return result


def parse_share(value: Any) -> Decimal:
    """A share above 0 and up to 1, from '70%' or 0.7."""
    share = parse_number(value)
    if not 0 < share <= 1:
        raise Fault("share", value=value)
    return share


def share_of(value: Any) -> Any:
    """A share that a scheme writes, or one that is read already. Errors: those of `parse_share`."""
    return value if isinstance(value, Decimal) else parse_share(value)


def share_from_0(value: Any) -> Decimal:
    """A share from 0 to 1, from '0%' or 0, or one that is read already."""
    share = value if isinstance(value, Decimal) else parse_number(value)
    if not 0 <= share <= 1:
        raise Fault("share_from_0", value=value)
    return share


#: An option that is a share above 0 and up to 1; one that may be 0, too.
Share = Annotated[Decimal, BeforeValidator(share_of)]
ShareFrom0 = Annotated[Decimal, BeforeValidator(share_from_0)]


def parse_bound(value: Any) -> Bound:
    """`above 10000` (>), `from 5000` (≥), `below`, `up to`, `else`; in Chinese 大于, 不低于/满, 低于, 不超过, 其余.

    >>> parse_bound("above 10000"), parse_bound("满 1万"), parse_bound("else").side
    (Bound(side='above', value=Decimal('10000')), Bound(side='from', value=Decimal('10000')), 'else')
    """
    shown = " ".join(str(value).split())
    if shown in ELSE:
        return Bound("else")
    match = _BOUND.match(shown)
    if not match:
        raise Fault("bound", value=value)
    return Bound(_SIDES[match[1]], parse_number(match[2]))


def first_match(column: Any, classes: Mapping[str, Bound], missing: str) -> Any:
    """The label of the first bound that holds; `missing` where the number is null."""
    branches = [(column.isnull(), ibis.literal(missing))]
    branches += [
        (bound.holds(column), ibis.literal(label)) for label, bound in classes.items() if bound.value is not None
    ]
    last = next((label for label, bound in classes.items() if bound.value is None), missing)
    return ibis.cases(*branches, else_=ibis.literal(last))


def out_of_order(bounds: Sequence[Bound]) -> tuple[int, str] | None:
    """The first bound that can never be reached or has no place, as (index, why); null where all is well.

    Bounds are tried from first to last, so they must fall (above, from) or rise (below, up to), and `else` comes last.
    """
    previous: Bound | None = None
    for i, bound in enumerate(bounds):
        if bound.value is None:
            if i != len(bounds) - 1:
                return i, "else_last"
            continue
        if previous is not None and previous.value is not None:
            downward = previous.side in ("above", "from")
            if downward != (bound.side in ("above", "from")):
                return i, "direction"
            wider = bound.side in ("from", "up to") and previous.side in ("above", "below")
            step = bound.value - previous.value
            if (step > 0 if downward else step < 0) or (step == 0 and not wider):
                return i, "order"
        previous = bound
    return None if bounds and bounds[-1].value is None else (len(bounds) - 1, "no_else")


def rank_of(share: Fraction, n: int) -> int:
    """Rank (from 1) of the smallest value with at least `share` of `n` customers at or below it.

    >>> rank_of(Fraction(1, 5), 10), rank_of(Fraction(1, 4), 10), rank_of(Fraction(8, 9), 9)
    (2, 3, 8)
    """
    return max(1, ceil(share * n))


def cuts_below(column: Any, cuts: Sequence[Decimal]) -> Any:
    """How many cuts lie strictly below the number: row-wise, null where the number is null."""
    distinct = sorted(cuts)
    branches = [(column.isnull(), ibis.null(dt.int64))]
    branches += [
        (column > number(cut), ibis.literal(i, type=dt.int64)) for i, cut in reversed(list(enumerate(distinct, 1)))
    ]
    return ibis.cases(*branches, else_=ibis.literal(0, type=dt.int64))


def above(column: Any, cut: Decimal) -> Any:
    """Whether a number lies above a cut: row-wise, null where the number is null."""
    return column > number(_in_places_of(column, cut, floor))


def below(column: Any, cut: Decimal) -> Any:
    """Whether a number lies below a cut: row-wise, null where the number is null."""
    return column < number(_in_places_of(column, cut, ceil))


def _in_places_of(column: Any, cut: Decimal, rounded: Callable[[Decimal], int]) -> Decimal:
    """The cut in the decimal places of a column. There is no number between the two, and an engine compares numbers of
    one kind far faster than it makes each of them a longer decimal first."""
    kind = column.type()
    if not kind.is_integer() and not kind.is_decimal():
        return cut
    places = 0 if kind.is_integer() else kind.scale
    if places is None or -int(cut.as_tuple().exponent) <= places:
        return cut
    return Decimal(rounded(cut.scaleb(places))).scaleb(-places)


def mean_cut(total: Any, n: int, *, low_is_good: bool) -> Decimal:
    """The mean as a cut with nine decimals, rounded so that no customer changes sides: a value with at most nine
    decimals is above (below, where low is good) the cut exactly if it is above (below) the true mean.

    >>> mean_cut(Decimal("10.00"), 3, low_is_good=False), mean_cut(10, 3, low_is_good=True)
    (Decimal('3.333333333'), Decimal('3.333333334'))
    """
    scaled = Fraction(Decimal(str(total))) / n * 10**9
    units = ceil(scaled) if low_is_good else floor(scaled)
    return Decimal(units).scaleb(-9)
