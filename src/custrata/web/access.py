"""Who may do what: five roles, each a set of permissions, and what one user may see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from custrata.locale import Lang


class Can(StrEnum):
    """What a page or an operation asks of whoever opens it."""

    LOOK = "look"
    """Overview, customers, segments, levels, runs: whatever was published."""
    EXPORT = "export"
    """Take lists out as files."""
    PERSONAL = "personal"
    """See telephone, e-mail, address and identity numbers in full."""
    CUSTOMERS = "customers"
    """Correct profiles, write notes, set levels by hand."""
    SCHEME = "scheme"
    """Draft versions of the scheme."""
    PUBLISH = "publish"
    """Make a version of the scheme the one in force."""
    DATA = "data"
    """Upload files, load, run, mend, decide about duplicates."""
    PLAN = "plan"
    """Make plans of levels and apply those that need no approval or have it."""
    APPROVE = "approve"
    """Approve and reject plans; roll a run back."""
    ADMIN = "admin"
    """Users, tokens, the audit trail, settings."""


#: What concerns all customers, so that who sees some of them only cannot do it, whatever the role.
WHOLE = frozenset({Can.PUBLISH, Can.DATA, Can.PLAN, Can.APPROVE})


class Role(StrEnum):
    """Every user has one."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    OPERATOR = "operator"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


GRANTS: dict[Role, frozenset[Can]] = {
    Role.VIEWER: frozenset({Can.LOOK}),
    Role.ANALYST: frozenset({Can.LOOK, Can.EXPORT, Can.SCHEME}),
    Role.OPERATOR: frozenset(
        {Can.LOOK, Can.EXPORT, Can.PERSONAL, Can.CUSTOMERS, Can.SCHEME, Can.DATA, Can.PLAN}
    ),
    Role.APPROVER: frozenset({Can.LOOK, Can.EXPORT, Can.PERSONAL, Can.CUSTOMERS, Can.PUBLISH, Can.APPROVE}),
    Role.ADMINISTRATOR: frozenset(Can),
}  # fmt: skip


@dataclass(frozen=True)
class Sight:
    """Whoever asks: name, role, language, and the customers that they may see.

    >>> Sight("wang", Role.VIEWER, "zh").may(Can.EXPORT), Sight("li", Role.OPERATOR, "zh").may(Can.EXPORT)
    (False, True)
    >>> Sight("li", Role.OPERATOR, "zh").may(Can.PLAN), Sight("li", Role.OPERATOR, "zh", scope="ABC is A").may(Can.PLAN)
    (True, False)
    """

    name: str
    role: Role
    lang: Lang
    timezone: str = "Asia/Shanghai"
    scope: str = ""
    """A condition; those of whom it does not hold are not there for this user. Empty: everybody is."""
    theme: str = ""
    """`light` or `dark`; empty: as the device is."""
    allowed: frozenset[Can] | None = None
    """What a token may be used for, of what its owner may do; null: everything."""

    @property
    def whole(self) -> bool:
        """Whether all customers are seen."""
        return not self.scope.strip()

    def may(self, can: Can) -> bool:
        """Whether this reader may do that: by the role, by the token, and by the customers that are seen."""
        if can in WHOLE and not self.whole:
            return False
        return can in GRANTS[self.role] and (self.allowed is None or can in self.allowed)
