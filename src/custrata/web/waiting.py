"""What waits for the reader: plans to decide about, levels set by hand that end soon, work that failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from custrata.core.errors import CustrataError
from custrata.usecases.scheme_file import scheme_text
from custrata.web.access import Can, Sight
from custrata.web.deciding import no_longer
from custrata.web.failures import failures
from custrata.web.models import Job, Version
from custrata.web.page import Request, address
from custrata.web.reading import has_run
from custrata.web.review import doubtful_pairs
from custrata.web.site import site
from custrata.web.versions import drafts_over

#: Levels given by hand are told so many days before they end; failed work for so long.
_SOON = timedelta(days=14)
_FAILED = timedelta(days=3)


@dataclass(frozen=True)
class Waiting:
    """A thing to do: the text `web_overview.waiting.<key>` with its values, and where to do it."""

    key: str
    values: dict[str, Any]
    href: str
    post: bool = False
    """Whether pressing it does it at once."""


def waiting(request: Request) -> list[Waiting]:
    """What this reader can do something about, the most pressing first."""
    here, sight = site(), request.sight
    store, now = here.store, here.now()
    found: list[Waiting] = []
    open_, approved = store.plans("open"), store.plans("approved")
    stale = {p.id for p in open_ + approved if no_longer(p)} if sight.may(Can.APPROVE) or sight.may(Can.PLAN) else set()
    open_, approved = ([p for p in plans if p.id not in stale] for plans in (open_, approved))
    plans = [p for p in open_ if p.brakes]
    if plans and sight.may(Can.APPROVE):
        found.append(Waiting("approvals", {"n": len(plans)}, "/levels/"))
    elif plans and sight.may(Can.PLAN):
        found.append(Waiting("awaiting", {"n": len(plans)}, "/levels/"))
    approved += [p for p in open_ if not p.brakes]
    if approved and sight.may(Can.PLAN):
        found.append(Waiting("to_apply", {"n": len(approved)}, "/levels/"))
    if stale and sight.may(Can.PLAN):
        found.append(_anew(len(stale)))
    if sight.may(Can.PUBLISH) or sight.may(Can.DATA):
        found += _scheme(sight)
    ending = [o for o in store.overrides() if o.ended_at is None and o.until] if sight.may(Can.CUSTOMERS) else []
    if ending:
        today = now.astimezone(ZoneInfo(request.result().scheme.timezone)).date()
        ending = [o for o in ending if o.until is not None and today <= o.until <= today + _SOON]
    if ending and not sight.whole:  # only of customers that the reader sees
        result = request.result()
        t = result.customers
        shown = t.filter(t.customer_id.isin([o.customer_id for o in ending])).select("customer_id")
        there = {r["customer_id"] for r in result.engine.rows(shown)}
        ending = [o for o in ending if o.customer_id in there]
    if ending:
        found.append(Waiting("ending", {"n": len(ending)}, "/levels/"))
    if sight.may(Can.DATA):
        failed = failures(Job.objects.all(), now - _FAILED).count()
        if failed:
            found.append(Waiting("failed", {"n": failed}, address("jobs")))
    if sight.may(Can.DATA) and (doubtful := doubtful_pairs(here.workspace)):
        found.append(Waiting("duplicates", {"n": doubtful}, address("duplicates")))
    return found


def _anew(n: int) -> Waiting:
    """Plans that no longer hold: a button that makes a new one, unless somebody has pressed it."""
    working = Job.objects.filter(kind="plan", state__in=("waiting", "running")).exists()
    return Waiting("plan_working" if working else "plan_stale", {"n": n}, "/levels/" if working else "/levels/plan/",
                   post=not working)  # fmt: skip


def _scheme(sight: Sight) -> list[Waiting]:
    """Drafts that may be published, and a version in force by which nobody has evaluated yet."""
    now = Version.objects.filter(published_at__isnull=False).order_by("-published_at", "-id").first()
    if now is None:
        return []
    found = []
    drafts = drafts_over(now).count() if sight.may(Can.PUBLISH) else 0
    if drafts:
        found.append(Waiting("drafts", {"n": drafts}, address("scheme")))
    if sight.may(Can.DATA) and not sight.scope.strip() and has_run():
        here = site().workspace
        # The file counts: an import, or an editor, changes it before any page has seen that there is a new version.
        try:
            text = scheme_text(here)
        except CustrataError:
            return found  # the scheme's own page tells what is wrong with it
        if here.run().record["scheme"]["text"].strip() != text.strip():
            version = address("scheme_version", id=now.pk)
            found.append(Waiting("stale", {"n": 1}, version if text.strip() == now.text.strip() else address("scheme")))
    return found
