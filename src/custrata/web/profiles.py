"""Corrections of profiles as they are kept: every change with who, when, before, after and why; none is ever lost."""

from __future__ import annotations

from typing import Any

from django.db.models import Max

from custrata.core.errors import CustrataError, Problem
from custrata.core.personal import kind_of_heading, scrubbed
from custrata.usecases.customers.corrections import Correction, checked
from custrata.usecases.customers.veil import hidden_columns, shown_as
from custrata.usecases.look import Result
from custrata.web.access import Can, Sight
from custrata.web.models import ProfileChange
from custrata.web.trail import record


def latest_correction() -> int:
    """The number of the latest change; 0 before the first. What was made with it need not be made again."""
    return int(ProfileChange.objects.aggregate(n=Max("id"))["n"] or 0)


def corrections() -> list[Correction]:
    """Those that hold now."""
    latest: dict[tuple[str, str], Any] = {}
    for change in ProfileChange.objects.order_by("id"):
        latest[change.customer_id, change.column] = change
    return [Correction(c.customer_id, c.column, c.new) for c in latest.values() if not c.withdrawn]


def changes_of(customer_id: str) -> list[Any]:
    """Every change of a customer's profile, the newest first."""
    return list(ProfileChange.objects.filter(customer_id=customer_id).order_by("-id"))


def change_shown(change: Any, result: Result, sight: Sight) -> tuple[str | None, str | None, str]:
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
    ProfileChange.objects.create(
        customer_id=customer_id, column=column, old=old, new=new, who=who, reason=reason.strip()[:500]
    )
    record(who, "correct profile", customer_id, column=column, reason=reason.strip()[:500])
    return True


def withdraw(customer_id: str, column: str, who: str) -> None:
    """Lets the source speak again. Raises E-WEB-027 where nothing is corrected."""
    last = ProfileChange.objects.filter(customer_id=customer_id, column=column).order_by("-id").first()
    if last is None or last.withdrawn:
        raise CustrataError(Problem("E-WEB-027", column, {"column": column}))
    ProfileChange.objects.create(
        customer_id=customer_id, column=column, old=last.new, new=None, withdrawn=True, who=who
    )
    record(who, "withdraw correction", customer_id, column=column)


def value_of(result: Result, customer_id: str, column: str) -> str | None:
    """What a profile says in a column, as text."""
    assert result.people is not None
    own = result.people.filter(result.people.customer_id == customer_id).select(v=result.people[column]).limit(1)
    rows = result.engine.rows(own)
    found = rows[0]["v"] if rows else None
    return None if found is None else str(found)
