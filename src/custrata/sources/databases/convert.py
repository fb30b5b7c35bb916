"""Values as a driver hands them over → typed Arrow, exactly; what a type cannot hold widens the column, never is null.

A date such as 0000-00-00 or infinity, or a number such as NaN, is kept as the text it is: it makes its column text,
and cleaning puts the row into quarantine with what stood there.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from custrata.sources.databases.columns import INSTANT, TEXT, TIME

#: Beyond this many characters a number may have more digits than a decimal holds, and Arrow would not notice.
_SURELY_FITS = 18
_ISO_TIME = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[ T]\d\d:\d\d:\d\d(\.\d{1,6})?$"


class NotText(ValueError):
    """Bytes that the database calls text are not UTF-8."""


def converted(array: pa.Array, type_: pa.DataType) -> tuple[pa.Array, pa.DataType]:
    """The values as `type_`, or as the narrowest wider type that holds them all, with that type.

    int64 widens to a decimal without places; a decimal to one with more places; everything at last to text.

    >>> converted(pa.array(["1.5", "2.12345"]), pa.decimal128(38, 4))[1]
    Decimal128Type(decimal128(38, 5))
    >>> converted(pa.array(["2024-01-05", "0000-00-00"]), pa.date32())[1]
    DataType(string)

    Raises `NotText` where text is none.
    """
    if isinstance(array.type, pa.BaseExtensionType):
        array = array.storage
    if pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type):
        array = array.cast(TEXT)
    if array.type == TEXT:
        try:
            array.validate(full=True)
        except pa.ArrowInvalid as error:
            raise NotText from error
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), type_), type_
    for wider in _ladder(array, type_):
        try:
            return _cast(array, wider), wider
        except pa.ArrowInvalid:
            continue
    return _text(array, type_), TEXT


def wider_of(a: pa.DataType, b: pa.DataType) -> pa.DataType:
    """The type that holds the values of both; only ever asked of two steps of one ladder.

    >>> wider_of(pa.decimal128(38, 4), pa.decimal128(38, 6)), wider_of(pa.date32(), pa.string())
    (Decimal128Type(decimal128(38, 6)), DataType(string))
    """
    if a == b:
        return a
    if pa.types.is_decimal(a) and pa.types.is_decimal(b):
        scale = max(a.scale, b.scale)
        return pa.decimal128(38 if a.scale != b.scale else max(a.precision, b.precision), scale)
    if pa.types.is_integer(a) and pa.types.is_decimal(b):
        return b
    return a if pa.types.is_decimal(a) and pa.types.is_integer(b) else TEXT


def _ladder(array: pa.Array, type_: pa.DataType) -> list[pa.DataType]:
    if pa.types.is_integer(type_):
        return [type_, pa.decimal128(38, 0)]
    if pa.types.is_decimal(type_):
        steps = [type_, pa.decimal128(38, type_.scale)]
        places = _places(array) if pa.types.is_string(array.type) else 0
        if type_.scale < places <= 38:
            steps.append(pa.decimal128(38, places))
        return steps
    return [type_]


def _places(array: pa.Array) -> int:
    """The most decimals that any value is written with."""
    found = pc.max(pc.utf8_length(pc.extract_regex(array, r"\.(?P<places>\d+)$").field("places"))).as_py()
    return found or 0


def _fits(array: pa.Array, type_: pa.DataType) -> bool:
    """Arrow reads a number of more than 38 digits as another one, without a word."""
    if (pc.max(pc.utf8_length(array)).as_py() or 0) <= min(_SURELY_FITS, 38 - type_.scale):
        return True
    digits = pc.extract_regex(array, r"^[+-]?0*(?P<whole>\d*)(?:\.(?P<places>\d*))?$")
    if pc.any(pc.and_(pc.is_null(digits), pc.is_valid(array))).as_py():
        return False
    whole, places = (pc.max(pc.utf8_length(digits.field(part))).as_py() or 0 for part in ("whole", "places"))
    return bool(whole + max(places, type_.scale) <= 38)


def _cast(array: pa.Array, type_: pa.DataType) -> pa.Array:
    if array.type == type_:
        return array
    if array.type == TEXT and pa.types.is_decimal(type_) and not _fits(array, type_):
        raise pa.ArrowInvalid("more digits than a decimal holds")
    if type_ == INSTANT and not pa.types.is_timestamp(array.type):
        return pc.cast(pc.cast(array, TIME), INSTANT)
    return pc.cast(array, type_)


def _text(array: pa.Array, type_: pa.DataType) -> pa.Array:
    if type_ == INSTANT and pa.types.is_string(array.type):
        # Times in UTC must say so, or they would be taken for local ones.
        zoned = pc.binary_join_element_wise(array, "Z", "")
        return pc.if_else(pc.match_substring_regex(array, _ISO_TIME), zoned, array)
    return pc.cast(array, TEXT)
