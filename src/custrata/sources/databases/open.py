"""Database sources → Parquet in a scratch folder, all of one database from one snapshot, with a record of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.scan import DatabaseRecord, Opened, ParquetScan
from custrata.sources.databases.columns import Column, chosen
from custrata.sources.databases.connections import Connection, resolve
from custrata.sources.databases.convert import NotText
from custrata.sources.databases.query import ALIAS, Relation, query_relation, quoted, table_relation
from custrata.sources.databases.session import Server, Session, connect, told
from custrata.sources.databases.spec import DatabaseSpec
from custrata.sources.databases.watermark import Reached, read_from, watermark_column
from custrata.sources.databases.write import Parts

Since = Callable[[str, str], str | None]
"""(the source's name, the fingerprint of its layout) → the watermark reached before; null to read everything."""


@dataclass(frozen=True)
class Read:
    """One source as it was read: `file` holds the rows from `start` on (all of them where it is null), `record` says
    how far they reach. `key` and `mark` are the columns (as they are called in the file) that make rows replaceable;
    `unique` is whether the database vouches for the key. `layout` changes with anything that makes rows read earlier
    differ from rows read now."""

    opened: Opened
    file: Path
    record: DatabaseRecord
    layout: str
    start: str | None
    mark: Column | None
    key: tuple[str, ...]
    unique: bool


@dataclass(frozen=True)
class _Plan:
    name: str
    spec: DatabaseSpec
    relation: Relation
    columns: list[Column]
    layout: str
    mark: Column | None
    key: tuple[str, ...]
    start: str | None
    since: str | None


def read_databases(
    specs: Mapping[str, DatabaseSpec], since: Since, scratch: Path, *,
    base: Path, environ: Mapping[str, str] | None = None,
) -> dict[str, Read]:  # fmt: skip
    """Reads several sources; those of one database from one read-only snapshot, so that they fit together.

    Rows go to `scratch` batch by batch; a failure at any moment leaves no file there. A source without `columns`
    takes every column but bytes.
    Errors, those of all sources together as far as they are known before reading: E-DB-001 to E-DB-022 but
    E-DB-003, which is a note of what was opened.
    """
    problems: list[Problem] = []
    groups: dict[str, dict[str, DatabaseSpec]] = {}
    connections: dict[str, Connection] = {}
    for name, spec in specs.items():
        try:
            spec.check()
            if spec.connection not in connections:
                connections[spec.connection] = resolve(spec.connection, base, environ)
            groups.setdefault(spec.connection, {})[name] = spec
        except CustrataError as error:
            problems.extend(p for p in error.problems if p not in problems)
    if problems:
        raise CustrataError.all(problems)
    done: dict[str, Read] = {}
    try:
        for connection_name, group in groups.items():
            done |= _read_group(connections[connection_name], group, since, scratch)
    except BaseException:
        for read in done.values():
            read.file.unlink(missing_ok=True)
        raise
    return {name: done[name] for name in specs}


def _read_group(
    connection: Connection, specs: Mapping[str, DatabaseSpec], since: Since, scratch: Path
) -> dict[str, Read]:
    session = connect(connection)
    done: dict[str, Read] = {}
    try:
        plans: list[_Plan] = []
        problems: list[Problem] = []
        for name, spec in specs.items():
            try:
                plans.append(_plan(session, connection, name, spec, since))
            except CustrataError as error:
                problems.extend(error.problems)
        if problems:
            raise CustrataError.all(problems)
        try:
            server = session.begin()
        except Exception as error:
            raise told(session.failure(error), error, connection, connection.name) from None
        for plan in plans:
            done[plan.name] = _read(session, connection, server, plan, scratch)
    except BaseException:
        for read in done.values():
            read.file.unlink(missing_ok=True)
        raise
    finally:
        session.close()
    return done


def _plan(session: Session, connection: Connection, name: str, spec: DatabaseSpec, since: Since) -> _Plan:
    try:
        if spec.query is not None:
            relation, parts = query_relation(spec.query, connection.kind, spec.label), None
            available = session.describe(relation, spec.encoding)
        else:
            relation, parts, available = _table(session, connection, spec)
        key = spec.key or (session.primary_key(parts) if parts and spec.watermark else ())
    except CustrataError:
        raise
    except Exception as error:
        raise told(session.failure(error), error, connection, spec.label) from None
    mark = watermark_column(spec, available) if spec.watermark else None
    if mark and not key:
        raise CustrataError(Problem("E-DB-024", spec.label, {}))
    extra = (*key, *([mark.source] if mark else ()))
    if spec.columns is None and extra:
        chosen(available, extra, (), spec.label)
    needed = None if spec.columns is None else (*spec.columns, *extra)
    columns = chosen(available, needed, spec.optional, spec.label)
    layout = _layout(connection, spec, key, columns)
    if mark is None:
        return _Plan(name, spec, relation, columns, layout, None, (), None, None)
    called = {c.source.lower(): c for c in columns}
    mark, reached = called[mark.source.lower()], since(name, layout)
    start = None if reached is None else read_from(spec, mark, reached)
    names = tuple(called[k.lower()].name for k in key)
    return _Plan(name, spec, relation, columns, layout, mark, names, start, reached)


def _layout(connection: Connection, spec: DatabaseSpec, key: tuple[str, ...], columns: list[Column]) -> str:
    where = (connection.kind, connection.address, connection.database, dict(connection.options).get("unix_socket"))
    what = (spec.parts, spec.query, spec.encoding, (spec.watermark or "").lower(), [k.lower() for k in key])
    said = json.dumps([where, what, [(c.name, c.source, c.native, str(c.type)) for c in columns]], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def _table(
    session: Session, connection: Connection, spec: DatabaseSpec
) -> tuple[Relation, tuple[str, ...], list[Column]]:
    """The table as spelled, or the one that differs in upper and lower case alone."""
    relation = table_relation(spec.parts, connection.kind)
    try:
        return relation, spec.parts, session.describe(relation, spec.encoding)
    except Exception as error:
        if session.failure(error) != "no_table":
            raise
        first = error
    known = session.tables()
    *schema, table = (part.lower() for part in spec.parts)
    same = [t for t in known if t[1].lower() == table and (not schema or t[0].lower() == schema[-1])]
    if len(same) == 1:
        relation = table_relation(same[0], connection.kind)
        return relation, same[0], session.describe(relation, spec.encoding)
    names = [".".join(t) for t in known]
    near = did_you_mean(".".join(spec.parts), names) or did_you_mean(spec.parts[-1], [t[1] for t in known])
    raise told(
        "no_table", first, connection, spec.label, table=".".join(spec.parts), suggestion=near,
        known=", ".join(names[:40]) or "–",
    )  # fmt: skip


def _read(session: Session, connection: Connection, server: Server, plan: _Plan, scratch: Path) -> Read:
    spec, mark = plan.spec, plan.mark
    where = ""
    if plan.start is not None and mark is not None:
        # Rows without a watermark are read every time: nothing says that they are old.
        cell = f"{quoted(ALIAS, connection.kind)}.{quoted(mark.source, connection.kind)}"
        where = f"{cell} >= {session.since(mark)} OR {cell} IS NULL"
    kind = connection.kind
    listed = ", ".join(f"{c.expression} AS {quoted(c.name, kind)}" for c in plan.columns)
    sql = plan.relation.select(listed, where)
    reached = Reached(mark, server, plan.since) if mark else None
    place = -1 if mark is None else plan.columns.index(mark)
    try:
        with Parts(scratch, f"{plan.name}-{plan.layout[:8]}", plan.columns) as parts:
            for batch in _batches(session, connection, spec, sql, plan.start, parts):
                written = parts.add(batch)
                if reached is not None:
                    reached.see(written.column(place))
            rows = parts.rows
            file = parts.finish()
    except NotText:
        raise CustrataError(Problem("E-DB-019", spec.label, {})) from None
    except OSError as error:
        raise CustrataError(Problem("E-DB-023", spec.label, {"reason": error.strerror or str(error)})) from None
    watermark = reached.value if reached else None
    record = DatabaseRecord(
        spec.label, connection.kind, f"{server.product} {server.version}", server.database, server.snapshot,
        server.utc.isoformat(timespec="seconds") + "Z", hashlib.sha256(_said(spec).encode()).hexdigest(), rows,
        plan.start, watermark,
    )  # fmt: skip
    opened = Opened(
        ParquetScan((file,), (spec.label,)), tuple(c.name for c in plan.columns), (record,), connection.notes
    )
    return Read(opened, file, record, plan.layout, plan.start, mark, plan.key, unique=not spec.key)


def _batches(
    session: Session, connection: Connection, spec: DatabaseSpec, sql: str, start: str | None, parts: Parts
) -> Iterator[pa.RecordBatch]:
    """The rows, every failure of the driver told as one of ours: what is written is not the driver's."""
    stream = session.read(sql, start)
    while True:
        try:
            batch = next(stream, None)
        except UnicodeDecodeError:
            raise NotText from None
        except Exception as error:
            raise told(session.failure(error), error, connection, spec.label, rows=parts.rows) from None
        if batch is None:
            return
        yield batch


def _said(spec: DatabaseSpec) -> str:
    return spec.query if spec.query is not None else ".".join(spec.parts)
