"""What people corrected in a customer's profile, laid over what the run tells: shown, searched, exported at once.

A correction holds until somebody takes it back, or the source says the same. The next run reads it as well: whatever
the scheme decides by a profile is then decided by the corrected one. Until then classes are those of the run.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.facts.corrected import corrected_columns, correction_rows, in_force, with_corrections, with_profiles
from custrata.core.store import ProfileChange
from custrata.usecases.identity_store import state
from custrata.usecases.look import Result
from custrata.usecases.profile_overlay import fixed_columns
from custrata.usecases.workspace import Workspace

#: Characters of a corrected value.
LONGEST = 1_000
#: Digits before or after the point that a corrected number may have.
_DIGITS = 40


def correctable(result: Result) -> list[str]:
    """The columns of the customers source that can be corrected: all but those that are settled where they come
    from."""
    if result.people is None:
        return []
    fixed = {"customer_id", *fixed_columns(result.scheme, result.people.columns)}
    return [c for c in result.people.columns if c not in fixed]


def checked(result: Result, column: str, said: str) -> str | None:
    """A corrected value as it is kept: without blanks around it, null where it is empty.

    Errors: E-WEB-024 the column cannot be corrected here; E-WEB-025 no date or number where one is needed, or a text
    too long.
    """
    allowed = correctable(result)
    if column not in allowed:
        values = {"column": column, "known": ", ".join(allowed) or "–", "suggestion": did_you_mean(column, allowed)}
        raise CustrataError(Problem("E-WEB-024", column, values))
    value = said.strip()
    if not value:
        return None
    assert result.people is not None
    kind, plain = result.people[column].type(), value
    try:
        if kind.is_date():
            plain = date.fromisoformat(value).isoformat()
        elif kind.is_numeric():
            number = Decimal(value.replace(",", ""))
            # Written out, 1e999999999 is a text of a gigabyte.
            told = number.is_finite() and abs(number.adjusted()) < _DIGITS
            plain = format(number, "f") if told else ""
    except (ValueError, InvalidOperation):
        plain = ""
    if not plain or len(plain) > LONGEST or "\x00" in plain:
        raise CustrataError(Problem("E-WEB-025", column, {"value": value[:80], "most": LONGEST}))
    return plain


def merged_ids(workspace: Workspace, result: Result) -> Mapping[str, str]:
    """Every id that was merged into another → the one that survives in this run. Subsidiaries, whose facts count for
    their parent, stay customers of their own: a parent has not their profile."""
    if not result.same_as or result.scheme.identity.roll_up == "none":
        return result.same_as
    merged = state(workspace).mapping
    return {i: own for i, own in result.same_as.items() if i in merged}


def _taken_back(result: Result, holding: Collection[tuple[str, str]]) -> list[ProfileChange]:
    """What the source says where the run used a correction that holds no longer."""
    if result.corrections is None:
        return []
    return [
        ProfileChange(0, r["customer_id"], r["column"], r["value"], r["source"], "", result.published_at)
        for r in result.engine.rows(result.corrections)
        if (r["customer_id"], r["column"]) not in holding
    ]


def corrected(result: Result, changes: Sequence[ProfileChange], merged: Mapping[str, str]) -> Result:
    """The result with the corrections that hold in its customers source, and without those that the run used and that
    hold no longer; one of whom the source tells nothing has a profile then."""
    people = result.people
    found = [*in_force(changes, merged)]
    found += _taken_back(result, {(c.customer_id, c.column) for c in found})
    if people is None or not found:
        return result
    columns = corrected_columns(people.columns, found, fixed_columns(result.scheme, people.columns))
    if not columns:
        return result
    rows, types = correction_rows(found, columns)
    own = result.engine.from_rows("corrections", rows, types)
    there = result.customers.select(_there="customer_id")
    people = with_profiles(people, own.semi_join(there, own["_who"] == there["_there"]).select("_who"))
    return replace(result, people=with_corrections(people, own, columns))
