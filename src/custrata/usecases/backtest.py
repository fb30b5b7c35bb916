"""How far to trust predictions: made as of days that are past, with what was known then, and held against what came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from custrata.core.errors import CustrataError, Problem
from custrata.core.metrics.base import Context
from custrata.core.metrics.monetary import net_in
from custrata.core.metrics.plan import ALL_SPEND
from custrata.core.windows import Window, add_months
from custrata.usecases.evaluate import within_calendar
from custrata.usecases.load.kept import KeptFacts
from custrata.usecases.load.loaded import loaded
from custrata.usecases.ports import Clock, Engine, Progress, StoreFactory, silent
from custrata.usecases.store import OpenStore
from custrata.usecases.workspace import Workspace

if TYPE_CHECKING:
    from custrata.core.predict.counts import Floats, Whole
    from custrata.core.predict.trial import AmountTrial, RiskTrial

#: The rule that needs no model: who has been silent longest is the most at risk, and will buy as often and spend as
#: much as in as many days before.
RULE = "rule"
QUARTER = Window("days", 90)
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
    """A past day, the customers who had bought until then, and how each way to predict fared."""

    as_of: date
    until: date
    customers: int
    trials: Sequence[Trial]


@dataclass(frozen=True)
class Backtest:
    """`cuts` from the latest day back; their horizons do not overlap. `notes` say where a model is worse than the
    rule."""

    as_of: date
    horizon: Window
    cuts: Sequence[Cut]
    notes: Sequence[Problem]

    def means(self) -> list[Mean]:
        """Each way to predict over all days, the rule first."""
        words = dict.fromkeys(t.by for c in self.cuts for t in c.trials)
        return [_mean(by, [t for c in self.cuts for t in c.trials if t.by == by]) for by in words]

    def best(self) -> Mean | None:
        """The model that ranks leavers best; null where none could be fitted."""
        models = [m for m in self.means() if m.by != RULE and m.ranking is not None]
        return max(models, key=lambda m: m.ranking or 0.0, default=None)

    def worth_a_model(self) -> bool:
        """Whether the best model ranks leavers better than the rule by more than chance would have it."""
        best, rule = self.best(), self.means()[0]
        if best is None or best.ranking is None or rule.ranking is None:
            return False
        return best.ranking - rule.ranking > _CHANCE


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


def backtest(
    workspace: Workspace, store_for: StoreFactory, clock: Clock, *, horizon: Window = QUARTER,
    times: int = 3, as_of: date | None = None, models: Sequence[str] = (), progress: Progress = silent,
    open_store: OpenStore | None = None,
) -> Backtest:  # fmt: skip
    """Predicts the `horizon` after each of up to `times` past days and compares with what came. A day needs as much
    history before it as the horizon is long. `models` are words for purchase models; all by default.

    Raises `CustrataError`: E-PREDICT-005 where the data are too short for one day; those of `loaded`.
    """
    with loaded(workspace, store_for, clock(), progress=progress, open_store=open_store) as ready:
        kept = ready.facts(progress)
        facts = kept.facts(within_calendar(as_of), ready.today)
        first, last = facts.counts["orders"].first_day, facts.as_of
        cuts = []
        for until, day in _days(last, horizon, times):
            if first is None or day - first < until - day:
                break
            progress("backtest", day=day.isoformat())
            cuts.append(_cut(kept, ready.store, ready.today, day, until, models, ready.scheme.purchase.by))
        if not cuts:
            values = {"first": first.isoformat() if first else "–", "last": last, "days": _days_of(horizon, last)}
            raise CustrataError(Problem("E-PREDICT-005", "backtest", values))
        found = Backtest(last, horizon, cuts, ())
        return replace(found, notes=_notes(found.means()))


def _days(last: date, horizon: Window, times: int) -> Iterator[tuple[date, date]]:
    """(end of a horizon, its first day less one), from the latest back."""
    until = last
    for _ in range(times):
        day = until - timedelta(days=_days_of(horizon, until))
        yield until, day
        until = day


def _days_of(horizon: Window, until: date) -> int:
    return horizon.n if horizon.unit == "days" else (until - add_months(until, -horizon.n)).days


def _cut(
    kept: KeptFacts, engine: Engine, today: date, day: date, until: date, models: Sequence[str], by: Any
) -> Cut:  # fmt: skip
    from custrata.core.predict.counts import Counts
    from custrata.core.predict.models import MODELS

    columns = _customers(kept, engine, today, day, until, Context(day, by))
    days = (until - day).days
    counts = Counts.of(columns["#repeats"], columns["#recency"], columns["#age"])
    trials = [_rule(columns)]
    trials += [_trial(word, MODELS[word], counts, columns, days) for word in models or MODELS]
    return Cut(day, until, len(counts), trials)


def _customers(
    kept: KeptFacts, engine: Engine, today: date, day: date, until: date, context: Context
) -> dict[str, Any]:
    """Of everybody who had bought: the history, the spend and the purchases of the days before, as they were known on
    that day; and what came until the end. A column an array."""
    from custrata.core.predict.history import HISTORY, READS, with_history

    then = kept.facts(day, today).tables.orders
    summed = {name: metric.expression(then, context) for name, metric in READS.items()}
    back = (until - day).days
    recent = then.day > day - timedelta(days=back)
    before = then.group_by("customer_id").aggregate(
        **summed, **{ALL_SPEND: net_in(then, None)}, bought_before=then.day.nunique(where=then.purchase & recent),
        spent_before=net_in(then, recent),
    )  # fmt: skip
    history = with_history(before, day)
    history = history.filter(history["#repeats"].notnull())
    came = kept.facts(until, today).tables.orders
    after = came.day > day
    later = came.group_by("customer_id").aggregate(
        came=came.day.nunique(where=came.purchase & after), brought=net_in(came, after)
    )
    joined: Any = history.left_join(later, "customer_id")
    wanted = joined.select(
        *HISTORY, "#days", "bought_before", spent=joined[ALL_SPEND].cast("float64"),
        spent_before=joined.spent_before.cast("float64"), came=joined.came.fill_null(0),
        brought=joined.brought.cast("float64").fill_null(0.0),
    )  # fmt: skip
    table = engine.arrow(wanted)
    return {name: column.to_numpy() for name, column in zip(table.column_names, table.columns, strict=True)}


def _rule(columns: Mapping[str, Any]) -> Trial:
    from custrata.core.predict.trial import amount_trial, risk_trial

    silent_for = columns["#age"] - columns["#recency"]
    return Trial(
        RULE, risk_trial(silent_for, columns["came"] == 0, probability=False),
        amount_trial(columns["bought_before"], columns["came"]),
        amount_trial(_positive(columns["spent_before"]), columns["brought"]),
    )  # fmt: skip


def _trial(word: str, kind: Any, counts: Any, columns: Mapping[str, Any], days: int) -> Trial:
    from custrata.core.predict.purchases import NoFit
    from custrata.core.predict.trial import amount_trial, risk_trial

    try:
        model = kind.fit(counts)
    except NoFit as no:
        return Trial(word, None, None, None, no.reason)
    expected = model.expected(counts, days)
    spend = _spend(columns, expected)
    return Trial(
        word, risk_trial(model.silent(counts, days), columns["came"] == 0), amount_trial(expected, columns["came"]),
        None if spend is None else amount_trial(spend, columns["brought"]),
    )  # fmt: skip


def _spend(columns: Mapping[str, Any], expected: Floats) -> Floats | None:
    """Spend to be expected; 0 of customers who brought nothing on the whole."""
    from custrata.core.predict.gamma_gamma import GammaGamma
    from custrata.core.predict.purchases import NoFit

    bought: Whole = columns["#days"]
    paid = (columns["spent"] > 0) & (bought > 0)
    mean = columns["spent"][paid] / bought[paid]
    try:
        model = GammaGamma.fit(bought[paid], mean)
    except NoFit:
        return None
    found = expected * 0.0
    found[paid] = expected[paid] * model.expected(bought[paid], mean)
    return found


def _positive(amounts: Any) -> Any:
    return amounts.clip(min=0)


def _mean(by: str, trials: Sequence[Trial]) -> Mean:
    from custrata.core.predict.trial import SHARES

    risks = [t.risk for t in trials if t.risk is not None]
    bought, spent = ([a for t in trials if (a := getattr(t, n)) is not None] for n in ("purchases", "spend"))
    tenth = SHARES.index(0.1)
    return Mean(
        by, _middle([r.share for r in risks]) or 0.0, _middle([r.ranking for r in risks]),
        _middle([r.gains[tenth] for r in risks]), _middle([r.error for r in risks]), _middle([a.total for a in bought]),
        _middle([a.off for a in bought]), _middle([a.total for a in spent]),
    )  # fmt: skip


def _middle(values: Sequence[float | None]) -> float | None:
    """The mean of the numbers that are there."""
    there = [v for v in values if v is not None]
    return sum(there) / len(there) if there else None


def _notes(means: Sequence[Mean]) -> list[Problem]:
    """Models that rank leavers worse than the rule."""
    rule, *models = means
    return [
        Problem("E-PREDICT-006", m.by, {"model": f"{m.ranking:.3f}", "rule": f"{rule.ranking:.3f}"})
        for m in models
        if m.ranking is not None and rule.ranking is not None and m.ranking < rule.ranking
    ]


def as_document(found: Backtest) -> dict[str, Any]:
    """The back-test as JSON, for whoever wants to keep or compare it."""
    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [plain(v) for v in value]
        return value.isoformat() if isinstance(value, date) else value

    head: dict[str, Any] = {"as_of": found.as_of.isoformat(), "horizon": f"{found.horizon.n} {found.horizon.unit}"}
    head["means"] = [asdict(m) for m in found.means()]
    notes = [{"code": n.code, "model": n.place, **n.values} for n in found.notes]
    return {**head, "cuts": [plain(asdict(c)) for c in found.cuts], "notes": notes}
