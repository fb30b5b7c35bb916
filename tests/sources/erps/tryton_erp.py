"""A real Tryton: an environment of its own, a database with its modules, what a story makes of it,
  and a record of that.

Custrata's environment never holds Tryton. Its own one, and a dump of the freshly activated modules, which takes
minutes to make, are kept in `.cache/`. The record holds the tables and columns that the preset reads,
  so that every test run has
what a real Tryton wrote; that it still writes that, a slow test shows.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from custrata.sources.erps.preset import preset
from servers import Server

HERE = Path(__file__).parent / "tryton"
CACHE = Path(__file__).parents[3] / ".cache"
MODULES = ("sale_complaint", "sale_shipment_cost")
#: Exact versions: ids and texts that a release makes are part of the record.
PACKAGES = {
    "7.0": [
        "trytond==7.0.59", "proteus==7.0.3", "psycopg2-binary==2.9.13", "trytond-party==7.0.8",
        "trytond-product==7.0.6", "trytond-account==7.0.29", "trytond-account-invoice==7.0.18",
        "trytond-stock==7.0.21", "trytond-sale==7.0.20", "trytond-sale-complaint==7.0.0",
        "trytond-sale-shipment-cost==7.0.7",
    ],
    "8.0": [
        "trytond==8.0.12", "proteus==8.0.0", "psycopg[binary,pool]>=3.2", "trytond-party==8.0.4",
        "trytond-product==8.0.2", "trytond-account==8.0.4", "trytond-account-invoice==8.0.2",
        "trytond-stock==8.0.5", "trytond-sale==8.0.5", "trytond-sale-complaint==8.0.1",
        "trytond-sale-shipment-cost==8.0.0",
    ],
}  # fmt: skip
_ROLE = "tryton"


def recorded(series: str) -> str:
    """The statements that make the database of the story again, as far as the preset reads it."""
    return (HERE / f"recorded-{series}.sql").read_text("utf-8")


def live(server: Server, series: str, folder: Path) -> str:
    """Lets a real Tryton live through the story; gives the name of its database."""
    environment = _environment(series)
    database = f"tryton_live_{series.replace('.', '')}"
    configuration, password = folder / "trytond.conf", folder / "password"
    configuration.write_text(f"[database]\nuri = {server.url('', _ROLE, _ROLE)}\n")
    password.write_text("a long enough passphrase 5\n")
    variables = {
        **os.environ,
        "TRYTOND_CONFIG": str(configuration),
        "TRYTONPASSFILE": str(password),
        "PGPASSWORD": _ROLE,
    }
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    server.run(
        f"DO $$ BEGIN CREATE ROLE {_ROLE} LOGIN PASSWORD '{_ROLE}'; EXCEPTION WHEN duplicate_object THEN END $$;"
    )
    server.create(database, options=f"TEMPLATE template0 ENCODING 'UTF8' OWNER {_ROLE}")
    at = ["-h", server.host, "-p", str(server.port), "-U", _ROLE]
    dump = environment / "modules.dump"
    if dump.exists():
        _run(variables, "pg_restore", *at, "-d", database, dump)
    else:
        admin = environment / "bin" / "trytond-admin"
        _run(
            variables,
            admin,
            "-d",
            database,
            "-u",
            *MODULES,
            "--activate-dependencies",
            "-p",
            "--email",
            "a@example.com",
        )
        _run(variables, "pg_dump", "-Fc", *at, "-f", dump.with_suffix(".new"), database)
        dump.with_suffix(".new").replace(dump)
    _run(variables, environment / "bin" / "python", HERE / "story.py", database)
    return database


def record(server: Server, database: str, series: str) -> str:
    """What `recorded` reads, from a live database. Times of creation and of changes are not the story's, so they are
    made one and the same."""
    lines = [
        f"-- What Tryton {series} wrote when it lived through story.py; tests/sources/erps/tryton_erp.py makes it."
    ]
    asked = "SELECT table_name, column_name, udt_name FROM information_schema.columns WHERE table_schema = 'public'"
    types = {(t, c): kind for t, c, kind in (line.split("\t") for line in server.run(asked, database).splitlines())}
    for table, columns in _tables(types).items():
        listed = ", ".join(f'"{c}"' for c in columns)
        ordered = f'SELECT {listed} FROM "{table}" ORDER BY {listed}'
        rows = json.loads(server.run(f"SELECT COALESCE(json_agg(to_json(t)), '[]') FROM ({ordered}) t", database))
        lines.append(f'CREATE TABLE "{table}" ({", ".join(f"{c} {types[table, c]}" for c in columns)});')
        if rows:
            values = ",\n  ".join("(" + ", ".join(_literal(c, row[c]) for c in columns) + ")" for row in rows)
            lines.append(f'INSERT INTO "{table}" VALUES\n  {values};')
    return "\n".join(lines) + "\n"


def _tables(there: Collection[tuple[str, str]]) -> dict[str, list[str]]:
    """What the preset reads of every installation, and of the features that this one has."""
    declaration = preset("tryton").declaration
    found: dict[str, dict[str, None]] = {}
    for tables in (declaration.tables, *(f.tables for f in declaration.features.values())):
        columns = [(table, column) for table, listed in tables.items() for column in listed]
        if all(column in there for column in columns):
            for table, column in columns:
                found.setdefault(table, {})[column] = None
    return {table: list(columns) for table, columns in found.items()}


def _literal(column: str, value: Any) -> str:
    if value is None:
        return "NULL"
    if column in ("create_date", "write_date"):
        return "'2024-02-29 20:00'" if column == "create_date" else "'2024-03-31 20:00'"
    return str(value) if isinstance(value, int | float | bool) else "'" + str(value).replace("'", "''") + "'"


def _environment(series: str) -> Path:
    """A virtual environment with Tryton; the test is skipped where it cannot be made."""
    name = hashlib.sha256(" ".join([sys.version, *PACKAGES[series], *MODULES]).encode()).hexdigest()[:10]
    folder = CACHE / f"tryton-{series}-{name}"
    if not (folder / "ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        uv = Path(sys.executable).parent / "uv"
        try:
            _run(dict(os.environ), sys.executable, "-m", "venv", folder)
            python = folder / "bin" / "python"
            install = [uv, "pip", "install", "--python", python] if uv.exists() else [python, "-m", "pip", "install"]
            _run(dict(os.environ), *install, "--quiet", *PACKAGES[series])
        except AssertionError as error:
            pytest.skip(f"Tryton {series} could not be installed: {str(error).strip().splitlines()[-1]}")
        (folder / "ready").touch()
    return folder


def _run(variables: dict[str, str], *command: object) -> None:
    done = subprocess.run([str(word) for word in command], env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


if __name__ == "__main__":
    import tempfile

    from servers import postgres_server

    with postgres_server() as server, tempfile.TemporaryDirectory() as folder:
        for series in sys.argv[1:] or PACKAGES:
            database = live(server, series, Path(folder))
            (HERE / f"recorded-{series}.sql").write_text(record(server, database, series), "utf-8")
