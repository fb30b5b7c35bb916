"""The Python face: `evaluate` a scheme over tables or paths, and look at the result in any data frame library."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pyarrow as pa

from custrata.core.errors import CustrataError, Problem
from custrata.core.explain import Explanation
from custrata.core.facts.columns import SOURCES
from custrata.core.measure.model import SourceRows
from custrata.core.metrics.base import REGISTRY as METRICS
from custrata.core.scan import InputRecord, ParquetScan
from custrata.core.scheme.model import Scheme
from custrata.core.segments.base import REGISTRY as SEGMENTS
from custrata.engines.duckdb.engine import DuckDBEngine
from custrata.given import backend_of, open_given
from custrata.locale import Lang
from custrata.usecases import evaluate as _evaluate
from custrata.usecases.erps import with_erp
from custrata.usecases.look import Result
from custrata.usecases.ports import Engine

Kind = Literal["pyarrow", "pandas", "polars", "ibis"]


def _import_all() -> None:
    """What any evaluation needs is imported with this module, where imports are waited for, and not in the middle of
    the first evaluation: the kinds of metrics and segments, and what reads a scheme and the footer of a Parquet file.
    """
    for module in ("ruamel.yaml", "custrata.core.scheme.loader", "pyarrow.parquet"):
        import_module(module)
    for registry in (METRICS, SEGMENTS):
        registry.all()


_import_all()


def evaluate(
    scheme: Scheme | str | Path, *, orders: Any = None, returns: Any = None, customers: Any = None,
    products: Any = None, interactions: Any = None, assets: Any = None, as_of: date | str | None = None,
    backend: Any = None,
) -> Evaluated:  # fmt: skip
    """Applies a scheme to sales records and classifies every customer.

    Each source is a pandas, Polars or PyArrow table, an Ibis table, or a path (or glob) of CSV, XLSX or Parquet;
    left out, it is read from the file that the scheme names. Columns are found under the headers that the scheme maps,
    else under their own names (`customer_id`, `ordered_at`, `amount` …). `interactions` may also be a mapping of kinds
    to such tables, `{"complaint": …, "visit": …}`. `as_of` overrides the scheme's as-of date.
    `backend` is an Ibis DuckDB backend to compute in; Ibis tables must belong to it. Raises `CustrataError`.

    >>> import pyarrow as pa, datetime as dt
    >>> sales = pa.table({
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "ordered_at": [dt.date(2024, 3, 1), dt.date(2024, 3, 9), dt.date(2024, 1, 5)],
    ...     "amount": [700, 500, 80],
    ... })
    >>> tier = "{thresholds: spend, classes: {big: above 1000, small: else}}"
    >>> scheme = Scheme.parse(f"scheme: Shop\\nsegments: {{tier: {tier}}}")
    >>> result = evaluate(scheme, orders=sales)
    >>> result.table().select(["customer_id", "spend", "recency", "tier"]).to_pylist()
    [{'customer_id': 'ann', 'spend': Decimal('1200.0000'), 'recency': 0, 'tier': 'big'},
     {'customer_id': 'bob', 'spend': Decimal('80.0000'), 'recency': 64, 'tier': 'small'}]
    >>> result.explain("bob").classes[0].rule
    'everyone else'
    """
    loaded = scheme if isinstance(scheme, Scheme) else Scheme.load(scheme)
    scratch = tempfile.TemporaryDirectory(prefix="custrata-")
    folder = Path(scratch.name)
    given = dict(zip(SOURCES, (orders, returns, customers, products, interactions, assets), strict=True))
    backend = backend if backend is not None else backend_of(given)
    engine = DuckDBEngine(loaded.timezone, folder, backend)
    try:
        base = loaded.path.parent if loaded.path else Path.cwd()
        described = with_erp(loaded, base, folder)
        opened = open_given(described, given, folder)
        scan = opened["orders"].scan
        seen = {path: _version(path) for path in scan.paths} if isinstance(scan, ParquetScan) else {}
        when = as_day(as_of)
        today = datetime.now(ZoneInfo(loaded.timezone)).date()
        evaluation = _evaluate.evaluate(described, opened, engine, today=today, as_of=when)
    except BaseException:
        engine.close()
        scratch.cleanup()
        raise
    files = {name: o.files for name, o in opened.items()}
    return Evaluated(loaded, evaluation, engine, files, scratch, seen)


class Evaluated:
    """Classified customers in memory. Holds an engine until it is closed or forgotten; usable in a `with`."""

    def __init__(
        self, scheme: Scheme, evaluation: _evaluate.Evaluation, engine: Engine,
        files: Mapping[str, Sequence[InputRecord]], scratch: Any, seen: Mapping[Path, Any],
    ) -> None:  # fmt: skip
        self._scheme, self._evaluation, self._engine = scheme, evaluation, engine
        self._files, self._seen, self._at = files, seen, datetime.now().astimezone()
        self._finalizer = weakref.finalize(self, _release, engine, scratch)

    @cached_property
    def _result(self) -> Result:
        """What looking at customers needs, for which all of them are computed: who only writes them does without."""
        from importlib.metadata import version

        e, facts = self._evaluation, self._evaluation.facts
        counts = facts.counts["orders"]
        return Result(
            self._scheme, e.params, e.as_of, self._engine, e.customers, facts.shown_orders, facts.tables.customers,
            e.totals, self._at, "", self._sources, counts.first_day, counts.last_day, version("custrata"),
            interactions=facts.shown_interactions, assets=facts.tables.assets, original_ids=facts.original_ids,
            predictions=e.predictions.params(),
        )  # fmt: skip

    @property
    def _sources(self) -> tuple[SourceRows, ...]:
        return tuple(self._evaluation.facts.source_rows(self._files))

    @property
    def scheme(self) -> Scheme:
        return self._scheme

    @property
    def as_of(self) -> date:
        """The as-of date that was used."""
        return self._evaluation.as_of

    @property
    def params(self) -> Mapping[str, Any]:
        """Frozen parameters by segment: cuts, shares, words."""
        return self._evaluation.params

    @property
    def rows(self) -> Mapping[str, Any]:
        """Per source: rows read, used, quarantined, excluded (by rule); and cells that were emptied, by header."""
        return {s.source: s for s in self._sources}

    def table(self, kind: Kind = "pyarrow") -> Any:
        """Customers with every metric and segment, in the order of their ids."""
        ordered = self._evaluation.in_order()
        return ordered if kind == "ibis" else as_kind(kind, self._engine.arrow(ordered))

    def quarantine(self, kind: Kind = "pyarrow") -> Any:
        """What is wrong with rows that could not be used: source, file, row, column, value, code."""
        return self._faults(self._evaluation.facts.quarantine, kind)

    def emptied(self, kind: Kind = "pyarrow") -> Any:
        """Cells that cannot be read and were taken for empty, in rows that are used: source, file, row, column, value,
        code."""
        return self._faults(self._evaluation.facts.emptied, kind)

    def _faults(self, found: Any, kind: Kind) -> Any:
        from custrata.usecases.rows import QUARANTINE

        if found is None:
            types = {"string": pa.string(), "int64": pa.int64()}
            return as_kind(kind, pa.table({c: pa.array([], types[t]) for c, t in QUARANTINE.items()}))
        return as_kind(kind, self._engine.arrow(found))

    def summary(self, name: str, kind: Kind = "pyarrow", lang: Lang | None = None) -> Any:
        """The share table of a segment: class, key, customers, customer_share, spend, spend_share, average_spend,
        average_orders, average_recency."""
        rows = [
            {"class" if k == "class_" else k: v for k, v in r.__dict__.items()}
            for r in self._result.summary(name, lang)
        ]
        return as_kind(kind, pa.Table.from_pylist(rows))

    def chart(self, name: str, lang: Lang | None = None) -> Any:
        """The Altair chart that suits a segment."""
        from custrata.usecases.draw import chart_of

        return chart_of(self._result, name, lang or self.scheme.lang)

    def explain(self, customer_id: Any, lang: Lang | None = None) -> Explanation:
        """Numbers, cuts, rules and facts behind every class of one customer.

        The orders in a Parquet file are read again for it; E-DATA-012 where the file is no longer what it was.
        """
        for path in self._evaluation.facts.rereads:
            if _version(path) != self._seen[path]:
                raise CustrataError(Problem("E-DATA-012", str(path)))
        return self._result.explain(str(customer_id), lang)

    def write(self, path: str | Path) -> Path:
        """Writes the customers as Parquet, in the order of their ids."""
        self._engine.write_parquet(self._evaluation.in_order(), Path(path))
        return Path(path)

    def report(self, path: str | Path, lang: Lang | None = None) -> Path:
        """Writes the report as .html or .xlsx, by the ending of the path."""
        from custrata.usecases.draw import write_report

        return write_report(self._result, Path(path), lang or self.scheme.lang)

    def close(self) -> None:
        """Frees the engine and its files."""
        self._finalizer()

    def __enter__(self) -> Evaluated:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def as_day(as_of: date | str | None, call: str = "evaluate") -> date | None:
    """An as-of date from a date, a time or a text."""
    if isinstance(as_of, datetime):
        return as_of.date()
    try:
        return date.fromisoformat(as_of.strip()) if isinstance(as_of, str) else as_of
    except ValueError:
        raise CustrataError(Problem("E-SCHEME-033", f"{call}(as_of=…)", {"value": as_of})) from None


def _release(engine: Engine, scratch: Any) -> None:
    engine.close()
    scratch.cleanup()


def _version(path: Path) -> tuple[int, int] | None:
    """What changes when a file does; null where it is gone."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def as_kind(kind: Kind, table: Any) -> Any:
    """An Arrow table as a user asked for it."""
    if kind == "pyarrow":
        return table
    if kind == "pandas":
        return table.to_pandas()
    if kind == "polars":
        import polars as pl

        return pl.from_arrow(table)
    if kind == "ibis":
        import ibis

        return ibis.memtable(table)
    raise ValueError(f"'{kind}' is none of pyarrow, pandas, polars, ibis")
