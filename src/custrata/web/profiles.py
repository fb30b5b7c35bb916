"""Corrections of profiles in the web application: made, taken back, and shown as each reader may see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.corrected import in_force
from custrata.core.personal import kind_of_heading, scrubbed
from custrata.core.store import ProfileChange
from custrata.usecases.customers.corrections import checked, corrected, merged_ids
from custrata.usecases.customers.veil import hidden_columns, shown_as
from custrata.usecases.look import Result
from custrata.web.access import Can, Sight
from custrata.web.site import site
from custrata.web.trail import record


def latest_correction() -> int:
    """The number of the latest change; 0 before the first. What was made with it need not be made again."""
    return site().store.latest_profile_change()


def whom(sight: Sight) -> tuple[str, int]:
    """What tells whom a reader sees, to remember what was reckoned of them: the scope, and the corrections by which it
    holds."""
    return sight.scope, 0 if sight.whole else latest_correction()


def with_profiles_corrected(result: Result) -> Result:
    """The result with the corrections that hold now."""
    return corrected(result, site().store.profile_changes(), merged_ids(site().workspace, result))


def changes_of(*ids: str) -> list[ProfileChange]:
    """Every change of a customer's profile under any of these ids, the newest first."""
    return site().store.profile_changes(ids)[::-1]


def change_shown(change: ProfileChange, result: Result, sight: Sight) -> tuple[str | None, str | None, str]:
    """The value before and after a change, and its reason, as this reader may see them: also of a column that the
    source has no longer, or whose present values have nothing to hide."""
    if sight.may(Can.PERSONAL):
        return change.old, change.new, change.reason
    how = hidden_columns(result).get(change.column) or kind_of_heading(change.column) or "text"
    return shown_as(change.old, how), shown_as(change.new, how), scrubbed(change.reason)


def correct(result: Result, customer_id: str, column: str, said: str, reason: str, who: str) -> bool:
    """Keeps a correction; false where the profile says so already. `customer_id` is one that `result` has, and the
    result is one in full: whoever corrects a value has seen it.

    Errors: those of `checked`; E-WEB-026 no reason.
    """
    new = checked(result, column, said)
    if not reason.strip():
        raise CustrataError(Problem("E-WEB-026", column, {}))
    old = value_of(result, customer_id, column)
    if old == new:
        return False
    told = reason.strip()[:500]
    _add(ProfileChange(0, customer_id, column, old, new, who, site().now(), told))
    record(who, "correct profile", customer_id, column=column, reason=told)
    return True


def withdraw(customer_id: str, ids: Sequence[str], column: str, who: str) -> None:
    """Lets the source speak again of the customer of these ids. Raises E-WEB-027 where nothing is corrected."""
    said = site().store.profile_changes({customer_id, *ids})
    last = next((c for c in in_force(said, dict.fromkeys(ids, customer_id)) if c.column == column), None)
    if last is None:
        raise CustrataError(Problem("E-WEB-027", column, {"column": column}))
    _add(ProfileChange(0, customer_id, column, last.new, None, who, site().now(), withdrawn=True))
    record(who, "withdraw correction", customer_id, column=column)


def _add(change: ProfileChange) -> None:
    store = site().store
    with store.transaction():
        store.add_profile_change(change)


def value_of(result: Result, customer_id: str, column: str) -> str | None:
    """What a profile says in a column, as text."""
    assert result.people is not None
    own = result.people.filter(result.people.customer_id == customer_id).select(v=result.people[column]).limit(1)
    rows = result.engine.rows(own)
    found: Any = rows[0]["v"] if rows else None
    return None if found is None else str(found)
