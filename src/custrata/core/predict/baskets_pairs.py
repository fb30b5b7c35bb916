"""Counting what lies together in rows of a sparse table, block by block, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from custrata.core.predict.counts import Whole

Flags = NDArray[np.bool_]
#: Pairs that are laid out at once, so that they stay in the processor's cache, and cells of the table that is counted
#: into at once.
_PAIRS, _CELLS = 1 << 17, 1 << 20


@dataclass(frozen=True)
class Rows:
    """A sparse table of yes and no. Row r has the columns `columns[starts[r]:starts[r + 1]]`, each once, in order."""

    starts: Whole
    columns: Whole
    width: int

    @classmethod
    def of(cls, row: Whole, column: Whole, width: int) -> Rows:
        """From pairs in any order, which may repeat; rows that have nothing are left out.

        >>> Rows.of(np.array([7, 3, 7, 7]), np.array([1, 0, 0, 1]), 2).columns.tolist()
        [0, 0, 1]
        """
        key = np.asarray(row, dtype=np.int64) * max(width, 1) + np.asarray(column, dtype=np.int64)
        # Often they come in order, and looking costs a fiftieth of sorting.
        if len(key) > 1 and not (key[1:] > key[:-1]).all():
            key.sort()
            key = key[np.concatenate([[True], key[1:] != key[:-1]])]
        of_row = key // max(width, 1)
        begins = np.flatnonzero(np.concatenate([[True], of_row[1:] != of_row[:-1]])) if len(key) else key
        return cls(np.append(begins, len(key)), key - of_row * max(width, 1), width)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def sizes(self) -> Whole:
        return np.diff(self.starts)

    def counts(self) -> Whole:
        """In how many rows each column is."""
        return np.bincount(self.columns, minlength=self.width)

    def kept(self, rows: Flags | None = None, columns: Flags | None = None) -> Rows:
        """Some rows and some columns, the columns numbered anew in their order; empty rows are left out."""
        cells = np.ones(len(self.columns), dtype=bool)
        if rows is not None:
            cells &= np.repeat(rows, self.sizes)
        number = np.arange(self.width)
        if columns is not None:
            cells &= columns[self.columns]
            number = np.cumsum(columns) - 1
        ends = np.concatenate([[0], np.cumsum(cells)])[self.starts]
        sizes = np.diff(ends)
        width = self.width if columns is None else int(columns.sum())
        starts = np.concatenate([[0], np.cumsum(sizes[sizes > 0])])
        return Rows(starts, number[self.columns[cells]], width)


def together(rows: Rows, *, both: bool = False) -> Iterator[tuple[int, Whole]]:
    """How many rows have a column and another: for some columns from `first` on a table of numbers, a line each.

    Without `both` only columns behind the line's own are counted, so that each pair is there once. The work is the
    number of pairs that lie in some row; the memory does not grow with it.
    """
    n = len(rows.columns)
    ends = np.repeat(rows.starts[1:], rows.sizes)
    begins = np.repeat(rows.starts[:-1], rows.sizes) if both else np.arange(1, n + 1)
    few = rows.columns.astype(np.uint16) if rows.width < 1 << 16 else rows.columns  # short numbers sort faster
    by_column = np.argsort(few, kind="stable")
    sizes = (ends - begins)[by_column]
    begins = begins[by_column]
    laid = np.concatenate([[0], np.cumsum(sizes)])
    cells = np.concatenate([[0], np.cumsum(rows.counts())])
    columns = rows.columns.astype(np.int64)
    high, most = 0, max(1, _CELLS // max(rows.width, 1))
    while high < rows.width:
        low = high
        full = int(np.searchsorted(laid[cells], laid[cells[low]] + _PAIRS, side="right")) - 1
        high = min(rows.width, max(low + 1, min(full, low + most)))
        table: Whole | None = None
        at, last = int(cells[low]), int(cells[high])
        while at < last:
            upto = int(np.searchsorted(laid, laid[at] + _PAIRS, side="right")) - 1
            upto = min(last, max(at + 1, upto))
            size = sizes[at:upto]
            index = np.repeat(begins[at:upto] - (laid[at:upto] - laid[at]), size)
            index += np.arange(len(index))
            line = (columns[by_column[at:upto]] - low) * rows.width
            code = np.repeat(line, size)
            code += columns[index]
            found = np.bincount(code, minlength=(high - low) * rows.width)
            table = found if table is None else table + found
            at = upto
        if table is not None:
            yield low, table.reshape(high - low, rows.width)
