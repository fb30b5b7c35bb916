"""What use cases need of the outside: an engine that computes, a clock, somebody to tell how far they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

import ibis.expr.types as ir

from custrata.core.facts.exact import Form
from custrata.core.scan import Scan


class RejectedLine(Protocol):
    """A line that could not be split into fields."""

    @property
    def file(self) -> str: ...
    @property
    def row(self) -> int: ...
    @property
    def line_text(self) -> str: ...
    @property
    def reason_code(self) -> str: ...


class Engine(Protocol):
    """Computes Ibis expressions. One engine serves one evaluation and is closed after it."""

    name: str
    version: str

    def read(self, scan: Scan) -> ir.Table:
        """All columns of a source under their names, lazily."""

    def filed(self, scan: Scan, *, unchecked: bool = False, forms: Mapping[str, Form] | None = None) -> ir.Table:
        """The same with `_file` as the user calls it; as fast. `unchecked`, and faster yet: lines of text that are no
        rows are left out without a word, until the number of rows is `confirmed`. Then columns may come with the types
        of their `forms` (by header), if every text of each of them is written so, or none does; and those of a sheet
        that hold nothing but whole numbers or days as such."""

    def confirmed(self, scan: Scan, rows: Mapping[str, int]) -> bool:
        """Whether so many rows, file by file, are all that the scan has, so that what was read `unchecked` is right."""

    def numbered(self, scan: Scan) -> ir.Table:
        """The same with `_file` and `_row` as the user sees them; may be slower."""

    def rejects(self, scan: Scan) -> Sequence[RejectedLine]:
        """Lines that are in neither of the two, because they cannot be split into fields."""

    def materialise(self, name: str, expression: ir.Table, words: bool = False) -> ir.Table:
        """Computes once, keeps the result under a name until the engine is closed. With `words`, columns that choose
        among a few texts may be held in less: for tables of many rows that are sorted and written afterwards."""

    def passing(self, name: str, expression: ir.Table) -> AbstractContextManager[ir.Table]:
        """The same, but it is gone afterwards."""

    def stage(self, name: str, expression: ir.Table) -> ir.Table:
        """Computes nothing, but gives an expression a name: what reads it does not repeat it."""

    def local_time(self, moment: Any) -> Any:
        """A timestamp with a zone as the local time of the engine's time zone, without one; row-wise. Depends on no
        setting of the engine."""

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        """A small result as Python values (decimals and dates stay what they are)."""

    def at_ranks(self, column: Any, ranks: Sequence[int], n: int) -> Any:
        """An aggregate: the exact values of a column at ascending ranks (from 1) among its `n` values that are not
        null, as an array in the order of the ranks."""

    def arrow(self, expression: ir.Table) -> Any:
        """A result as a PyArrow table."""

    def from_arrow(self, name: str, table: Any) -> ir.Table:
        """A PyArrow table as one of the engine's."""

    def from_rows(
        self, name: str, rows: Sequence[Sequence[str | int | None]], types: Mapping[str, Literal["string", "int64"]]
    ) -> ir.Table:
        """A few Python values as a table of the engine's, under columns of these names and types."""

    def write_parquet(self, expression: ir.Table, path: Path, sought: bool = False) -> None:
        """Writes a result in its order; in smaller pieces where single rows will be `sought` in it."""

    def close(self) -> None: ...


class FactStore(Engine, Protocol):
    """An engine whose kept tables outlive it; they change in transactions, so a kill leaves them as they were."""

    def kept_names(self) -> set[str]:
        """The tables there are."""

    def kept(self, name: str) -> ir.Table:
        """A kept table as it is now."""

    def transaction(self) -> AbstractContextManager[None]:
        """All changes inside, or none of them."""

    def commit(self) -> None:
        """Within a transaction: what was changed so far stays, whatever becomes of what follows. What is read of it
        from then on is read faster."""

    def replace(self, name: str, expression: ir.Table) -> None:
        """The table, from now on with these rows; the expression may read the table itself."""

    def append(self, name: str, expression: ir.Table) -> None:
        """More rows. Columns that one side lacks are null; where types differ, the wider one holds, at last text."""

    def remove(self, name: str, keys: ir.Table) -> int:
        """Takes away the rows whose values equal those of a row of `keys` in all of its columns; says how many."""

    def forget(self, name: str) -> None:
        """Takes a table away."""


Clock = Callable[[], datetime]


class Progress(Protocol):
    """Told what is being done; shows it if the work takes long."""

    def __call__(self, step: str, /, **values: Any) -> None: ...


def silent(step: str, /, **values: Any) -> None:
    """Progress for those who don't want to hear of it."""


#: (time zone, scratch folder, file of the facts) → the store, closed after use.
StoreFactory = Callable[[str, Path, Path], AbstractContextManager[FactStore]]
EngineFactory = Callable[[str, Path], AbstractContextManager[Engine]]
