"""Arithmetic on customers' numbers that cannot overflow and comes to the same number on every engine.

Every number has a shape: how many digits can stand before its point and how many behind it. A sum, a difference or a
product is an exact decimal wherever 37 digits are sure to hold it. Where a product might need more, and in every
quotient, double precision is used (about 15 digits) and the result rounded to nine decimals. Which of the two is used
follows from the types alone, never from the data, so no customer is reckoned otherwise than his equal. A quotient by 0
is null. Engines differ in what they do when digits run out (fail, null, fewer decimals), so it never comes to that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import ibis
import ibis.expr.datatypes as dt

Sign = Literal["+", "-", "*", "/"]
#: Digits of an exact number. One less than engines hold, for some keep one in reserve.
_EXACT = 37
#: Digits before the point of a number of the facts; what is larger is no number of any company, and is null.
_MOST = 15
#: Decimals of what is not exact; a double holds no number of more than 308 digits.
PLACES, _DOUBLE = 9, 300
#: Decimals of so many digits are numbers of 64 bits inside, longer ones of 128.
_SHORT = 18
_WHOLE = {1: 3, 2: 5, 4: 10}


class TooLarge(ValueError):
    """The result could have more digits than a double holds."""


@dataclass(frozen=True)
class Shape:
    """At most `digits` before the point and `places` behind it; `exact` is a decimal, the rest a double."""

    digits: int
    places: int = 0
    exact: bool = True

    @property
    def width(self) -> int:
        return self.digits + self.places

    @property
    def type(self) -> dt.DataType:
        return dt.Decimal(self.width, self.places) if self.exact else dt.float64


#: One digit: where a shape is asked for and nothing is counted.
ONE = Shape(1)
#: Any number of the facts, as far as a scheme alone can tell.
ANY = Shape(_MOST, PLACES)


@dataclass(frozen=True)
class Number:
    """A column (or one value a customer) and its shape; `value` has the type that the shape says."""

    value: Any
    shape: Shape


def of(column: Any) -> Number:
    """A numeric column as it stands; null where it has more than 15 digits before the point."""
    kind = column.type()
    if kind.is_floating():
        return settled(_within(column.cast(dt.float64)), _MOST)
    if kind.is_integer():
        digits, places = _WHOLE.get(kind.nbytes, 19), 0
    else:
        places = PLACES if kind.scale is None else kind.scale
        digits = (kind.precision or 38) - places
    if digits > _MOST:
        column, digits = _within(column), _MOST
    return cast(column, Shape(digits, places))


def literal(value: Decimal) -> Number:
    """A number that a scheme writes."""
    shape = shape_of(value)
    return Number(ibis.literal(value, type=shape.type), shape)


def shape_of(value: Decimal) -> Shape:
    """
    >>> shape_of(Decimal("-12.50")), shape_of(Decimal("1E+3"))
    (Shape(digits=2, places=2, exact=True), Shape(digits=4, places=0, exact=True))
    """
    places = max(0, -int(value.as_tuple().exponent))
    return Shape(max(1, value.adjusted() + 1), places)


def combined(sign: Sign, a: Shape, b: Shape) -> Shape:
    """The shape of a result.

    >>> combined("*", Shape(14, 4), Shape(1, 2))
    Shape(digits=15, places=6, exact=True)
    >>> combined("*", Shape(18, 9), Shape(14, 4))
    Shape(digits=33, places=9, exact=False)
    """
    if sign == "/":
        # The smallest divisor has one digit in its last place.
        return settled_shape(a.digits + b.places)
    if sign == "*":
        digits, places = a.digits + b.digits, a.places + b.places
    else:
        digits, places = max(a.digits, b.digits) + 1, max(a.places, b.places)
    if a.exact and b.exact and _room(sign, a, b) <= _EXACT:
        return Shape(digits, places)
    return settled_shape(digits)


def compute(sign: Sign, a: Number, b: Number) -> Number:
    """a + b, a − b, a × b or a ÷ b; null where a number is null, or the divisor 0."""
    shape = combined(sign, a.shape, b.shape)
    if sign == "/" or not a.shape.exact or not b.shape.exact or _room(sign, a.shape, b.shape) > _EXACT:
        x, y = a.value.cast(dt.float64), b.value.cast(dt.float64)
        if sign == "/":
            return settled(x / b.value.nullif(0).cast(dt.float64), shape.digits)
        return settled(x + y if sign == "+" else x - y if sign == "-" else x * y, shape.digits)
    if sign == "*":
        a, b = sorted((a, b), key=lambda n: n.shape.width)
        # Ibis has a type for a product only where one side has at least the digits and the places of the other; and an
        # engine that multiplies two short decimals may leave no room for a long result.
        wide = _over(a.shape, b.shape)
        if wide.width <= _SHORT < wide.width + a.shape.width:
            wide = Shape(_SHORT + 1 - wide.places, wide.places)
        return cast(cast(b.value, wide).value * a.value, shape)
    x, y = cast(a.value, shape).value, cast(b.value, shape).value
    return cast(x + y if sign == "+" else x - y, shape)


def negative(a: Number) -> Number:
    return Number(-a.value, a.shape)


def alike(numbers: Sequence[Number]) -> list[Number]:
    """The same numbers under one shape, so that they can be compared, or be values of one column."""
    shape = common([n.shape for n in numbers])
    return [cast(n.value, shape) for n in numbers]


def common(shapes: Sequence[Shape]) -> Shape:
    digits, places = max(s.digits for s in shapes), max(s.places for s in shapes)
    return Shape(digits, places, exact=all(s.exact for s in shapes) and digits + places <= _EXACT)


def bounded(a: Number) -> Number:
    """An exact number of at most nine decimals; null where it has more than 15 digits before the point."""
    if a.shape == bounded_shape(a.shape):
        return a
    value = a.value if a.shape.digits <= _MOST else _within(a.value)
    return cast(value if a.shape.places <= PLACES else value.round(PLACES), bounded_shape(a.shape))


def bounded_shape(shape: Shape) -> Shape:
    if shape.places <= PLACES:
        return Shape(min(shape.digits, _MOST), shape.places)
    return Shape(min(shape.digits, _MOST) + 1, PLACES)


def cast(value: Any, shape: Shape) -> Number:
    """A value that is known to fit, under a shape."""
    return Number(value if value.type() == shape.type else value.cast(shape.type), shape)


def _room(sign: Sign, a: Shape, b: Shape) -> int:
    """Digits that an engine needs for the exact result."""
    over = _over(a, b)
    return over.width + (min(a.width, b.width) if sign == "*" else 1)


def _over(a: Shape, b: Shape) -> Shape:
    return Shape(max(a.digits, b.digits), max(a.places, b.places))


def settled_shape(digits: int) -> Shape:
    """A double, rounded (which may carry to one digit more); where a decimal can hold that it is one, so that numbers
    that look the same are the same."""
    if digits > _DOUBLE:
        raise TooLarge
    return Shape(digits + 1, PLACES, exact=digits + 1 + PLACES <= _EXACT)


def settled(value: Any, digits: int) -> Number:
    """A double of at most so many digits before the point, under its shape."""
    return cast(value.round(PLACES), settled_shape(digits))


def _within(value: Any) -> Any:
    return ibis.ifelse((value > -(10**_MOST)) & (value < 10**_MOST), value, ibis.null(value.type()))
