"""Versions of the scheme: every one that somebody saved, which is in force, and how one comes into force.

In force is the file in the workspace, which may be edited outside as well: then a version is recorded for it when it is
first seen.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.loader import FILE_NAMES
from custrata.core.scheme.model import Scheme
from custrata.usecases.scheme_diff import joined
from custrata.usecases.scheme_file import replace_scheme, scheme_text
from custrata.web.models import Version
from custrata.web.site import site

LONGEST_REASON = 500


def there() -> bool:
    """Whether the workspace has a scheme yet."""
    here = site().workspace
    return here.scheme_file is not None or any((here.path / name).is_file() for name in FILE_NAMES)


def in_force() -> Any:
    """The version that the file in the workspace is. Raises what `scheme_text` raises."""
    last = _latest()
    if last is not None and last.text == scheme_text(site().workspace):
        return last
    # One at a time: others who see the new file at the same moment find the version that the first records, and one
    # that is being published is seen when it is.
    with site().store.transaction():
        text, last = scheme_text(site().workspace), _latest()
        if last is None or last.text != text:
            # Its author is whoever edited the file; nobody here knows who that was.
            last = Version.objects.create(text=text, who="", published_at=timezone.now(), base=last)
    return last


def _latest() -> Any:
    return Version.objects.filter(published_at__isnull=False).order_by("-published_at", "-id").first()


def version(id: int) -> Any:
    """Raises E-WEB-037 where there is none."""
    found = Version.objects.select_related("base").filter(pk=id).first()
    if found is None:
        raise CustrataError(Problem("E-WEB-037", str(id), {}))
    return found


def save(text: str, who: str, reason: str, base: Any) -> Any:
    """A draft over the version that it was made from; it may be wrong still."""
    text = plain_lines(text)
    if text == base.text:
        raise CustrataError(Problem("E-WEB-035", "", {}))
    root = base if base.published_at is not None else base.base
    return Version.objects.create(text=text, who=who, reason=reason.strip()[:LONGEST_REASON], base=root)


def drafts_over(now: Any) -> Any:
    """Drafts that change the version in force and wait to be published."""
    return Version.objects.filter(published_at__isnull=True, dropped_at__isnull=True, base=now)


def drop(draft: Any, dropped: bool) -> bool:
    """A draft waits for nobody any more, or does again; says whether it was otherwise. Raises E-WEB-038 where it was
    published."""
    if draft.published_at is not None:
        raise CustrataError(Problem("E-WEB-038", f"#{draft.pk}", {}))
    was = Version.objects.filter(pk=draft.pk, published_at__isnull=True, dropped_at__isnull=dropped)
    return bool(was.update(dropped_at=timezone.now() if dropped else None))


def publish(draft: Any, who: str) -> Any:
    """Makes a draft the scheme in force. Raises what a wrong scheme raises; E-WEB-034 where another came into force
    since it was begun; E-WEB-038 where it is in force, or was."""
    with site().store.transaction():
        draft.refresh_from_db()
        if draft.published_at is not None:
            raise CustrataError(Problem("E-WEB-038", f"#{draft.pk}", {}))
        replace_scheme(site().workspace, draft.text, draft.base.text if draft.base is not None else "")
        draft.published_at, draft.dropped_at = timezone.now(), None
        draft.save(update_fields=["published_at", "dropped_at"])
    return draft


def back_to(old: Any, who: str, reason: str) -> Any:
    """Publishes the text of an older version as a new one. Raises E-WEB-035 where it is in force."""
    Scheme.parse(old.text)
    with site().store.transaction():
        now = in_force()
        if old.text == now.text:
            raise CustrataError(Problem("E-WEB-035", f"#{old.pk}", {}))
        made = Version.objects.create(text=old.text, who=who, reason=reason.strip()[:LONGEST_REASON], base=now)
        return publish(made, who)


def over_now(draft: Any, who: str) -> Any:
    """A draft of what a passed one changes, over the version in force. Raises E-WEB-111 where that has changed the same
    lines; E-WEB-035 where it says the same already."""
    now = in_force()
    text = joined(draft.base.text if draft.base is not None else "", draft.text, now.text)
    if text is None:
        raise CustrataError(Problem("E-WEB-111", f"#{draft.pk}", {"now": now.pk}))
    return save(text, who, draft.reason, now)


def plain_lines(text: str) -> str:
    """The text of a form field: browsers send `\\r\\n`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if not text or text.endswith("\n") else f"{text}\n"
