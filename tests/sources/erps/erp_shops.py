"""A company whose ERP lies in a real database, read through its preset as a run would read it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custrata import CustrataError, Evaluated, Problem, Scheme, evaluate
from custrata.engines.duckdb.store import duckdb_store
from custrata.sources.databases.open import read_databases
from custrata.sources.erps.open import Prepared, prepare
from custrata.sources.erps.preset import preset
from custrata.usecases.erps import with_erp
from custrata.usecases.load.load import bring_up_to_date
from custrata.usecases.load.workplace import Workplace
from servers import Server
from shops import backend, well_told

ZONE = "Asia/Shanghai"
Row = dict[str, Any]


@dataclass
class Erp:
    """A database called `erp` that a preset reads."""

    server: Server
    database: str
    name: str
    folder: Path
    touched: Callable[[], object] = lambda: None
    currency: str | None = None
    _prepared: dict[str, Prepared] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        return {"CUSTRATA_DB_ERP": self.server.url(self.database)}

    def run(self, sql: str) -> str:
        """Changes the database, which is this test's own from now on."""
        self.touched()
        self._prepared.clear()
        return self.server.run(sql, self.database)

    def prepare(self, environ: dict[str, str] | None = None, **parameters: Any) -> Prepared:
        return prepare(
            preset(self.name), "erp", parameters, timezone=ZONE, currency=self.currency, base=self.folder,
            scratch=self.folder / "scratch", environ=environ or self.environ,
        )  # fmt: skip

    def _once(self, **parameters: Any) -> Prepared:
        """What is to be read, looked up once as long as nothing is changed."""
        key = repr((self.currency, parameters))
        if key not in self._prepared:
            self._prepared[key] = self.prepare(**parameters)
        return self._prepared[key]

    def tables(self, prepared: Prepared, *wanted: str) -> dict[str, pa.Table]:
        """Sources as they come out of the database; all of them where none is named."""
        specs = {name: spec for name, spec in prepared.specs.items() if name in wanted or not wanted}
        scratch = self.folder / "scratch"
        read = read_databases(specs, lambda *_: None, scratch, base=self.folder, environ=self.environ)
        return {name: pq.read_table(one.file) for name, one in read.items()}

    def rows(self, source: str, *columns: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of one source as tuples of some columns, in order."""
        table = self.tables(self._once(**parameters), source)[source].select(list(columns))
        return sorted((tuple(map(plain, row.values())) for row in table.to_pylist()), key=repr)

    def sums(self, source: str = "orders", **parameters: Any) -> dict[Any, Decimal]:
        """Customer → the amounts of the rows that count, added up."""
        prepared = self._once(**parameters)
        counted = prepared.rules[source]["count"]
        found: dict[Any, Decimal] = {}
        for row in self.tables(prepared, source)[source].to_pylist():
            if row["status"] in counted:
                found[row["customer_id"]] = found.get(row["customer_id"], Decimal(0)) + row["amount"]
        return {who: amount.normalize() for who, amount in found.items()}

    def evaluate(self, body: str = "", **parameters: Any) -> Evaluated:
        """The company evaluated by a scheme whose sources are what the preset says of them."""
        prepared = self._once(**parameters)
        sources = json.dumps(prepared.rules, ensure_ascii=False)
        scheme = Scheme.parse(f"scheme: Shop\ntimezone: {ZONE}\nsources: {sources}\n{body}")
        tables = self.tables(prepared, "orders", "returns", "customers", "products")
        return evaluate(scheme, **tables, backend=backend())

    def spend(self, **parameters: Any) -> dict[str, Decimal]:
        """Customer → what he spent, net of what came back."""
        with self.evaluate(**parameters) as result:
            assert result.quarantine().num_rows == 0, result.quarantine().to_pylist()
            return {row["customer_id"]: row["spend"].normalize() for row in result.table().to_pylist()}

    def load(self) -> list[Row]:
        """Loads what is new, as `custrata load` does: all rows of the sales that hold."""
        named = {"scheme": "Shop", "timezone": ZONE, "sources": {"erp": self.name, "database": "erp"}}
        named |= {"currency": self.currency} if self.currency else {}
        scratch = self.folder / "scratch"
        with (
            mock.patch.dict("os.environ", self.environ),
            duckdb_store(ZONE, scratch, self.folder / "facts.duckdb") as store,
        ):  # fmt: skip
            scheme = with_erp(Scheme.parse(json.dumps(named)), self.folder, scratch)
            bring_up_to_date(scheme, store, Workplace(self.folder, scratch), 1)
            return store.rows(store.kept("rows_orders"))

    def problem(self, environ: dict[str, str] | None = None, **parameters: Any) -> Problem:
        """The one thing that is wrong, told in both languages without a hole."""
        with pytest.raises(CustrataError) as caught:
            self.prepare(environ, **parameters)
        (problem,) = well_told(caught.value.problems)
        return problem


def plain(value: Any) -> Any:
    """A decimal without the zeros behind it, a time as ISO text, so that rows are easily written down."""
    if isinstance(value, Decimal):
        return float(value)
    return str(value) if hasattr(value, "isoformat") else value
