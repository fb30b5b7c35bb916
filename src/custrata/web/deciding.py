"""Who may decide about a plan besides having the permission: not who made it."""

from __future__ import annotations

from custrata.core.errors import CustrataError, Problem
from custrata.web.access import GRANTS, Can
from custrata.web.models import Member
from custrata.web.site import site


def require_second_pair_of_eyes(plan: str, who: str) -> None:
    """Who made a plan does not decide about it as long as somebody else could: E-WEB-083."""
    makers = {e.who for e in site().store.audit(plan) if e.verb == "plan"}
    roles = [role.value for role, granted in GRANTS.items() if Can.APPROVE in granted]
    others = Member.objects.filter(role__in=roles, user__is_active=True).exclude(user__username=who)
    if who in makers and others.exists():
        raise CustrataError(Problem("E-WEB-083", plan, {"who": who}))
