"""DuckDB for readers that are many: threads of a web process that look at runs which never change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, RLock
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir

from custrata.engines.duckdb.engine import DuckDBEngine

#: Answers that are remembered, and rows from which on one is too long to be.
_ANSWERS, _ROWS = 512, 2_000
_Rows = list[dict[str, Any]]


class SharedEngine(DuckDBEngine):
    """An engine that threads ask at once: each question on a cursor of its own, so a long one keeps nobody waiting.

    What it reads must not change while it is open, because short answers are remembered. The same question asked by
    many at once is answered once.

    >>> import ibis, pathlib, pyarrow, tempfile
    >>> with shared_engine("Asia/Shanghai", pathlib.Path(tempfile.mkdtemp())) as engine:
    ...     t = engine.from_arrow("t", pyarrow.table({"a": [1, 2]}))
    ...     [engine.rows(t.aggregate(n=t.count())) for _ in range(2)]
    [[{'n': 2}], [{'n': 2}]]
    """

    def __init__(self, timezone: str, scratch: Path) -> None:
        super().__init__(timezone, scratch, shared=True)
        #: Held while something is put on the connection, an expression becomes SQL, or a question runs that reads a
        #: table made of Python values; no other question that runs makes anybody wait.
        self._turn = RLock()
        self._answers: OrderedDict[Any, _Rows] = OrderedDict()
        self._asked: dict[Any, Lock] = {}

    def rows(self, expression: ir.Table) -> _Rows:
        # An expression knows its own hash, so that a question asked again is not even compiled.
        question = expression.op()
        with self._turn:
            if (known := self._known(question)) is not None:
                return known
            running = self._asked.setdefault(question, Lock())
        with running:
            with self._turn:
                if (known := self._known(question)) is not None:
                    return known
            try:
                found = self._answered(expression)
            finally:
                with self._turn:
                    self._asked.pop(question, None)
            if len(found) <= _ROWS:
                with self._turn:
                    self._answers[question] = found
                    if len(self._answers) > _ANSWERS:
                        self._answers.popitem(last=False)
            return [dict(row) for row in found]

    def _known(self, question: Any) -> _Rows | None:
        if (known := self._answers.get(question)) is None:
            return None
        self._answers.move_to_end(question)
        return [dict(row) for row in known]

    def _answered(self, expression: ir.Table) -> _Rows:
        with self._coded(), self._prepared(expression) as (cursor, sql):
            cursor.execute(sql)
            names = [d[0] for d in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def arrow(self, expression: ir.Table) -> Any:
        with self._coded(), self._prepared(expression) as (cursor, sql):
            return cursor.execute(sql).to_arrow_table()

    def write_parquet(self, expression: ir.Table, path: Path, sought: bool = False) -> None:
        with self._turn:
            super().write_parquet(expression, path, sought)

    @contextmanager
    def _prepared(self, expression: ir.Table) -> Iterator[tuple[Any, str]]:
        """A cursor for a question, and its SQL. A table made of Python values is seen on the connection alone, which
        has one answer at a time: so nobody else uses it before the answer is fetched."""
        with self._turn:
            sql = self._sql(expression)
            if expression.op().find(ops.InMemoryTable):
                yield self._raw, sql
                return
            cursor = self._raw.cursor()
        yield cursor, sql

    def materialise(self, name: str, expression: ir.Table, words: bool = False) -> ir.Table:
        del words
        table = self._objects.name(name)
        with self._coded(), self._prepared(expression) as (cursor, sql):
            cursor.execute(f'CREATE TABLE memory.main."{table}" AS {sql}')
        with self._turn:
            self._objects.adopt(table)
            return self._table(table)

    def stage(self, name: str, expression: ir.Table) -> ir.Table:
        with self._turn:
            return super().stage(name, expression)

    def from_arrow(self, name: str, table: Any) -> ir.Table:
        with self._turn:
            return super().from_arrow(name, table)

    def from_rows(self, name: str, rows: Any, types: Any) -> ir.Table:
        with self._turn:
            return super().from_rows(name, rows, types)

    @contextmanager
    def passing(self, name: str, expression: ir.Table) -> Iterator[ir.Table]:
        table = self.materialise(name, expression)
        try:
            yield table
        finally:
            with self._turn:
                self._objects.drop(table.get_name())

    def close(self) -> None:
        with self._turn:
            super().close()


@contextmanager
def shared_engine(timezone: str, scratch: Path) -> Iterator[SharedEngine]:
    """An engine for as long as a run is looked at."""
    engine = SharedEngine(timezone, scratch)
    try:
        yield engine
    finally:
        engine.close()
