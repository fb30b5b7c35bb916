"""Sources → what checks see: every file under its name, every row with its place, the scheme's terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from typing import Any, cast

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.audit.facts import AuditFacts, Control, SourceFacts, Terms
from custrata.core.metrics.plan import header_columns
from custrata.core.scan import ExpressionScan, Opened, ParquetScan, Scan, TextScan
from custrata.core.scheme.model import END_OF_DATA, Scheme
from custrata.usecases.fact_set import Facts
from custrata.usecases.facts import Assembly
from custrata.usecases.ports import Engine, Progress
from custrata.usecases.rows import raw_rows

_CALENDAR = ("week", "month", "quarter", "year")


class ByFile:
    """An engine that reads every source with `_file`, so that the files can be told apart while they are audited.

    Typed files come with their row numbers, which cost nothing there. Text comes without: to number its lines takes
    much longer than to read them, so that waits until a row is to be shown.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def read(self, scan: Scan) -> ir.Table:
        if not isinstance(scan, TextScan):
            return self._engine.numbered(scan)
        whole = self._engine.read(scan)
        if len(scan.parts) == 1:
            return whole
        parts = []
        for part in scan.parts:
            t = self._engine.read(TextScan((part,)))
            here = {c.lower(): c for c in t.columns}
            cells = {c: t[here[c.lower()]] if c.lower() in here else ibis.null(dt.string) for c in whole.columns}
            parts.append(t.select(**cells, _file=ibis.literal(part.name)))
        return reduce(lambda a, b: a.union(b), parts)


def read_facts(
    scheme: Scheme, opened: Mapping[str, Opened], engine: Engine, *,
    today: date, as_of: date | None, controls: Sequence[Control], progress: Progress,
) -> tuple[Facts, AuditFacts]:  # fmt: skip
    """The facts of an evaluation and, of the same rows, those of the audit. Raises `CustrataError` as a run does."""
    filed = cast(Engine, ByFile(engine))
    wanted = header_columns({**scheme.metrics, **scheme.own_metrics()}) | {"gross", "refunded"}
    assembly = Assembly(scheme, opened, filed, progress, wanted)
    facts = assembly.facts(as_of, today)
    sources = {name: _source(name, assembly, opened[name], filed, scheme) for name in opened}
    terms = _terms(scheme, facts.as_of, today, as_of is not None or scheme.as_of != END_OF_DATA, controls)
    audited = AuditFacts(
        terms, sources, facts.tables.orders, facts.tables.customers, facts.products, facts.quarantine,
        facts.emptied, keep=engine.materialise,
    )  # fmt: skip
    return facts, audited


def _source(name: str, assembly: Assembly, opened: Opened, engine: Engine, scheme: Scheme) -> SourceFacts:
    counts, names = assembly.counts[name], assembly.names[name]
    raw, _ = raw_rows(name, opened, names, engine, numbered=False)
    files = tuple(sorted(set(_files(opened.scan))))
    rows = assembly.cleaned[name]
    if "_file" in rows.columns:
        rows = rows.mutate(
            _file=rows["_file"].cases(*((file, i) for i, file in enumerate(files)), else_=0).cast(dt.int32)
        )
    texts = any(rows[c].type().is_string() for c in names if c in rows.columns)
    if texts and isinstance(opened.scan, ParquetScan | ExpressionScan):
        # A text is trimmed and looked through each time it is read; a number is not.
        rows = engine.materialise(f"audit_rows_{name}", rows)
    own_orders = name == "orders" and names.get("order_id") not in opened.columns
    return SourceFacts(
        name, rows, raw, names, scheme.sources.config(name), files,
        counts.read, counts.used, counts.quarantined, dict(counts.excluded), counts.first_day, counts.last_day,
        own_orders,
    )  # fmt: skip


def _files(scan: Scan) -> list[str]:
    if isinstance(scan, ParquetScan):
        return list(scan.names)
    return [scan.name] if isinstance(scan, ExpressionScan) else [part.name for part in scan.parts]


def _terms(scheme: Scheme, as_of: date, today: date, fixed: bool, controls: Sequence[Control]) -> Terms:
    columns: dict[str, list[str]] = {}
    for name, metric in {**scheme.metrics, **scheme.own_metrics()}.items():
        for need in metric.needs():
            base, _, column = need.partition(".")
            if base == "lines":
                columns.setdefault(column, []).append(name.split(".")[0])
    readers = scheme.readers()
    windows = [n for n, m in scheme.metrics.items() if m.window.unit in _CALENDAR and m.window.n == 0]
    return Terms(
        as_of, today, scheme.currency, fixed,
        {c: tuple(dict.fromkeys(r)) for c, r in columns.items()},
        {a: (segment,) for a, segment in readers.items()},
        frozenset(a for a, segment in readers.items() if scheme.segments[segment].missing is not None),
        tuple(windows), tuple(controls),
    )  # fmt: skip
