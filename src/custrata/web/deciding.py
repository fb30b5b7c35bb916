"""Who may decide about a plan besides having the permission: not who made it."""

from __future__ import annotations

from custrata.core.errors import CustrataError, Problem
from custrata.web.access import GRANTS, Can
from custrata.web.models import Member
from custrata.web.site import site


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
