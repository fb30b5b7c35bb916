"""Drafts of the scheme that change its ladders, so that whoever made one there finds it there."""

from __future__ import annotations

from dataclasses import dataclass

from custrata.core.errors import CustrataError
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang
from custrata.usecases.levels.shares import ladder_title
from custrata.web import versions

#: The newest drafts that are looked at.
_MOST = 10


@dataclass(frozen=True)
class LadderDraft:
    """A draft over the version in force: its number, and what the ladders are called that it changes; `new` where the
    scheme has none yet."""

    id: int
    ladders: tuple[str, ...]
    new: bool


def ladder_drafts(scheme: Scheme, lang: Lang) -> list[LadderDraft]:
    """Those that wait to be published and change a ladder, the newest first."""
    found = []
    for draft in versions.drafts_over(versions.in_force()).order_by("-id")[:_MOST]:
        try:
            then = Scheme.parse(draft.text)
        except CustrataError:  # the page of the draft tells what is wrong with it
            continue
        every = dict.fromkeys((*scheme.levels, *then.levels))
        changed = [n for n in every if scheme.levels.get(n) != then.levels.get(n)]
        if changed:
            titles = tuple(ladder_title(then if n in then.levels else scheme, n, lang) for n in changed)
            found.append(LadderDraft(draft.pk, titles, not scheme.levels))
    return found
