"""What should be said of a back-test: what is worse than a plain rule, how sure it is, what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from custrata.core.errors import Problem
from custrata.core.predict.backtest import RHYTHM, RULE, SHARE, Backtest, Mean

#: A ranking that is less sure than this is told to be, and spend that was missed by more.
_UNSURE, _MISSED = 0.03, 0.25
#: How far below what is wanted the share of days that intervals held is worth a word.
_SHORT = 0.1


def notes_of(found: Backtest) -> list[Problem]:
    """Models that rank leavers worse than the rule; how sure rankings are, where customers are few; days after which
    nobody bought; spend that was missed; next purchase days that are no better than a rule's, and intervals that hold
    fewer days than they should; orders that were not judged as they stood then."""
    rule, *models = found.means()
    told = [
        Problem("E-PREDICT-006", m.by, {"model": f"{m.ranking:.3f}", "rule": f"{rule.ranking:.3f}"})
        for m in models
        if m.ranking is not None and rule.ranking is not None and m.ranking < rule.ranking
    ]
    told += [*_of_customers(found), *_of_spend(rule, models)]
    if found.by_status is not None:
        left, rows = found.by_status
        told.append(Problem("E-PREDICT-063", "orders", {"rows": f"{left:,}", "share": f"{left / rows:.1%}"}))
    ways = {t.by: t for t in found.day_means()}
    own = ways.get(RHYTHM)
    if own is None or own.off is None:
        return told
    rules = {by: t.off for by, t in ways.items() if by != RHYTHM and t.off is not None}
    best = min(rules, key=lambda by: rules[by])
    if 0 < own.off >= rules[best]:
        told.append(Problem("E-PREDICT-015", RHYTHM, {"own": f"{own.off:.1f}", "rule": f"{rules[best]:.1f}"}))
    if own.held is not None and own.held < SHARE - _SHORT:
        told.append(Problem("E-PREDICT-016", RHYTHM, {"held": f"{own.held:.0%}", "wanted": f"{SHARE:.0%}"}))
    return told


def _of_customers(found: Backtest) -> list[Problem]:
    """How sure a ranking is (Hanley and McNeil, Radiology 143, 1982), where that is worth saying; and days after which
    all customers were silent."""
    told = []
    empty = [c.as_of for c in found.cuts if c.trials and c.trials[0].risk is not None and c.trials[0].risk.share == 1.0]
    if empty:
        told.append(Problem("E-PREDICT-061", RULE, {"days": ", ".join(sorted(d.isoformat() for d in empty))}))
    risks = [t.risk for t in found.trials(RULE) if t.risk is not None and t.risk.ranking is not None]
    best = found.best()
    if not risks or best is None or best.ranking is None:
        return told
    left = sum(round(r.share * r.customers) for r in risks)
    came = sum(r.customers for r in risks) - left
    # Nothing is certain because it happened to be so with a few.
    edge = 0.5 / min(left, came)
    area = min(max(best.ranking, edge), 1 - edge)
    one, other = area / (2 - area), 2 * area * area / (1 + area)
    spread = area * (1 - area) + (left - 1) * (one - area * area) + (came - 1) * (other - area * area)
    off = 1.96 * sqrt(max(spread, 0.0) / (left * came))
    if off >= _UNSURE:
        values = {"left": f"{left:,}", "came": f"{came:,}", "off": f"{off:.2f}"}
        told.append(Problem("E-PREDICT-060", best.by, values))
    return told


def _of_spend(rule: Mean, models: Sequence[Mean]) -> list[Problem]:
    """That no model came near the spend of all customers together."""
    spent = [(abs(m.spend), m) for m in models if m.spend is not None]
    if not spent:
        return []
    off, nearest = min(spent, key=lambda found: found[0])
    if off < _MISSED:
        return []
    plain = "–" if rule.spend is None else f"{rule.spend:+.1%}"
    return [Problem("E-PREDICT-062", nearest.by, {"off": f"{nearest.spend:+.1%}", "rule": plain})]
