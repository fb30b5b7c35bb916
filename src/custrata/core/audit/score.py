"""The score: one number from 0 to 100 for the state of the data, the parts it is made of, and what each part lost.

A finding takes points from its part by its severity and by the share of the data that it concerns: a notice up to 5, a
warning from 5 to 25, a serious finding from 25 to 100. The parts are weighted by how directly a fault in them moves
customers between classes. The whole is never above what the worst finding allows, for no average may hide a fault that
makes the classes wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from custrata.core.audit.finding import PARTS, Finding, Part, Severity, worst

#: Points that a finding takes from its part: where it begins, and where it ends when everything is concerned.
_LOSS: dict[Severity, tuple[float, float]] = {
    "good": (0, 0), "notice": (0.5, 5), "warning": (5, 25), "serious": (25, 100),
}  # fmt: skip
#: What the whole may be at most with a finding of this severity.
CAPS: dict[Severity, int] = {"good": 100, "notice": 100, "warning": 89, "serious": 59}
#: Rows that are counted twice, or carry a wrong amount, change classes at once; rows that cannot be used are missing
#: from them; missing words only matter to the segments that read them; a gap or an old export dates the result.
WEIGHTS: dict[Part, float] = {
    "completeness": 0.20, "validity": 0.20, "uniqueness": 0.25, "consistency": 0.25, "timeliness": 0.10,
}  # fmt: skip


@dataclass(frozen=True)
class Loss:
    """What one finding took from its part, in points of the part."""

    code: str
    points: float


@dataclass(frozen=True)
class PartScore:
    """One part: its score from 0 to 100, its weight, and what it lost to which finding."""

    part: Part
    score: float
    weight: float
    losses: tuple[Loss, ...]


@dataclass(frozen=True)
class Score:
    """`total` from 0 to 100; `cap` is what the worst finding allows, null where that is not what decided."""

    total: int
    parts: tuple[PartScore, ...]
    cap: int | None
    worst: Severity


def points(finding: Finding) -> float:
    """What a finding takes from its part.

    >>> points(Finding("A-X-1", "validity", "warning", share=0.25)), points(Finding("A-X-1", "validity", "good"))
    (10.0, 0.0)
    """
    least, most = _LOSS[finding.severity]
    return round(least + (most - least) * min(1.0, max(0.0, finding.share)), 1)


def score(findings: Sequence[Finding]) -> Score:
    """The score of all that was found.

    >>> bad = Finding("A-X-1", "validity", "serious", share=0.2)
    >>> s = score([bad, Finding("A-X-2", "uniqueness", "notice", share=0.1)])
    >>> s.total, s.cap, [(p.part, p.score) for p in s.parts if p.losses]
    (59, 59, [('validity', 60.0), ('uniqueness', 99.1)])
    """
    parts = []
    for part in PARTS:
        losses = tuple(Loss(f.code, points(f)) for f in findings if f.part == part and points(f) > 0)
        parts.append(PartScore(part, max(0.0, round(100 - sum(x.points for x in losses), 1)), WEIGHTS[part], losses))
    # Rounded down, so that 100 says that nothing was found.
    whole = floor(round(sum(p.score * p.weight for p in parts), 6))
    bad = worst([f.severity for f in findings])
    cap = CAPS[bad]
    return Score(min(whole, cap), tuple(parts), cap if whole > cap else None, bad)
