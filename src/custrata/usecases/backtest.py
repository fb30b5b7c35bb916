"""How far to trust predictions: made as of days that are past, with what was known then, and held against what came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from custrata.core.errors import CustrataError, Problem
from custrata.core.metrics.base import Context
from custrata.core.metrics.monetary import net_in
from custrata.core.metrics.plan import ALL_SPEND
from custrata.core.predict.backtest import BOOSTED, RULE, Backtest, Cut, Trial
from custrata.core.predict.backtest_notes import notes_of
from custrata.core.predict.models import MODELS
from custrata.core.scheme.model import Scheme
from custrata.core.windows import Window, add_months, parse_window
from custrata.usecases.backtest_days import next_days
from custrata.usecases.churn_training import NotTrained, snapshot, trained
from custrata.usecases.churn_trees import require_extra
from custrata.usecases.evaluate import within_calendar
from custrata.usecases.fact_set import Facts
from custrata.usecases.load.loaded import loaded
from custrata.usecases.ports import Clock, Engine, Progress, StoreFactory, silent
from custrata.usecases.predictions_churn import classified, snapshots_of
from custrata.usecases.store import OpenStore
from custrata.usecases.workspace import Workspace

if TYPE_CHECKING:
    from custrata.core.predict.counts import Floats, Whole

QUARTER = Window("days", 90)
#: A day → the facts that were known on it; null: the day that the scheme says.
FactsAt = Callable[[date | None], Facts]


def backtest(
    workspace: Workspace, store_for: StoreFactory, clock: Clock, *, horizon: Window = QUARTER,
    times: int = 3, as_of: date | None = None, models: Sequence[str] = (), progress: Progress = silent,
    open_store: OpenStore | None = None,
) -> Backtest:  # fmt: skip
    """Predicts the `horizon` after each of up to `times` past days and compares with what came. A day needs as much
    history before it as the horizon is long. `models` are words for purchase models, or `boosted` for
    the classifier; all purchase models by default, and the classifier where the scheme asks for one.

    Raises `CustrataError`: E-PREDICT-005 where the data are too short for one day; those of `loaded`.
    """
    with loaded(workspace, store_for, clock(), progress=progress, open_store=open_store) as ready:
        kept = ready.facts(progress)
        found = backtest_of(
            ready.scheme, lambda day: kept.facts(day, ready.today), ready.store, horizon=horizon, times=times,
            as_of=as_of, models=models, progress=progress,
        )  # fmt: skip
        return replace(found, at=clock())


def backtest_of(
    scheme: Scheme, facts: FactsAt, engine: Engine, *, horizon: Window = QUARTER, times: int = 3,
    as_of: date | None = None, models: Sequence[str] = (), progress: Progress = silent,
) -> Backtest:  # fmt: skip
    """The same of facts, of which `facts` gives those that were known on a day (null: the scheme's as-of date)."""
    facts = _remembered(facts)
    now = facts(within_calendar(as_of))
    words = [*(models or MODELS), *([BOOSTED] if not models and classified(scheme.metrics) else [])]
    if BOOSTED in words:
        require_extra("backtest")
    first, last = now.counts["orders"].first_day, now.as_of
    cuts = []
    for until, day in _days(last, horizon, times):
        if first is None or day - first < until - day:
            break
        progress("backtest", day=day.isoformat())
        cuts.append(_cut(facts, engine, day, until, words, scheme.purchase.by))
    if cuts and not any(c.customers for c in cuts):
        raise CustrataError(Problem("E-PREDICT-001", "backtest", {"customers": 0}))
    cuts = [c for c in cuts if c.customers]
    if not cuts:
        values = {"first": first.isoformat() if first else "–", "last": last, "days": _days_of(horizon, last)}
        raise CustrataError(Problem("E-PREDICT-005", "backtest", values))
    found = Backtest(last, horizon, cuts, title=scheme.name, by_status=_by_status(now))
    return replace(found, notes=notes_of(found))


def _by_status(now: Facts) -> tuple[int, int] | None:
    """How many rows of orders a status leaves out, and of how many. Sources tell today's status and no day of it."""
    counts = now.counts["orders"]
    left = counts.excluded.get("status", 0)
    return (left, counts.read) if left else None


def horizon_of(value: str, place: str = "--horizon") -> Window:
    """A length of time as people write it. Raises E-PREDICT-007 for what is no number of days or months."""
    try:
        found = parse_window(value)
    except ValueError:
        found = None
    if found is None or found.unit not in ("days", "months"):
        raise CustrataError(Problem("E-PREDICT-007", place, {"value": value}))
    return found


def _days(last: date, horizon: Window, times: int) -> Iterator[tuple[date, date]]:
    """(end of a horizon, its first day less one), from the latest back."""
    until = last
    for _ in range(times):
        day = until - timedelta(days=_days_of(horizon, until))
        yield until, day
        until = day


def _days_of(horizon: Window, until: date) -> int:
    return horizon.n if horizon.unit == "days" else (until - add_months(until, -horizon.n)).days


def _cut(facts: FactsAt, engine: Engine, day: date, until: date, models: Sequence[str], by: Any) -> Cut:
    from custrata.core.predict.counts import Counts

    columns = _customers(facts, engine, day, until, Context(day, by))
    days = (until - day).days
    counts = Counts.of(columns["#repeats"], columns["#recency"], columns["#age"])
    if not len(counts):
        return Cut(day, until, 0, (), ())  # nobody had bought anything that he kept
    trials = [_rule(columns)]
    trials += [
        _classified(facts, engine, day, days) if word == BOOSTED else _trial(word, MODELS[word], counts, columns, days)
        for word in models
    ]
    return Cut(day, until, len(counts), trials, next_days(facts, engine, day, until))


def _customers(facts: FactsAt, engine: Engine, day: date, until: date, context: Context) -> dict[str, Any]:
    """Of everybody who had bought: the history, the spend and the purchases of the days before, as they were known on
    that day; and what came until the end. A column an array."""
    from custrata.core.predict.history import HISTORY, READS, with_history

    then = facts(day).tables.orders
    summed = {name: metric.expression(then, context) for name, metric in READS.items()}
    back = (until - day).days
    recent = then.day > day - timedelta(days=back)
    before = then.group_by("customer_id").aggregate(
        **summed, **{ALL_SPEND: net_in(then, None)}, bought_before=then.day.nunique(where=then.purchase & recent),
        spent_before=net_in(then, recent),
    )  # fmt: skip
    history = with_history(before, day)
    history = history.filter(history["#repeats"].notnull())
    came = facts(until).tables.orders
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


def _classified(facts: FactsAt, engine: Engine, day: date, days: int) -> Trial:
    """The classifier, trained on days before that day with what was known until it. It tells a risk and no amounts."""
    from custrata.core.predict.trial import risk_trial

    try:
        snapshots, names = snapshots_of(facts(day), engine, days)
        model = trained(snapshots, names, days, "backtest")
    except NotTrained as no:
        return Trial(BOOSTED, None, None, None, no.reason)
    now = snapshot(facts, engine, day, days, wanted=model.features)
    assert now.silent is not None
    return Trial(BOOSTED, risk_trial(model.risk(now.x), now.silent), None, None)


def _remembered(facts: FactsAt) -> FactsAt:
    """The facts of each day, assembled once: several ask for the same."""
    kept: dict[date | None, Facts] = {}

    def at(day: date | None) -> Facts:
        if day not in kept:
            kept[day] = facts(day)
        return kept[day]

    return at


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
