"""The Python face of the audit: what is wrong with tables or files, and what that does to the classes."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from custrata.api import as_day
from custrata.core.audit.finding import Finding
from custrata.core.audit.model import Audit
from custrata.core.facts.columns import SOURCES
from custrata.core.scheme.model import Scheme
from custrata.engines.duckdb.engine import DuckDBEngine
from custrata.given import backend_of, open_given
from custrata.locale import Lang
from custrata.usecases import audit as _audit
from custrata.usecases.controls import read_controls
from custrata.usecases.erps import with_erp
from custrata.usecases.evaluate import within_calendar


def audit(
    scheme: Scheme | str | Path, *, orders: Any = None, returns: Any = None, customers: Any = None,
    products: Any = None, interactions: Any = None, assets: Any = None, as_of: date | str | None = None,
    control: str | Path | None = None, backend: Any = None,
) -> Audited:  # fmt: skip
    """What is wrong with sales records: how much, where, and how many customers it puts into another class.

    Takes what `evaluate` takes. `control` is a file of monthly totals from the books (CSV, XLSX or YAML). Nothing is
    written. Raises `CustrataError` as `evaluate` does.

    >>> import pyarrow as pa, datetime as dt
    >>> sales = pa.table({
    ...     "order_id": ["1", "2", "2", "合计"],
    ...     "customer_id": ["ann", "bob", "bob", None],
    ...     "ordered_at": [dt.date(2024, 3, 1), dt.date(2024, 3, 9), dt.date(2024, 3, 9), None],
    ...     "amount": [700, 80, 80, 860],
    ... })
    >>> tier = "{thresholds: spend, classes: {big: above 100, small: else}}"
    >>> found = audit(Scheme.parse(f"scheme: Shop\\nsegments: {{tier: {tier}}}"), orders=sales)
    >>> found.score
    59
    >>> for finding in found.problems[:2]:
    ...     print(finding.code, finding.severity, finding.rows, [e.value for e in finding.examples][:1])
    A-DUP-001 serious 1 ['2']
    A-VAL-008 warning 1 ['合计']
    >>> [(e.segment, e.customers) for e in found.problems[0].effects]
    [('tier', 1)]
    """
    loaded = scheme if isinstance(scheme, Scheme) else Scheme.load(scheme)
    given = dict(zip(SOURCES, (orders, returns, customers, products, interactions, assets), strict=True))
    backend = backend if backend is not None else backend_of(given)
    with tempfile.TemporaryDirectory(prefix="custrata-") as name:
        folder = Path(name)
        with closing(DuckDBEngine(loaded.timezone, folder, backend)) as engine:
            described = with_erp(loaded, loaded.path.parent if loaded.path else Path.cwd(), folder)
            opened = open_given(described, given, folder, "audit")
            found = _audit.audit(
                described, opened, engine, today=datetime.now(ZoneInfo(loaded.timezone)).date(),
                as_of=within_calendar(as_day(as_of, "audit")),
                controls=read_controls(Path(control), engine, folder) if control is not None else (),
            )  # fmt: skip
    return Audited(found, loaded.lang)


@dataclass(frozen=True)
class Audited:
    """What an audit found. `all` has every figure of it; `lang` is the language of the scheme."""

    all: Audit
    lang: Lang

    @property
    def score(self) -> int:
        """0 to 100."""
        return self.all.score.total

    @property
    def problems(self) -> Sequence[Finding]:
        """What is not good, the worst first: code, severity, rows, share, examples, effects …"""
        return self.all.problems

    def as_dict(self, lang: Lang | None = None) -> dict[str, Any]:
        """Everything with its sentences, as `custrata audit --json` gives it."""
        from custrata.report.audit_json import as_json

        return as_json(self.all, lang or self.lang)

    def write(self, path: str | Path, lang: Lang | None = None) -> Path:
        """Writes the page that can be printed and sent, as HTML."""
        from custrata.report.audit_html import render

        Path(path).write_text(render(self.all, lang or self.lang), "utf-8")
        return Path(path)
