"""What is read from several places as one table: a branch for each place, put together by the names of columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from custrata.engines.duckdb.objects import literal, quoted

FILE, ROW = "_file", "_row"
#: The column in which DuckDB gives the path of a row, and what the user calls that file.
PATH, NAMED = "_custrata_path", "called.name"


@dataclass(frozen=True)
class Piece:
    """One branch of a union: what to read, raw column name → its name there, and where file and row come from."""

    source: str
    columns: dict[str, str]
    file: str | None = None
    """The user's name of the file, as SQL."""
    row: str | None = None
    texts: bool = False
    """Whether every column is given as text."""


def union(pieces: list[Piece]) -> str:
    """The rows of all of them, columns matched by name, case aside; null where a piece lacks one."""
    names: dict[str, str] = {}
    for piece in pieces:
        for name in piece.columns:
            names.setdefault(name.lower(), name)
    return " UNION ALL ".join(select(piece, names) for piece in pieces)


def select(piece: Piece, names: dict[str, str]) -> str:
    """The rows of one with the columns `names` (lower case → name) and, where it tells them, file and row."""
    here = {name.lower(): column for name, column in piece.columns.items()}
    given = "CAST({} AS VARCHAR)".format if piece.texts else str
    chosen = [
        f"{given(quoted(here[low])) if low in here else 'NULL'} AS {quoted(name)}" for low, name in names.items()
    ]
    own = [f"{piece.file} AS {FILE}"] if piece.file is not None else []
    own += [f"CAST({piece.row} AS BIGINT) AS {ROW}"] if piece.row is not None else []
    chosen = [*own, *chosen]
    return f"SELECT {', '.join(chosen)} FROM {piece.source}"


def with_names(reader: str, names: Iterable[tuple[str, str]]) -> str:
    """A reader that gives each row's path, joined with what the user calls it: a join costs less than a CASE."""
    pairs = ", ".join(f"({literal(path)}, {literal(name)})" for path, name in names)
    return f"{reader} AS read JOIN (VALUES {pairs}) AS called(path, name) ON read.{PATH} = called.path"
