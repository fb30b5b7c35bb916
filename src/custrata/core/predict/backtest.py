"""What a back-test found: on each past day every way to predict beside what came, and what that says in the mean.

It can be kept as JSON and is read back as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, cast

from custrata.core.errors import Problem
from custrata.core.windows import Unit, Window

if TYPE_CHECKING:
    from custrata.core.predict.trial import AmountTrial, Group, RiskTrial
    from custrata.core.predict.trial_days import DayTrial

#: The rule that needs no model: who has been silent longest is the most at risk, and will buy as often and spend as
#: much as in as many days before.
RULE = "rule"
#: The classifier, which reads more than past purchases.
BOOSTED = "boosted"
#: How much less the squared error must be before more than past purchases are taken into account.
BETTER = 0.01
#: Ways to predict the next purchase day: as long again as the last time, everybody's median gap, half of the time that
#: is looked at, one's own rhythm.
LAST_GAP, EVERYBODY, HALFWAY, RHYTHM = "last gap", "everybody", "halfway", "rhythm"
#: The share of the customers whose next day an interval shall hold.
SHARE = 0.8
#: Rankings that are nearer than this are the same for anybody who acts on them.
_CHANCE = 0.01


@dataclass(frozen=True)
class Trial:
    """One way to predict on one past day: the risk of no purchase within the horizon, the purchases, the spend (null
    where spend could not be modelled). `refused` is why there is nothing else."""

    by: str
    risk: RiskTrial | None
    purchases: AmountTrial | None
    spend: AmountTrial | None
    refused: str = ""


@dataclass(frozen=True)
class Cut:
    """A past day, the customers who had bought until then, and how each way to predict fared; `days`: how the next
    purchase day was told (nothing where customers show no rhythm)."""

    as_of: date
    until: date
    customers: int
    trials: Sequence[Trial]
    days: Sequence[DayTrial] = ()


@dataclass(frozen=True)
class Mean:
    """One way to predict, over all days: how many bought nothing, ranking of leavers, share of them found among the
    riskiest tenth, Brier error, error of the total of purchases, mean miss of a customer's purchases, error of the
    total of spend. Null where there is no such number."""

    by: str
    share: float
    ranking: float | None
    tenth: float | None
    error: float | None
    purchases: float | None
    off: float | None
    spend: float | None


@dataclass(frozen=True)
class Backtest:
    """`cuts` from the latest day back; their horizons do not overlap. `notes` say where a model is worse than the
    rule. `title` is that of the scheme, `at` the moment it was made."""

    as_of: date
    horizon: Window
    cuts: Sequence[Cut]
    notes: Sequence[Problem] = field(default=())
    title: str = ""
    at: datetime | None = None
    by_status: tuple[int, int] | None = None
    """Rows of orders that do not count by a status of which only today's is known, and all rows; null where none."""

    def means(self) -> list[Mean]:
        """Each way to predict over all days, the rule first."""
        words = dict.fromkeys(t.by for c in self.cuts for t in c.trials)
        return [_mean(by, self.trials(by)) for by in words]

    def trials(self, by: str) -> list[Trial]:
        """One way to predict, on each day."""
        return [t for c in self.cuts for t in c.trials if t.by == by]

    def mean(self, by: str) -> Mean:
        return _mean(by, self.trials(by))

    def day_means(self) -> list[DayTrial]:
        """Each way to predict the next purchase day over all days, one's own rhythm last; nothing where none could."""
        from custrata.core.predict.trial_days import mean_of

        words = dict.fromkeys(t.by for c in self.cuts for t in c.days)
        return [mean_of([t for c in self.cuts for t in c.days if t.by == by]) for by in words]

    def best(self) -> Mean | None:
        """The model that ranks leavers best; null where none could be fitted."""
        models = [m for m in self.means() if m.by != RULE and m.ranking is not None]
        return max(models, key=lambda m: m.ranking or 0.0, default=None)

    def by_purchases(self) -> Mean | None:
        """The model of past purchases alone that ranks leavers best; null where none could be fitted."""
        models = [m for m in self.means() if m.by not in (RULE, BOOSTED) and m.ranking is not None]
        return max(models, key=lambda m: m.ranking or 0.0, default=None)

    def worth_a_model(self) -> bool:
        """Whether the best model ranks leavers better than the rule by more than chance would have it."""
        best, rule = self.best(), self.mean(RULE)
        if best is None or best.ranking is None or rule.ranking is None:
            return False
        return best.ranking - rule.ranking > _CHANCE

    def gains(self, by: str) -> list[tuple[float, float]]:
        """(share of the customers, the riskiest first; share of the leavers among them), the mean of all days, from
        (0, 0) to (1, 1); nothing where it has no risks."""
        from custrata.core.predict.trial import SHARES

        found = [t.risk.gains for t in self.trials(by) if t.risk is not None]
        if not found:
            return []
        middle = [sum(values) / len(values) for values in zip(*found, strict=True)]
        return [(0.0, 0.0), *zip(SHARES, middle, strict=True), (1.0, 1.0)]

    def calibration(self, by: str) -> list[tuple[date, Group]]:
        """Groups of customers by their predicted risk on each day; nothing of what only ranks."""
        return [
            (c.as_of, g) for c in self.cuts for t in c.trials
            if t.by == by and t.risk is not None for g in t.risk.calibration
        ]  # fmt: skip


