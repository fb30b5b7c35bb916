"""Decides whether a Parquet file is whole, and which columns it has; the rows are the engine's to read."""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path

import duckdb

from custrata.core.errors import CustrataError, Problem
from custrata.sources.files.bounds import MAX_COLUMNS
from custrata.sources.files.delimited import check_names


def parquet_columns(path: Path, name: str) -> tuple[str, ...]:
    """The names of the columns, from the file's footer alone.

    Errors: E-FILE-002 unreadable, E-FILE-007 no columns, E-FILE-009 two columns of one name, E-FILE-016 too many
    columns, E-FILE-019 cut off or damaged, E-FILE-027 a name with a NUL.
    """
    names = _quickly(path) or _thoroughly(path, name)
    if not names:
        raise CustrataError(Problem("E-FILE-007", name))
    if len(names) > MAX_COLUMNS:
        raise CustrataError(Problem("E-FILE-016", name, {"n": len(names), "limit": MAX_COLUMNS}))
    check_names(names, name)
    return tuple(names)


def _quickly(path: Path) -> list[str]:
    """The names by DuckDB, whose import a load has paid for; none where it cannot tell. PyArrow's import takes as long
    as checking half a million rows."""
    if "pyarrow" in sys.modules or any(sign in str(path) for sign in "[*?"):
        return []
    try:
        with _duckdb().cursor() as con:
            file = str(path).replace("'", "''")
            fields = con.execute(f"SELECT name, num_children FROM parquet_schema('{file}')").fetchall()
    except (duckdb.Error, UnicodeDecodeError):
        return []
    names, nested = [], 0
    for field, children in fields[1:]:  # the first is the root; what follows a field with children are those
        if nested == 0:
            names.append(str(field))
        nested = max(0, nested - 1) + (children or 0)
    return names


@lru_cache
def _duckdb() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1})


def _thoroughly(path: Path, name: str) -> list[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, UnicodeDecodeError) as error:  # the latter of a name that is no text
        raise CustrataError(Problem("E-FILE-019", name, {"reason": str(error).splitlines()[0]})) from error
    except OSError as error:
        # pyarrow tells of a damaged footer by OSError without an errno as well.
        code = "E-FILE-002" if error.errno else "E-FILE-019"
        raise CustrataError(Problem(code, name, {"reason": str(error).splitlines()[0]})) from error
