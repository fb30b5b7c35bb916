"""Database tables → kept rows: what changed since the watermark replaces what was read of it before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.columns import columns_for
from custrata.core.facts.mapping import columns_of
from custrata.core.scan import DatabaseRecord
from custrata.core.scheme.sources import Source
from custrata.sources.databases.spec import DatabaseSpec, parse_look_back
from custrata.usecases.load.rows import ROWS, SEPARATOR, Plan, key_of
from custrata.usecases.load.units import Changes, Unit
from custrata.usecases.ports import FactStore

if TYPE_CHECKING:
    from custrata.sources.databases.open import Read


def spec_of(name: str, config: Source) -> DatabaseSpec:
    """What to read of a source that lies in a database. Errors: E-DB-026 a look-back that is none."""
    assert config.database is not None
    try:
        look_back = None if config.look_back is None else parse_look_back(config.look_back)
    except ValueError:
        raise CustrataError(Problem("E-DB-026", f"sources.{name}.look_back", {"value": config.look_back})) from None
    return DatabaseSpec(
        config.database, table=config.table, schema=config.schema_, query=config.query,
        columns=tuple(config.columns.values()) or None, optional=tuple(c.name for c in columns_for(name)),
        watermark=config.watermark, look_back=look_back, key=config.key,
        encoding=None if config.encoding == "auto" else config.encoding,
    )  # fmt: skip


def plan_databases(
    configs: Mapping[str, Source], units: Mapping[str, list[Unit]], base: Path, scratch: Path
) -> dict[str, Plan]:
    """Reads what is new in the tables of several sources, each database from one snapshot. Errors: those of
    `read_databases` and `columns_of`."""
    # Imported where a source lies in a database: drivers and PyArrow come with it.
    from custrata.sources.databases.open import read_databases

    specs = {name: spec_of(name, config) for name, config in configs.items()}

    def since(name: str, layout: str) -> str | None:
        known = [u for u in units[name] if u.layout == layout and isinstance(u.record, DatabaseRecord)]
        return known[-1].record.watermark if known and isinstance(known[-1].record, DatabaseRecord) else None

    plans: dict[str, Plan] = {}
    for name, read in read_databases(specs, since, scratch, base=base).items():
        columns = columns_of(name, configs[name], read.opened.columns, read.record.path)
        before = tuple(units[name])
        changes = Changes((), before, (), {}) if read.start is None else Changes((), (), before, {})
        plans[name] = Plan(name, configs[name], changes, read.opened, columns, read)
    return plans


def told_apart(store: FactStore, read: Read) -> None:
    """Raises E-DB-025 where a key that the database does not vouch for stands for several rows: all but one of those
    that change would be lost."""
    if read.unique or read.mark is None:
        return
    raw = store.read(read.opened.scan)
    keys = raw.select(key=key_of(raw, read.key))
    several = keys.group_by("key").aggregate(n=keys.count()).filter(lambda t: t.n > 1)
    found = store.rows(several.limit(1))
    if found:
        values = {"key": ", ".join(read.key), "value": str(found[0]["key"]).replace(SEPARATOR, ", ")}
        raise CustrataError(Problem("E-DB-025", read.record.path, values))


def replaced(store: FactStore, source: str, read: Read) -> ir.Table:
    """The kept rows that hold no more: all from the watermark on, for those were read again, and earlier versions of
    what was read now."""
    from custrata.sources.databases.columns import DAY, INSTANT, TIME

    rows = store.kept(ROWS(source))
    assert read.mark is not None and read.start is not None
    kinds: dict[Any, dt.DataType] = {DAY: dt.date, TIME: dt.timestamp, INSTANT: dt.Timestamp(timezone="UTC")}
    kind = kinds.get(read.mark.type, dt.Decimal(38, 0))
    mark, start = rows["_mark"].try_cast(kind), ibis.literal(read.start).cast(kind)
    # A watermark that cannot be read (0000-00-00) is below any that can; one that is missing is read every time.
    older = ibis.coalesce(mark < start, rows["_mark"].notnull())
    raw = store.read(read.opened.scan)
    again = raw.select(key=key_of(raw, read.key)).distinct()
    return rows.filter(~older | rows["_key"].isin(again.key))
