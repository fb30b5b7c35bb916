"""What people corrected in a customer's profile, laid over what the source tells: shown, searched and exported at once.

A correction holds until somebody takes it back, whatever later loads bring. It does not enter classification: columns
that the scheme reads are corrected where they come from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.scheme.model import Scheme
from custrata.usecases.look import Result

#: Characters of a corrected value.
LONGEST = 1_000


@dataclass(frozen=True)
class Correction:
    """The value that a column of a customer has instead of the source's; null: none."""

    customer_id: str
    column: str
    value: str | None


def correctable(result: Result) -> list[str]:
    """The columns of the customers source that can be corrected: those that nothing in the scheme reads, so that a
    customer's profile never contradicts his classes."""
    if result.people is None:
        return []
    read = _read(result.scheme)
    return [c for c in result.people.columns if c != "customer_id" and c not in read]


def _read(scheme: Scheme) -> set[str]:
    read = set(scheme.attributes)
    return read | {"joined_at"} if scheme.by_membership_year else read


def checked(result: Result, column: str, said: str) -> str | None:
    """A corrected value as it is kept: without blanks around it, null where it is empty.

    Errors: E-WEB-024 the column cannot be corrected here; E-WEB-025 no date where one is needed, or a text too long.
    """
    allowed = correctable(result)
    if column not in allowed:
        values = {"column": column, "known": ", ".join(allowed) or "–", "suggestion": did_you_mean(column, allowed)}
        raise CustrataError(Problem("E-WEB-024", column, values))
    value = said.strip()
    if not value:
        return None
    assert result.people is not None
    try:
        plain = date.fromisoformat(value).isoformat() if result.people[column].type().is_date() else value
    except ValueError:
        plain = ""
    if not plain or len(plain) > LONGEST or "\x00" in plain:
        raise CustrataError(Problem("E-WEB-025", column, {"value": value[:80], "most": LONGEST}))
    return plain


def corrected(result: Result, corrections: Sequence[Correction]) -> Result:
    """The result with the corrections in its customers source."""
    people = result.people
    by_customer: dict[str, dict[str, str | None]] = {}
    columns: list[str] = []
    for each in corrections:
        if people is not None and each.column in people.columns:
            by_customer.setdefault(each.customer_id, {})[each.column] = each.value
            columns = [*columns, *([each.column] if each.column not in columns else [])]
    if people is None or not columns:
        return result
    rows = [
        (who, *(cell for c in columns for cell in (told.get(c), int(c in told)))) for who, told in by_customer.items()
    ]
    types: dict[str, Any] = {"_who": "string"}
    for i in range(len(columns)):
        types |= {f"v{i}": "string", f"s{i}": "int64"}
    own: Any = result.engine.from_rows("corrections", rows, types)
    people = _with_profiles(result, people, list(by_customer))
    joined = people.left_join(own, people.customer_id == own["_who"])
    values = {
        c: ibis.ifelse(joined[f"s{i}"] == 1, joined[f"v{i}"].try_cast(people[c].type()), joined[c])
        for i, c in enumerate(columns)
    }
    return replace(result, people=joined.select(**{c: values.get(c, joined[c]) for c in people.columns}))


def _with_profiles(result: Result, people: ir.Table, ids: Sequence[str]) -> ir.Table:
    """The source with an empty profile for those of these customers of whom it tells nothing."""
    people = people.mutate(customer_id=people.customer_id.cast(dt.string))
    here = result.engine.rows(people.filter(people.customer_id.isin(ids)).select("customer_id"))
    known = {r["customer_id"] for r in here}
    there = result.engine.rows(result.customers.filter(result.customers.customer_id.isin(ids)).select("customer_id"))
    new = [(r["customer_id"],) for r in there if r["customer_id"] not in known]
    if not new:
        return people
    empty = result.engine.from_rows("profiles", new, {"customer_id": "string"})
    told = {c: ibis.null(kind) for c, kind in people.schema().items() if c != "customer_id"}
    return people.union(empty.select(**{c: told.get(c, empty.customer_id) for c in people.columns}))
