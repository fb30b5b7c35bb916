"""Incremental loads: what earlier loads read is kept, what is new replaces it, and nothing changes before `keep`.

A kept file is one Parquet file a source; how far it reaches stands in its footer, so that rows and watermark cannot
part. Of the rows kept, those at or above the value read on from go (all of them were read again, and what was deleted
meanwhile is gone too), and so do those whose key was read anew; the rest stays. What is deleted in the database further
back than the look-back stays until everything is loaded anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from custrata.core.errors import CustrataError, Problem
from custrata.core.scan import Opened, ParquetScan
from custrata.sources.databases.columns import DAY, INSTANT, TIME
from custrata.sources.databases.open import Read, read_databases
from custrata.sources.databases.spec import DatabaseSpec
from custrata.sources.databases.write import METADATA, metadata_of

_FORM = 1
"""Raised when what is kept is written in another way; what was kept before is then loaded anew."""
_MEMORY = "1GB"


@dataclass(frozen=True)
class Load:
    """A source ready to be evaluated: `opened` is everything that holds, old rows and new ones."""

    opened: Opened
    _file: Path
    _target: Path | None

    def keep(self) -> None:
        """Makes this load the one that the next goes on from: one rename, once the run that it belongs to is published
        and nobody reads `opened` any more."""
        if self._target is not None:
            self._target.parent.mkdir(parents=True, exist_ok=True)
            self._file.replace(self._target)


def load_databases(
    specs: Mapping[str, DatabaseSpec], loads: Path, scratch: Path, *,
    base: Path, environ: Mapping[str, str] | None = None, anew: bool = False,
) -> dict[str, Load]:  # fmt: skip
    """Reads what is new in each source since the load kept in the folder `loads`, and joins it with what was kept.

    A source without a watermark is read whole. So is one of which nothing is kept, or whose table, query, columns,
    key or server are no longer those of the kept load; and every one with `anew`. `scratch` must be on the disk of
    `loads`.
    Errors: those of `read_databases`; E-DB-025 the key does not tell rows apart.
    """
    kept = {name: loads / f"{name}.parquet" for name in specs}

    def since(name: str, layout: str) -> str | None:
        state = _state(kept[name])
        current = not anew and state.get("form") == _FORM and state.get("layout") == layout
        return state.get("watermark") if current else None

    read = read_databases(specs, since, scratch, base=base, environ=environ)
    return {name: _joined(found, kept[name], scratch) for name, found in read.items()}


def _joined(read: Read, kept: Path, scratch: Path) -> Load:
    if read.mark is None:
        return Load(read.opened, read.file, None)
    target = scratch / f"{read.file.stem}.kept"
    try:
        _join(read, kept, target, scratch)
    except duckdb.Error as error:
        raise CustrataError(Problem("E-DB-023", read.record.path, {"reason": str(error).splitlines()[0]})) from None
    record = replace(read.record, kept=pq.read_metadata(target).num_rows - read.record.rows)
    read.file.unlink()
    opened = replace(read.opened, scan=ParquetScan((target,), (record.path,)), files=(record,))
    return Load(opened, target, kept)


def _join(read: Read, kept: Path, target: Path, scratch: Path) -> None:
    """Writes what still holds of the rows kept, and the new ones, into `target`."""
    state = {"form": _FORM, "layout": read.layout, "watermark": read.record.watermark}
    new = f"SELECT * FROM {_parquet(read.file)}"
    with duckdb.connect() as con:
        con.execute(f"SET memory_limit = '{_MEMORY}'; SET temp_directory = {_literal(str(scratch))}")
        con.execute("SET TimeZone = 'UTC'")
        if not read.unique:
            _tell_apart(con, read, new)
        footer = f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{METADATA}: {_literal(json.dumps(state))}}})"
        if read.start is None:
            con.execute(f"COPY ({new}) TO {_literal(str(target))} {footer}")
            return
        old = f"SELECT o.* FROM {_parquet(kept)} o WHERE {_still_holds(read, kept, new)}"
        try:
            con.execute(f"COPY ({old} UNION ALL BY NAME {new}) TO {_literal(str(target))} {footer}")
        except duckdb.ConversionException:
            # Decimals whose places and digits are too many for one type together become text.
            types = [pq.read_schema(file) for file in (kept, read.file)]
            mixed = [n for n in types[0].names if types[0].field(n).type != types[1].field(n).type]
            casts = ", ".join(f"CAST({_quoted(n)} AS VARCHAR) AS {_quoted(n)}" for n in mixed)
            both = " UNION ALL BY NAME ".join(f"SELECT * REPLACE ({casts}) FROM ({part})" for part in (old, new))
            con.execute(f"COPY ({both}) TO {_literal(str(target))} {footer}")


def _still_holds(read: Read, kept: Path, new: str) -> str:
    """Of the rows kept, those that the new ones do not replace."""
    assert read.mark is not None and read.start is not None
    mark, type_ = f"o.{_quoted(read.mark.name)}", read.mark.type
    sql_type = {DAY: "DATE", TIME: "TIMESTAMP", INSTANT: "TIMESTAMPTZ"}.get(type_, "DECIMAL(38, 0)")
    # A watermark that cannot be read (0000-00-00) is below any that can; one that is missing is read every time.
    older = f"coalesce(TRY_CAST({mark} AS {sql_type}) < CAST({_literal(read.start)} AS {sql_type}), {mark} IS NOT NULL)"
    types = {file: pq.read_schema(file) for file in (kept, read.file)}
    same = []
    for name in read.key:
        column = _quoted(name)
        pair = (f"n.{column}", f"o.{column}")
        if types[kept].field(name).type != types[read.file].field(name).type:
            pair = (f"CAST({pair[0]} AS VARCHAR)", f"CAST({pair[1]} AS VARCHAR)")
        same.append(f"{pair[0]} IS NOT DISTINCT FROM {pair[1]}")
    return f"{older} AND NOT EXISTS (SELECT 1 FROM ({new}) n WHERE {' AND '.join(same)})"


def _tell_apart(con: duckdb.DuckDBPyConnection, read: Read, new: str) -> None:
    """A key that several rows share would lose all but those that changed."""
    columns = ", ".join(_quoted(name) for name in read.key)
    found = con.execute(f"SELECT {columns} FROM ({new}) GROUP BY ALL HAVING count(*) > 1 LIMIT 1").fetchone()
    if found:
        values = {"key": ", ".join(read.key), "value": ", ".join(str(v) for v in found)}
        raise CustrataError(Problem("E-DB-025", read.record.path, values))


def _state(kept: Path) -> dict[str, Any]:
    """How far a kept load reaches; nothing where there is none, or where it is damaged and so read anew."""
    try:
        return metadata_of(kept)
    except (OSError, pa.ArrowException, ValueError):
        return {}


def _parquet(file: Path) -> str:
    return f"read_parquet({_literal(str(file))})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
