"""What a caller of the Python API gives as a source, made ready to be read: a table of any library, or paths."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.columns import SOURCES, base_of
from custrata.core.scan import ExpressionScan, Opened, TablePart, TableScan
from custrata.core.scheme.model import Scheme
from custrata.core.scheme.sources import Source
from custrata.sources.files.delimited import check_names
from custrata.sources.files.open import open_files
from custrata.sources.files.spec import FileSpec
from custrata.usecases.sources import open_sources


def backend_of(given: Mapping[str, Any]) -> Any:
    """The backend that an Ibis table among the sources belongs to."""
    for value in _by_source(given).values():
        find = getattr(value, "_find_backend", None)
        if find is not None:
            return find(use_default=False)
    return None


def open_given(scheme: Scheme, given: Mapping[str, Any], scratch: Path, call: str = "evaluate") -> dict[str, Opened]:
    """Every source that was given, and of the others those whose files the scheme names. `call` is the function that
    took them, for messages.

    Errors: those of opening files; E-DATA-007 no orders, E-DATA-008 a kind of data that is not understood, E-DATA-013 a
    table that cannot be taken, E-FILE-009 two columns of one name.
    """
    wanted = _by_source({name: value for name, value in given.items() if value is not None})
    base = scheme.path.parent if scheme.path else Path.cwd()
    if "orders" not in wanted and not scheme.sources.told:
        raise CustrataError(Problem("E-DATA-007", f"{call}()", {"source": "orders"}))
    told = [name for name in scheme.sources.named() if base_of(name) in map(base_of, wanted)]
    opened = open_sources(scheme, base, scratch, without=(*wanted, *told))
    for name, value in wanted.items():
        opened[name] = _open_one(name, value, scheme.sources.config(name), scratch, call)
    return {name: opened[name] for base in SOURCES for name in opened if base_of(name) == base}


def _by_source(given: Mapping[str, Any]) -> dict[str, Any]:
    """Tables by the sources that they are: a mapping of kinds of interactions is several."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name == "interactions" and isinstance(value, Mapping) and all(map(_is_table, value.values())):
            found |= {f"{name}.{kind}": table for kind, table in value.items()}
        else:
            found[name] = value
    return found


def _is_table(value: Any) -> bool:
    """Whether a value of a mapping is a table or a path, not a column."""
    return isinstance(value, str | Path | Mapping) or hasattr(value, "columns")


def _open_one(name: str, value: Any, config: Source, scratch: Path, call: str) -> Opened:
    import pyarrow as pa

    paths = [value] if isinstance(value, str | Path) else value
    if isinstance(paths, list | tuple) and paths and all(isinstance(p, str | Path) for p in paths):
        spec = FileSpec(
            patterns=[str(p) for p in paths], sheet=config.sheet, encoding=config.encoding,
            delimiter=config.delimiter, header=config.header, hashed=False, by_file=config.by_file,
        )  # fmt: skip
        return open_files(spec, Path.cwd(), scratch)
    place = f"{call}({name}=…)"
    if hasattr(value, "_find_backend"):
        check_names(value.columns, place)
        return Opened(ExpressionScan(value, name), list(value.columns))
    if type(value).__module__.startswith("pandas"):
        # Before it is converted: PyArrow takes no table with two columns of one name, and says so in its own way.
        check_names([str(c) for c in value.columns], place)
    try:
        table = _arrow(value)
    except (pa.ArrowException, TypeError, ValueError) as error:
        why = "; ".join(str(part) for part in error.args).splitlines()[0]
        raise CustrataError(Problem("E-DATA-013", place, {"why": why})) from error
    if table is None:
        raise CustrataError(Problem("E-DATA-008", place, {"type": type(value).__name__}))
    check_names(table.column_names, place)
    return Opened(TableScan((TablePart(table, name, 1),)), table.column_names)


def _as_texts(column: Any) -> Any:
    """A column of pandas as texts where its cells are of several kinds; missing stays missing."""
    if column.dtype != object or column.map(type).nunique() < 2:
        return column
    return column.map(lambda cell: cell if cell is None or cell != cell else str(cell))


def _arrow(value: Any) -> Any:
    """A data frame or mapping as a PyArrow table; null where it is neither."""
    import pyarrow as pa

    if isinstance(value, pa.Table):
        return value
    pandas = type(value).__module__.startswith("pandas")
    try:
        if hasattr(value, "__arrow_c_stream__"):
            return pa.table(value)
        if pandas:
            return pa.Table.from_pandas(value, preserve_index=False)
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        if not pandas:
            raise
        # Dates beside texts in one column, as sheets have them: every cell as what it says.
        return pa.Table.from_pandas(value.apply(_as_texts), preserve_index=False)
    return pa.table(dict(value)) if isinstance(value, Mapping) else None
