"""How good the data is, by the last audit, and how that went over the audits before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from custrata.web.data_page import read_kept
from custrata.web.models import Job
from custrata.web.site import site
from custrata.web.tasks.kept import AUDIT, kept

#: Audits that are looked back on.
_BACK = 12


@dataclass(frozen=True)
class Quality:
    """The score 0 to 100 of the last audit, and when it was made; `scores` are those of the audits up to it, the oldest
    first."""

    score: int
    at: datetime
    scores: Sequence[int]

    @property
    def change(self) -> int | None:
        """By how many points it differs from the audit before; null after the first."""
        return self.scores[-1] - self.scores[-2] if len(self.scores) > 1 else None


def quality() -> Quality | None:
    """Null before the first audit."""
    told = read_kept(kept(site().workspace.home, AUDIT))
    if told is None or "score" not in told:
        return None
    at, score = datetime.fromisoformat(told["at"]), int(told["score"])
    done = Job.objects.filter(kind="audit", state="done").order_by("-id").values_list("result", flat=True)[:_BACK]
    scores = [int(result["score"]) for result in done if "score" in result][::-1]
    # The last audit counts once, whether its work is still listed or not.
    return Quality(score, at, scores if scores and scores[-1] == score else [*scores, score])
