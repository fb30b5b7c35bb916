"""Users and their tokens: made, changed and shut out by administrators, each step in the audit trail."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.transaction import atomic
from django.utils import timezone

from custrata.core.errors import CustrataError, Problem
from custrata.web.access import Can, Role
from custrata.web.models import Member, Token
from custrata.web.site import site
from custrata.web.trail import record

#: What every token begins with, so that one that lies in a log or a repository is recognised.
PREFIX = "cst_"
_NAME = 80


@dataclass(frozen=True)
class Wanted:
    """What an administrator wants of a user; an empty password leaves the present one."""

    name: str
    role: Role
    scope: str = ""
    language: str = "zh"
    password: str = ""
    active: bool = True


def add(wanted: Wanted, who: str) -> Any:
    """A new user. Errors: E-WEB-050 no name or one that is taken; E-WEB-051 a password that Django's rules refuse."""
    name = wanted.name.strip()
    _require_password(wanted.password, User(username=name[:_NAME]))
    with site().store.transaction():  # one at a time, so that nobody else takes the name meanwhile
        if not name or len(name) > _NAME or User.objects.filter(username__iexact=name).exists():
            raise CustrataError(Problem("E-WEB-050", "", {"name": name[:_NAME]}))
        user = User.objects.create_user(name, password=wanted.password)
        Member.objects.create(user=user, role=wanted.role.value, scope=wanted.scope, language=wanted.language)
        record(who, "add user", name, role=wanted.role.value, scope=wanted.scope)
    return user


def change(user: Any, wanted: Wanted, who: str) -> None:
    """Role, scope, password, or whether they may come in at all; who is shut out or gets a new password is logged out
    everywhere, and their tokens end. E-WEB-052 where nobody would be left to administer."""
    if wanted.password:
        _require_password(wanted.password, user)
    # One at a time: of two administrators who shut each other out at once, the second is refused.
    with site().store.transaction():
        user.refresh_from_db()
        member = user.member
        rules = member.role == Role.ADMINISTRATOR and user.is_active
        if rules and (wanted.role != Role.ADMINISTRATOR or not wanted.active) and not _other_administrators(user):
            raise CustrataError(Problem("E-WEB-052", user.get_username(), {}))
        before = {"role": member.role, "scope": member.scope, "active": user.is_active}
        after = {"role": wanted.role.value, "scope": wanted.scope, "active": wanted.active}
        member.role, member.scope = wanted.role.value, wanted.scope
        member.save()
        user.is_active = wanted.active
        if wanted.password:
            user.set_password(wanted.password)
        user.save()
        detail = {k: f"{before[k]} → {v}" for k, v in after.items() if before[k] != v}
        record(who, "change user", user.get_username(), **detail, **({"password": "new"} if wanted.password else {}))
        if wanted.password or not wanted.active:
            end_tokens(user, who, "password reset" if wanted.password else "shut out")
            end_sessions(user)


def _other_administrators(user: Any) -> bool:
    others = Member.objects.filter(role=Role.ADMINISTRATOR, user__is_active=True).exclude(user=user)
    return bool(others.exists())


def _require_password(password: str, user: Any) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        why = " ".join(str(m) for m in error.messages)
        raise CustrataError(Problem("E-WEB-051", user.get_username(), {"why": why})) from None


def give_token(user: Any, name: str, scopes: Sequence[str], expires_at: datetime | None) -> tuple[Any, str]:
    """A new API token and its text, which is shown this once: only a digest is kept. Scopes are permissions, of which
    the owner's role must have each; none means all that the owner has. Errors: E-WEB-053 no name; E-WEB-054 a scope
    that the role does not have."""
    from custrata.web.access import GRANTS

    if not name.strip():
        raise CustrataError(Problem("E-WEB-053", "", {}))
    granted = GRANTS[Role(user.member.role)]
    for scope in scopes:
        if scope not in granted:
            known = ", ".join(sorted(granted))
            raise CustrataError(Problem("E-WEB-054", "", {"scope": scope[:_NAME], "known": known}))
    text = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user=user, name=name.strip()[:_NAME], start=text[:10], digest=digest_of(text),
        scopes=sorted(set(scopes)), expires_at=expires_at,
    )  # fmt: skip
    record(user.get_username(), "give token", f"token {token.pk}", name=token.name, scopes=token.scopes)
    return token, text


def revoke(token: Any, who: str) -> None:
    """A token that works no longer; one that was revoked already stays so."""
    if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record(who, "revoke token", f"token {token.pk}", name=token.name)


def end_tokens(user: Any, who: str, why: str) -> int:
    """Every token of a user that still works ends; how many did."""
    with atomic():
        mine = Token.objects.select_for_update().filter(user=user, revoked_at=None)
        found = {t.pk: t.name for t in mine}
        if found:
            Token.objects.filter(pk__in=found).update(revoked_at=timezone.now())
            named = [f"{n} {name}" for n, name in found.items()]
            record(who, "revoke tokens", user.get_username(), why=why, tokens=named)
    return len(found)


def end_sessions(user: Any) -> None:
    """No browser is logged in as this user any more; also none comes back to life when he is let in again."""
    from django.contrib.sessions.models import Session

    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()


@dataclass(frozen=True)
class Owner:
    """Whose a token is, and what it may be used for."""

    user: Any
    allowed: frozenset[Can]
    token: int
    """Its number."""


def owner_of(text: str) -> Owner | None:
    """Whose token it is and what it may be used for; null for one that is unknown, revoked, expired, or of somebody
    who may not come in any more. When it was used last is kept to the minute."""
    from custrata.web.access import GRANTS

    token = Token.objects.select_related("user__member").filter(digest=digest_of(text), revoked_at=None).first()
    now = timezone.now()
    if token is None or (token.expires_at is not None and token.expires_at <= now) or not token.user.is_active:
        return None
    if token.used_at is None or (now - token.used_at).total_seconds() > 60:
        Token.objects.filter(pk=token.pk).update(used_at=now)
    granted = GRANTS[Role(token.user.member.role)]
    return Owner(token.user, granted & frozenset(map(Can, token.scopes)) if token.scopes else granted, token.pk)


def digest_of(text: str) -> str:
    """A token is 32 random bytes: one round of a hash is enough, and finds it by an index."""
    return hashlib.sha256(text.encode()).hexdigest()