def _mean(by: str, trials: Sequence[Trial]) -> Mean:
    from custrata.core.predict.trial import SHARES

    risks = [t.risk for t in trials if t.risk is not None]
    bought, spent = ([a for t in trials if (a := getattr(t, n)) is not None] for n in ("purchases", "spend"))
    tenth = SHARES.index(0.1)
    return Mean(
        by, _middle([r.share for r in risks]) or 0.0, _middle([r.ranking for r in risks]),
        _middle([r.gains[tenth] for r in risks if r.ranking is not None]), _middle([r.error for r in risks]),
        _middle([a.total for a in bought]),
        _middle([a.off for a in bought]), _middle([a.total for a in spent]),
    )  # fmt: skip


def _middle(values: Sequence[float | None]) -> float | None:
    """The mean of the numbers that are there."""
    there = [v for v in values if v is not None]
    return sum(there) / len(there) if there else None


def as_document(found: Backtest) -> dict[str, Any]:
    """The back-test as JSON, for whoever wants to keep or compare it."""
    head: dict[str, Any] = {"as_of": found.as_of.isoformat(), "horizon": f"{found.horizon.n} {found.horizon.unit}"}
    head |= {"scheme": found.title, "at": None if found.at is None else found.at.isoformat()}
    head["means"] = [asdict(m) for m in found.means()]
    head["day_means"] = [asdict(m) for m in found.day_means()]
    head |= {} if found.by_status is None else {"by_status": list(found.by_status)}
    notes = [{"code": n.code, "by": n.place, **n.values} for n in found.notes]
    return {**head, "cuts": [_plain(asdict(c)) for c in found.cuts], "notes": notes}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value


def from_document(told: Mapping[str, Any]) -> Backtest:
    """What `as_document` made. Raises `KeyError`, `TypeError` or `ValueError` for anything else."""
    from custrata.core.predict.backtest_notes import notes_of

    n, _, unit = str(told["horizon"]).partition(" ")
    if unit not in ("days", "months"):
        raise ValueError(unit)
    at = told["at"]
    found = Backtest(
        date.fromisoformat(told["as_of"]), Window(cast(Unit, unit), int(n)), [_cut(c) for c in told["cuts"]], (),
        str(told["scheme"]), None if at is None else datetime.fromisoformat(at),
        (int(told["by_status"][0]), int(told["by_status"][1])) if "by_status" in told else None,
    )  # fmt: skip
    return replace(found, notes=notes_of(found))


def _cut(told: Mapping[str, Any]) -> Cut:
    from custrata.core.predict.trial import AmountTrial, Group, RiskTrial
    from custrata.core.predict.trial_days import DayTrial

    def part(kind: Any, values: Mapping[str, Any] | None) -> Any:
        if values is None:
            return None
        groups = tuple(Group(**g) for g in values["calibration"])
        more = {"gains": tuple(values["gains"])} if "gains" in values else {}
        return kind(**{**values, **more, "calibration": groups})

    trials = [
        Trial(t["by"], part(RiskTrial, t["risk"]), part(AmountTrial, t["purchases"]), part(AmountTrial, t["spend"]),
              t["refused"])
        for t in told["trials"]
    ]  # fmt: skip
    days = tuple(DayTrial(**d) for d in told.get("days", ()))
    first, last = (date.fromisoformat(told[k]) for k in ("as_of", "until"))
    return Cut(first, last, int(told["customers"]), trials, days)
