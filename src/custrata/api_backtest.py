"""The Python face of the back-test: how far to trust predictions from these sales records."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from custrata.api import Kind, as_day, as_kind
from custrata.core.facts.columns import SOURCES
from custrata.core.predict.backtest import Backtest, Mean, as_document
from custrata.core.scheme.model import Scheme
from custrata.engines.duckdb.engine import DuckDBEngine
from custrata.given import backend_of, open_given
from custrata.locale import Lang
from custrata.usecases import backtest as _backtest
from custrata.usecases.erps import with_erp
from custrata.usecases.fact_set import Facts
from custrata.usecases.facts import Assembly
from custrata.usecases.ports import silent


def backtest(
    scheme: Scheme | str | Path, *, orders: Any = None, returns: Any = None, customers: Any = None,
    products: Any = None, interactions: Any = None, assets: Any = None, horizon: str = "90 days", times: int = 3,
    models: Sequence[str] = (), as_of: date | str | None = None, backend: Any = None,
) -> Backtested:  # fmt: skip
    """Predicts from past days with what was known then, and compares with what came.

    Takes what `evaluate` takes. `horizon` is how far ahead, in days or months; `times` how many days to predict from,
    the horizon apart, from the latest back; `models` some of `mbg/nbd`, `bg/nbd`, `pareto/nbd` and `boosted`
    (default: the purchase models, and the classifier where the scheme asks for it). The scheme needs no predictions of
    its own. Nothing is written. Raises `CustrataError` as `evaluate` does; E-PREDICT-005
    where the data are too short, E-PREDICT-007 for another horizon.

    >>> import pyarrow as pa, datetime as dt
    >>> days = [(c, n) for c in range(40) for n in range(0, 360 if c % 4 else 120, 5 + c)]
    >>> sales = pa.table({
    ...     "customer_id": [f"c{c}" for c, _ in days],
    ...     "ordered_at": [dt.date(2024, 1, 1) + dt.timedelta(n) for _, n in days],
    ...     "amount": [20 + c % 7 for c, _ in days],
    ... })
    >>> found = backtest(Scheme.parse("scheme: Shop"), orders=sales, times=1, models=["mbg/nbd"])
    >>> rule, model = found.means
    >>> rule.ranking, model.ranking, round(model.error, 3)
    (1.0, 1.0, 0.023)
    >>> found.worth_a_model
    False
    """
    loaded = scheme if isinstance(scheme, Scheme) else Scheme.load(scheme)
    ahead = _backtest.horizon_of(horizon, "backtest(horizon=…)")
    given = dict(zip(SOURCES, (orders, returns, customers, products, interactions, assets), strict=True))
    backend = backend if backend is not None else backend_of(given)
    today = datetime.now(ZoneInfo(loaded.timezone)).date()
    with tempfile.TemporaryDirectory(prefix="custrata-") as name:
        folder = Path(name)
        with closing(DuckDBEngine(loaded.timezone, folder, backend)) as engine:
            described = with_erp(loaded, loaded.path.parent if loaded.path else Path.cwd(), folder)
            opened = open_given(described, given, folder, "backtest")

            def facts(day: date | None) -> Facts:
                return Assembly(described, opened, engine, silent, frozenset({"gross", "refunded"})).facts(day, today)

            found = _backtest.backtest_of(
                described, facts, engine, horizon=ahead, times=times, as_of=as_day(as_of, "backtest"), models=models
            )
    return Backtested(replace(found, at=datetime.now(UTC)), loaded.lang)


@dataclass(frozen=True)
class Backtested:
    """What a back-test found. `all` has every figure of it; `lang` is the language of the scheme."""

    all: Backtest
    lang: Lang

    @property
    def means(self) -> Sequence[Mean]:
        """Each way to predict over all days, the rule "silent longest" first: by, share, ranking, tenth, error,
        purchases, off, spend."""
        return self.all.means()

    @property
    def best(self) -> Mean | None:
        """The model that ranks leavers best; null where none could be fitted."""
        return self.all.best()

    @property
    def worth_a_model(self) -> bool:
        """Whether the best model ranks leavers better than the rule does."""
        return self.all.worth_a_model()

    def sentences(self, lang: Lang | None = None) -> list[str]:
        """What the figures mean for somebody who has a tenth of the customers to call."""
        from custrata.report.backtest_words import sentences

        return sentences(self.all, lang or self.lang)

    def table(self, kind: Kind = "pyarrow") -> Any:
        """`means` as a table."""
        import pyarrow as pa

        return as_kind(kind, pa.Table.from_pylist([asdict(m) for m in self.means]))

    def as_dict(self) -> dict[str, Any]:
        """Everything, as `custrata backtest --json` gives it."""
        return as_document(self.all)

    def write(self, path: str | Path, lang: Lang | None = None) -> Path:
        """Writes it as .html, .xlsx or .json, by the ending of the path."""
        from custrata.usecases.backtest_files import write

        return write(self.all, Path(path), lang or self.lang)
