"""Trains the churn classifier on past days, with what was known on each of them, and holds it against a later time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from custrata.core.metrics.base import FactTables
from custrata.core.predict.backtest import BETTER
from custrata.usecases.arrow_columns import read_columns
from custrata.usecases.fact_set import Facts
from custrata.usecases.ports import Engine

if TYPE_CHECKING:
    from custrata.core.predict.boosted import Boosted
    from custrata.core.predict.counts import Floats, Whole

#: A day → the facts that were known on it.
Known = Callable[[date], Facts]
#: So many past days are looked at, the horizon apart; each needs as much history before it.
DAYS = 4
#: Rows that trees are grown on, of each day; of more customers one in so many, evenly over all kinds.
ENOUGH = 100_000
#: Fewer rows, or fewer of either outcome, tell trees nothing that holds.
LEAST_ROWS, LEAST_EACH = 200, 40


class NotTrained(ValueError):
    """There is nothing to learn from. `reason`: `short` (too few past days), `few` (customers or outcomes)."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(reason)
        self.reason, self.values = reason, values


@dataclass(frozen=True)
class Snapshot:
    """Everybody who had bought, as he was known on a day: features by row, history, and whether nothing came in the
    horizon after it (null: nobody knows yet)."""

    day: date
    who: Any
    x: Floats
    columns: Any
    silent: Whole | None

    def some(self) -> tuple[Floats, Whole]:
        """Features and outcomes of at most `ENOUGH` customers, in an order that is theirs alone."""
        import numpy as np

        assert self.silent is not None
        every = max(-(-len(self.x) // ENOUGH), 1)
        # By features, not by id: neither a sample nor a sum of floats must depend on how customers are numbered.
        order = np.lexsort((self.silent, *np.nan_to_num(self.x, nan=-1e300).T))[::every]
        return self.x[order], self.silent[order]


@dataclass(frozen=True)
class Compared:
    """How the classifier fared on the last time that is known, beside the purchase model (null: none fits) and the
    rule "silent longest": mean squared errors, and rankings (0.5 is a coin)."""

    day: str
    boosted: float
    purchases: float | None
    ranking: float | None
    ranking_purchases: float | None
    ranking_rule: float | None

    @property
    def better(self) -> bool:
        """Whether it is worth more than past purchases alone."""
        return self.purchases is None or self.boosted < (1 - BETTER) * self.purchases


def snapshot(
    known: Known, engine: Engine, day: date, days: int, until: bool = True, wanted: Sequence[str] | None = None
) -> Snapshot:
    """What was known of everybody on a day (the `wanted` features, or all there are) and, with `until`, whether
    anything came in the `days` after it."""
    import numpy as np
    import pyarrow.compute as pc

    from custrata.core.predict.features import features, names

    tables = known(day).tables
    columns = read_columns(engine, told_of(tables, day, days))
    x = features(columns, names(tables.interactions is not None) if wanted is None else wanted)
    if not until:
        return Snapshot(day, columns["customer_id"], x, columns, None)
    # What comes later is asked for apart, and joined to nothing that a feature is made of.
    end = day + timedelta(days=days)
    came = known(end).tables.orders
    after = came.filter(came.purchase & (came.day > day) & (came.day <= end))
    buyers = read_columns(engine, after.select("customer_id").distinct())["customer_id"]
    silent = ~np.asarray(pc.is_in(columns["customer_id"], value_set=pc.cast(buyers, columns["customer_id"].type)))
    return Snapshot(day, columns["customer_id"], x, columns, silent.astype(np.int64))


def told_of(tables: FactTables, day: date, days: int) -> Any:
    """What features are made of, from the facts of a day."""
    from custrata.core.predict.features import sums

    return sums(tables.orders, tables.interactions, day, days)


def past_days(first: date | None, last: date, days: int, most: int = DAYS) -> list[date]:
    """The days to learn from, from the latest back: each a horizon before the next, with as much history before it."""
    found: list[date] = []
    for i in range(1, most + 1):
        day = last - timedelta(days=i * days)
        if first is None or (day - first).days < days:
            break
        found.append(day)
    return found


def trained(snapshots: Sequence[Snapshot], names: tuple[str, ...], days: int, place: str) -> Boosted:
    """Trees from all snapshots but the first, which is the latest: it says how many trees hold on a later time, and
    how true their percentages are. Raises `NotTrained`."""
    import numpy as np

    from custrata.core.predict.boosted import calibrated, log_loss, sigmoid
    from custrata.usecases.churn_trees import STAGES, first_trees, grown

    latest, *before = snapshots
    if not before:
        raise NotTrained("short", days=days)
    parts = [s.some() for s in before]
    x, y = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    later_x, later_y = latest.some()
    each = min(int(min(a.sum(), len(a) - a.sum())) for a in (y, later_y))
    if len(x) < LEAST_ROWS or each < LEAST_EACH:
        raise NotTrained("few", rows=len(x), each=each)
    model = grown(x, y, names, days, place)
    found = {}
    for trees, score in model.staged(later_x, STAGES).items():
        slope, offset = calibrated(score, later_y)
        found[trees] = (log_loss(sigmoid(slope * score + offset), later_y), slope, offset)
    trees = min(found, key=lambda n: (found[n][0], n))
    _, slope, offset = found[trees]
    told = tuple(s.day.isoformat() for s in (*reversed(before), latest))
    return first_trees(model, trees).model_copy(update={"slope": slope, "offset": offset, "trained": told})


def compared(snapshots: Sequence[Snapshot], names: tuple[str, ...], days: int, place: str) -> Compared:
    """The latest snapshot as it would have been predicted on its day, from the snapshots before it alone. Raises
    `NotTrained`."""
    from custrata.core.predict.beta_geometric import MBGNBD
    from custrata.core.predict.counts import Counts
    from custrata.core.predict.purchases import NoFit
    from custrata.core.predict.trial import risk_trial

    latest, *before = snapshots
    assert latest.silent is not None
    own = risk_trial(trained(before, names, days, place).risk(latest.x), latest.silent)
    rule = risk_trial(latest.columns["silent"].to_numpy(), latest.silent, probability=False)
    counts = Counts.of(*history_of(latest))
    try:
        plain = risk_trial(MBGNBD.fit(counts).silent(counts, days), latest.silent)
    except NoFit:
        plain = None
    # Means of floats depend on the order of the customers in their last digits.
    error, plain_error = (None if t is None or t.error is None else round(t.error, 12) for t in (own, plain))
    assert error is not None
    return Compared(
        latest.day.isoformat(), error, plain_error, own.ranking,
        plain.ranking if plain else None, rule.ranking,
    )  # fmt: skip


def history_of(told: Snapshot) -> tuple[Any, Any, Any]:
    """Purchases after the first, days from the first to the last and from the first until the day."""
    days, tenure, silent = (told.columns[c].to_numpy() for c in ("days", "tenure", "silent"))
    return days - 1, tenure - silent, tenure
