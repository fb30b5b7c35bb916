"""Batches as they come → one Parquet file with one type a column, in bounded memory; half a file is never left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from custrata.sources.databases.columns import TEXT, Column
from custrata.sources.databases.convert import converted, wider_of

_GROUP_ROWS = 122_880
"""One row group is what one thread of DuckDB reads at a time."""
_GROUP_BYTES = 32 << 20


class Parts:
    """Writes one load into `folder` as `stem.parquet`.

    A column whose type turns out too narrow is written on in a wider one, in a further part; `finish` makes one file
    of the parts. Use as a context manager: whatever is not finished is removed.
    """

    def __init__(self, folder: Path, stem: str, columns: Sequence[Column]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._stem = folder, stem
        self._names = [c.name for c in columns]
        self._types: list[pa.DataType] = [c.type for c in columns]
        self._writer: pq.ParquetWriter | None = None
        self._parts: list[Path] = []
        self._waiting: list[pa.RecordBatch] = []
        self.rows = 0

    def __enter__(self) -> Parts:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
        for part in self._parts:
            part.unlink(missing_ok=True)

    def add(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Writes the columns of `batch` in their order; gives them as they were written."""
        arrays, types = [], []
        for array, type_ in zip(batch.columns, self._types, strict=True):
            made, wider = converted(array, type_)
            arrays.append(made)
            types.append(wider)
        if types != self._types:
            self._close()
            self._types = types
        made = pa.RecordBatch.from_arrays(arrays, schema=self._schema())
        self._waiting.append(made)
        self.rows += made.num_rows
        rows, size = (sum(getattr(b, what) for b in self._waiting) for what in ("num_rows", "nbytes"))
        if rows >= _GROUP_ROWS or size >= _GROUP_BYTES:
            self._flush()
        return made

    def finish(self) -> Path:
        """The finished file, also where there were no rows."""
        self._flush(even_empty=not self._parts)
        final = self._folder / f"{self._stem}.parquet"
        self._close()
        if len(self._parts) > 1:
            whole = self._folder / f"{self._stem}.whole"
            _merge(self._parts, whole)
            for part in self._parts:
                part.unlink()
            self._parts = [whole]
        self._parts[0].replace(final)
        self._parts = []
        return final

    def _schema(self) -> pa.Schema:
        return pa.schema(list(zip(self._names, self._types, strict=True)))

    def _flush(self, *, even_empty: bool = False) -> None:
        if not self._waiting and not even_empty:
            return
        if self._writer is None:
            path = self._folder / f"{self._stem}.part{len(self._parts)}"
            self._parts.append(path)
            self._writer = pq.ParquetWriter(path, self._schema(), compression="zstd")
        self._writer.write_table(pa.Table.from_batches(self._waiting, schema=self._schema()))
        self._waiting = []

    def _close(self) -> None:
        self._flush()
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _merge(files: Sequence[Path], target: Path) -> None:
    """The files one after the other as one; where they differ in a column's type, the wider one holds."""
    schemas = [pq.read_schema(file) for file in files]
    types = {name: schemas[0].field(name).type for name in schemas[0].names}
    for schema in schemas[1:]:
        types = {name: wider_of(type_, schema.field(name).type) for name, type_ in types.items()}
    try:
        _write_all(files, target, types)
    except pa.ArrowInvalid:
        # Decimals whose places and digits are too many for one type together.
        mixed = {n for n in types for schema in schemas if schema.field(n).type != types[n]}
        _write_all(files, target, {n: TEXT if n in mixed else t for n, t in types.items()})


def _write_all(files: Sequence[Path], target: Path, types: Mapping[str, pa.DataType]) -> None:
    schema = pa.schema(list(types.items()))
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for file in files:
            with pq.ParquetFile(file) as source:
                for batch in source.iter_batches(_GROUP_ROWS):
                    both = zip(batch.columns, types.values(), strict=True)
                    arrays = [array if array.type == type_ else array.cast(type_) for array, type_ in both]
                    writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
