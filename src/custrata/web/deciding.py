"""Who may decide about a plan besides having the permission: not who made it; and whether it still can be decided."""

from __future__ import annotations

from custrata.core.errors import CustrataError, Problem
from custrata.core.store import PlanEntry
from custrata.usecases.levels.stale import changed_since
from custrata.web.access import GRANTS, Can
from custrata.web.models import Member
from custrata.web.site import site

#: States of plans about which something is still to be done.
ALIVE = ("open", "approved")


def no_longer(entry: PlanEntry) -> list[str]:
    """What has changed since a plan was made, so that nobody can approve or apply it; nothing of one that holds, as far
    as can be told without reading data, and of one that is decided."""
    here = site()
    return changed_since(here.workspace, here.store, entry, here.now()) if entry.state in ALIVE else []


def plan_entry(id: str) -> PlanEntry:
    """A plan by its id. Raises E-PLAN-005."""
    found = site().store.plan(id)
    if found is None:
        raise CustrataError(Problem("E-PLAN-005", id[:80], {"plan": id[:80]}))
    return found


def may_decide(plan: str, who: str) -> bool:
    """Not who made a plan, as long as somebody else could decide about it."""
    makers = {e.who for e in site().store.audit(plan) if e.verb == "plan"}
    if who not in makers:
        return True
    roles = [role.value for role, granted in GRANTS.items() if Can.APPROVE in granted]
    others = Member.objects.filter(role__in=roles, user__is_active=True).exclude(user__username=who)
    return not others.exists()


def require_second_pair_of_eyes(plan: str, who: str) -> None:
    """E-WEB-083 where somebody else has to decide."""
    if not may_decide(plan, who):
        raise CustrataError(Problem("E-WEB-083", plan, {"who": who}))
