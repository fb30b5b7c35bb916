"""A parameter's value inside a query: in a condition it is the value itself, written out it is a literal of its SQL."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

Kind = Literal["postgresql", "mysql"]


class Value:
    """What a template sees of a parameter. `{{ it }}` can only ever become one literal, whatever the value holds.

    >>> print(Value("Ann's", "postgresql"), Value(True, "mysql"), Value(("a", "b"), "mysql"))
    'Ann''s' TRUE ('a', 'b')
    >>> bool(Value(None, "mysql")), Value("yes", "mysql") == "yes"
    (False, True)
    """

    def __init__(self, value: Any, kind: Kind) -> None:
        self._value, self._kind = value, kind

    def __str__(self) -> str:
        return literal(self._value, self._kind)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return bool(self._value == (other._value if isinstance(other, Value) else other))

    def __hash__(self) -> int:
        return hash(self._value)


def literal(value: Any, kind: Kind) -> str:
    r"""A value as SQL; a list in brackets, for IN, of which an empty one matches nothing.

    >>> literal("a\\b", "postgresql"), literal("a\\b", "mysql"), literal((), "mysql"), literal(Decimal("1.50"), "mysql")
    ("E'a\\\\b'", "_utf8mb4 X'615C62'", '(NULL)', '1.50')

    Raises `ValueError` for a text with a null character, which no database takes.
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, tuple | list):
        return "(" + (", ".join(literal(v, kind) for v in value) or "NULL") + ")"
    text = str(value)
    if "\0" in text:
        raise ValueError("null character")
    if "\\" in text:
        # What a backslash means depends on the server's settings, but not in these forms.
        if kind == "mysql":
            return f"_utf8mb4 X'{text.encode().hex().upper()}'"
        return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
    return "'" + text.replace("'", "''") + "'"
