"""Decides whether a Parquet file is whole, and which columns it has; the rows are the engine's to read."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from custrata.core.errors import CustrataError, Problem
from custrata.sources.files.delimited import refuse_doubles
from custrata.sources.files.spec import MAX_COLUMNS


def parquet_columns(path: Path, name: str) -> tuple[str, ...]:
    """The names of the columns, from the file's footer alone.

    Errors: E-FILE-002 unreadable, E-FILE-007 no columns, E-FILE-009 two columns of one name, E-FILE-016 too many
    columns, E-FILE-019 cut off or damaged.
    """
    try:
        schema = pq.read_schema(path)
    except pa.ArrowException as error:
        raise CustrataError(Problem("E-FILE-019", name, {"reason": str(error).splitlines()[0]})) from error
    except OSError as error:
        # pyarrow tells of a damaged footer by OSError without an errno as well.
        code = "E-FILE-002" if error.errno else "E-FILE-019"
        raise CustrataError(Problem(code, name, {"reason": str(error).splitlines()[0]})) from error
    if not schema.names:
        raise CustrataError(Problem("E-FILE-007", name))
    if len(schema.names) > MAX_COLUMNS:
        raise CustrataError(Problem("E-FILE-016", name, {"n": len(schema.names), "limit": MAX_COLUMNS}))
    refuse_doubles(schema.names, name)
    return tuple(schema.names)
