"""A published run, ready to be looked at: its Parquet and nothing else is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.measure.model import SourceRows
from custrata.core.scan import ParquetScan
from custrata.usecases.evaluate import Totals
from custrata.usecases.evidence import PRODUCTS, read_lines, read_orders
from custrata.usecases.look import Result
from custrata.usecases.ports import Engine, EngineFactory
from custrata.usecases.profile_overlay import CORRECTIONS
from custrata.usecases.workspace import PublishedRun, Workspace


@contextmanager
def open_run(
    workspace: Workspace, engine_for: EngineFactory, scratch: Path, run: str | None = None
) -> Iterator[Result]:
    """A published run, ready to be looked at; reads its Parquet and nothing else."""
    with opened(workspace.run(run), engine_for, scratch) as result:
        yield result


@contextmanager
def opened(published: PublishedRun, engine_for: EngineFactory, scratch: Path) -> Iterator[Result]:
    """The files of a run, or of a plan that is not one yet, ready to be looked at. Raises E-RUN-011 where most of them
    were removed to make room."""
    published.require_whole()
    scheme = published.scheme()
    params = published.params(scheme)
    with engine_for(scheme.timezone, scratch) as engine:
        customers = _read(published, engine, published.customers)
        facts = {
            name: _read(published, engine, file)
            for name, file in (("customers", published.folder / "attributes.parquet"),
                               ("interactions", published.folder / "interactions.parquet"),
                               ("assets", published.folder / "assets.parquet"),
                               ("original_ids", published.folder / "original_ids.parquet"),
                               ("products", published.folder / PRODUCTS),
                               ("corrections", published.folder / CORRECTIONS))
            if file.is_file()
        }  # fmt: skip
        try:
            orders, lines = read_orders(published.folder, engine), read_lines(published.folder, engine)
        except CustrataError as error:
            raise _damaged(published, ", ".join(p.place for p in error.problems)) from error
        record = published.record
        try:
            sums = record["totals"]
            totals = Totals(record["customers"], sums["buyers"], sums["orders"], Decimal(sums["spend"]))
            result = Result(
                scheme, params, published.as_of, engine, customers, orders, facts.get("customers"),
                totals, datetime.fromisoformat(record["published_at"]), published.id, _sources(record),
                _day(record["first_day"]), _day(record["last_day"]), record["versions"]["custrata"],
                published.same_as(), facts.get("interactions"), facts.get("assets"), published.folder,
                facts.get("original_ids"), lines=lines, products=facts.get("products"),
                corrections=facts.get("corrections"),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
            raise _damaged(published, "record.json") from None
        yield result


def _read(published: PublishedRun, engine: Engine, file: Path) -> ir.Table:
    try:
        return engine.read(ParquetScan((file,), (file.name,)))
    except CustrataError as error:
        raise _damaged(published, file.name) from error


def _damaged(published: PublishedRun, file: str) -> CustrataError:
    return CustrataError(Problem("E-RUN-007", published.id, {"file": file}))


def _sources(record: Mapping[str, Any]) -> tuple[SourceRows, ...]:
    return tuple(
        SourceRows(
            name, [f["path"] for f in record["inputs"].get(name, [])], r["read"], r["used"], r["quarantined"],
            r["excluded"], r["excluded_by"], r.get("emptied", {}),
        )
        for name, r in record["rows"].items()
    )  # fmt: skip


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
