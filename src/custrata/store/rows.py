"""Between the entries of the store and the rows that hold them: what can be kept, and in which form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeVar

from custrata.core.errors import CustrataError, Problem

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    E = TypeVar("E", bound=DataclassInstance)

_EXACT = 2**53
"""Up to here every whole number is a floating-point number."""


def columns(entry: DataclassInstance, place: str) -> dict[str, Any]:
    """The fields of an entry as its row holds them, by name.

    Errors: E-STORE-021 a text that PostgreSQL cannot hold; ValueError a time without a zone; TypeError what is no JSON
    in `brakes` or `detail`.
    """
    values = {field.name: getattr(entry, field.name) for field in fields(entry)}
    return {name: _kept(value, name, place) for name, value in values.items()}


def entry_of(kind: type[E], row: Any, **otherwise: Any) -> E:
    """The entry that a row holds; `otherwise` gives fields that the row calls otherwise."""
    names = [field.name for field in fields(kind) if field.name not in otherwise]
    return kind(**{name: getattr(row, name) for name in names}, **otherwise)


def keepable(*texts: str) -> bool:
    """Whether texts hold only characters that every database takes.

    >>> keepable("C7"), keepable("C\\x007"), keepable("\\ud83d")
    (True, False, False)
    """
    return not any("\0" in text or any("\ud800" <= c <= "\udfff" for c in text) for text in texts)


def _kept(value: Any, name: str, place: str) -> Any:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{name} has no time zone: {value}")
        return value.astimezone(UTC)
    if isinstance(value, str):
        if not keepable(value):
            raise CustrataError(Problem("E-STORE-021", place, {"column": name, "value": ascii(value)[1:41]}))
        return str(value)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError(f"{name} has keys that are no text: {list(value)}")
        return {_kept(key, name, place): _json(item, name, place) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json(item, name, place) for item in value]
    return value


def _json(value: Any, name: str, place: str) -> Any:
    """What every database gives back as it was: no day, no decimal, and no number in floating point so large that
    PostgreSQL, which writes its digits out, would make another one of it."""
    exact = isinstance(value, float) and isfinite(value) and abs(value) <= _EXACT
    if value is None or exact or isinstance(value, bool | int | str | Mapping | list | tuple):
        return _kept(value, name, place)
    raise TypeError(f"{name} holds {value!r}, which is no JSON that every database keeps")
