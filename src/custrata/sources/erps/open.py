"""A look at an ERP's database, then what to read from it: the way from a preset to the sources of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.columns import SourceName
from custrata.sources.databases.connections import resolve
from custrata.sources.databases.open import read_databases
from custrata.sources.databases.spec import DatabaseSpec, LookBack
from custrata.sources.erps.found import Company, Found, check_currency, check_layout, check_version, chosen
from custrata.sources.erps.layout import Layout
from custrata.sources.erps.preset import Preset

_KINDS = {"postgresql": "PostgreSQL", "mysql": "MySQL / MariaDB", "sqlserver": "SQL Server", "oracle": "Oracle"}


@dataclass(frozen=True)
class Prepared:
    """What is to be read: a `DatabaseSpec` for each source, and `rules`, what the scheme's sources must say of it
    (`count`, `anonymous`, `closed`). `notes` should be shown but stop nothing."""

    specs: Mapping[SourceName, DatabaseSpec]
    rules: Mapping[str, Mapping[str, Sequence[str]]]
    found: Found
    notes: Sequence[Problem]


def prepare(
    erp: Preset, connection: str, parameters: Mapping[str, Any] | None = None, *,
    timezone: str, currency: str | None, base: Path, scratch: Path, environ: Mapping[str, str] | None = None,
    look_back: LookBack | None = None,
) -> Prepared:  # fmt: skip
    """Looks at the database behind `connection` and says what to read from it; no business record is read yet.

    `timezone` and `currency` are the scheme's; `base`, `scratch` and `environ` as `read_databases` takes them.
    Errors: E-ERP-002 to E-ERP-005 and E-ERP-007 to E-ERP-011, those of the database, and E-ERP-006 as a note.
    """
    values = erp.parameters(parameters)
    kind = resolve(connection, base, environ).kind
    if kind != erp.kind:
        about = {"title": erp.title, "needs": _KINDS[erp.kind], "kind": _KINDS[kind]}
        raise CustrataError(Problem("E-ERP-011", connection, about))

    def ask(**queries: str) -> dict[str, list[dict[str, Any]]]:
        specs = {name: DatabaseSpec(connection, query=query) for name, query in queries.items()}
        read = read_databases(specs, lambda *_: None, scratch, base=base, environ=environ)
        rows = {name: pq.read_table(one.file).to_pylist() for name, one in read.items()}
        for one in read.values():
            one.file.unlink()
        return rows

    place = f"{connection}: {erp.title}"
    layout = Layout.of((row["table_name"], row["column_name"]) for row in ask(layout=erp.layout_query())["layout"])
    check_layout(erp.declaration, layout, place)
    found = Found(layout, None)
    said = ask(version=erp.probe("version", found), companies=erp.probe("companies", found))
    version = next((str(row["version"]) for row in said["version"] if row["version"] is not None), None)
    notes = check_version(erp.declaration, version, place)
    companies = [
        Company(str(row["id"]), str(row["name"]), row["currency"]) for row in said["companies"] if row["id"] is not None
    ]
    found = replace(found, version=version, companies=companies, notes=tuple(notes))
    found = replace(found, company=chosen(erp.declaration, companies, values, place))
    check_currency(found, currency, place)
    specs = {
        source: DatabaseSpec(
            connection, query=query.sql, key=query.key, watermark=query.watermark,
            look_back=look_back if query.watermark else None,
        )
        for source, query in erp.queries(parameters, timezone=timezone, found=found).items()
    }  # fmt: skip
    return Prepared(specs, erp.rules(parameters), found, notes)
