"""Which Parquet file an error of the engine comes from: it reads pages long after it looked at the columns."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

import duckdb

from custrata.core.errors import Problem
from custrata.core.scan import ParquetScan
from custrata.engines.duckdb.checked import escape_glob
from custrata.engines.duckdb.objects import literal


def blame(scans: Iterable[ParquetScan]) -> list[Problem]:
    """The files that cannot be read to their end (E-FILE-019), else those that cannot be read together (E-FILE-023);
    none where the error lies elsewhere.

    Every file is read once more, by a connection of its own: that of the error may be amid a failed transaction.
    """
    scans = list(scans)
    files = {path: name for scan in scans for path, name in zip(scan.paths, scan.names, strict=True)}
    wrong = [(name, why) for path, name in files.items() if (why := _why(literal(escape_glob(path))))]
    if wrong:
        return [Problem("E-FILE-019", name, {"reason": why}) for name, why in wrong]
    several = {scan.paths: scan.names for scan in scans if len(scan.paths) > 1}
    together = [(names, _why(", ".join(literal(escape_glob(p)) for p in paths))) for paths, names in several.items()]
    return [Problem("E-FILE-023", ", ".join(names), {"reason": why}) for names, why in together if why]


def _why(paths: str) -> str:
    """What keeps files from being read to their end, every cell of them; empty where nothing does."""
    with closing(duckdb.connect()) as con:
        try:
            con.execute(
                "SELECT max(hash(cells)) FROM"
                f" (FROM read_parquet([{paths}], union_by_name=true, hive_partitioning=false)) AS cells"
            )
        except (duckdb.OutOfMemoryException, MemoryError):
            return ""
        except (duckdb.Error, UnicodeDecodeError) as error:
            return str(error).splitlines()[0]
    return ""
