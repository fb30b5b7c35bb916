"""Which rows a source has: those of the files that it reads, as they lie, and those that are kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.facts.clean import clean
from custrata.core.facts.exact import Form
from custrata.core.facts.headers import usable
from custrata.core.facts.mapping import columns_of, require_in_each_file
from custrata.core.facts.mends import Mend, mended
from custrata.core.scan import FileRecord, Opened
from custrata.core.scheme.sources import Source
from custrata.sources.files.open import open_files, union_columns
from custrata.sources.files.spec import FileSpec
from custrata.usecases.load.units import Changes, Present
from custrata.usecases.load.workplace import Workplace
from custrata.usecases.ports import FactStore
from custrata.usecases.rows import raw_rows

if TYPE_CHECKING:
    from custrata.sources.databases.open import Read

#: Kept tables: the cleaned rows of a source, the faults found in its rows.
ROWS = "rows_{}".format
FAULTS = "faults"
SEPARATOR = "\x1f"
UNIT = "_unit"


@dataclass(frozen=True)
class Plan:
    """What a source will hold: canonical column → header, and the units that are read now."""

    source: str
    config: Source
    changes: Changes
    opened: Opened | None
    names: Mapping[str, str]
    read: Read | None = None
    """What was read, where it was a database."""
    mends: Sequence[Mend] = ()
    """Mends that hold for the files as they are now."""


def plan_source(
    source: str, config: Source, found: Changes, present: Sequence[Present], known: Mapping[str, str] | None,
    at: Workplace,
) -> Plan:  # fmt: skip
    """Opens what is new. `known` are the columns of what is there. Errors: those of `open_files` and `columns_of`."""
    opened = _open(config, [f for f in found.new if f.name not in found.twins], at)
    columns = [u.columns for u in found.same]
    names = _names(source, config, [*columns, *([tuple(opened.columns)] if opened else [])], found)
    if known is not None and found.same and dict(known) != names:
        # Under other columns the rows that are there would have been read otherwise.
        found = Changes(tuple(present), (*found.gone, *found.same), (), found.twins)
        opened = _open(config, [f for f in present if f.name not in found.twins], at)
        names = _names(source, config, [tuple(opened.columns)] if opened else [], found)
    if opened is not None:
        require_in_each_file(source, config, names, opened)
    return Plan(source, config, found, opened, names, mends=_of_files(at.mends_of(source), opened))


def kept_rows(store: FactStore, source: str) -> ir.Table:
    """The kept rows of a source, with `_excluded` where no rule could leave one out."""
    rows = store.kept(ROWS(source))
    return rows if "_excluded" in rows.columns else rows.mutate(_excluded=ibis.null(dt.string))


def rows_again(
    source: str, config: Source, files: Sequence[str], names: Mapping[str, str], store: FactStore, at: Workplace
) -> ir.Table:
    """The usable rows of some files with the file and row that each stands in, read once more."""
    opened = open_files(file_spec(config, files), at.base, at.scratch)
    plan = Plan(source, config, Changes((), (), (), {}), None, names, mends=_of_files(at.mends_of(source), opened))
    raw, found = raw_of(plan, opened, store, numbered=True)
    return usable(clean(raw, source, config, found, store.local_time, store.stage).table)


def as_they_lie(
    source: str, config: Source, files: Sequence[str], store: FactStore, at: Workplace
) -> tuple[ir.Table, tuple[str, ...]]:
    """The rows of some files, neither cleaned nor read as canonical columns, with `_file` and `_row`; and their
    headers. Mends of `at` are applied."""
    opened = open_files(file_spec(config, files), at.base, at.scratch)
    mends = _of_files(at.mends_of(source), opened)
    raw = store.numbered(opened.scan)
    if mends:
        raw = mended(raw, mends, {(r.file, r.row) for r in store.rejects(opened.scan)})
    return raw, tuple(opened.columns)


def file_spec(config: Source, names: Sequence[str]) -> FileSpec:
    """How the files of these names are read."""
    return FileSpec(
        patterns=list(names), sheet=config.sheet, encoding=config.encoding, delimiter=config.delimiter,
        header=config.header, header_lines=config.header_lines, by_file=config.by_file,
    )  # fmt: skip


def _open(config: Source, files: Sequence[Present], at: Workplace) -> Opened | None:
    return open_files(file_spec(config, [f.name for f in files]), at.base, at.scratch) if files else None


def _of_files(mends: Sequence[Mend], opened: Opened | None) -> list[Mend]:
    """The mends that hold for files as they are."""
    states = {(r.path, r.sha256) for r in opened.files if isinstance(r, FileRecord)} if opened else set()
    return [m for m in mends if (m.file, m.sha256) in states]


def _names(source: str, config: Source, columns: Sequence[tuple[str, ...]], found: Changes) -> dict[str, str]:
    files = [*(f.name for f in found.new), *(u.name for u in found.same)]
    place = files[0] if len(files) == 1 else f"sources.{source}"
    return columns_of(source, config, union_columns(columns), place)


def raw_of(
    plan: Plan, opened: Opened, store: FactStore, *, numbered: bool, unchecked: bool = False,
    forms: Mapping[str, Form] | None = None,
) -> tuple[ir.Table, dict[str, str]]:  # fmt: skip
    """The rows of what was opened for a plan, as they lie, and canonical column → header."""
    known = replace(opened, columns=union_columns([tuple(opened.columns), tuple(plan.names.values())]))
    raw, names = raw_rows(
        plan.source, known, dict(plan.names), store, numbered=numbered, filed=True, mends=plan.mends,
        unchecked=unchecked, forms=forms,
    )  # fmt: skip
    if plan.read is not None and plan.read.mark is not None:
        raw = raw.mutate(_key=key_of(raw, plan.read.key), _mark=raw[plan.read.mark.name])
        if "order_id" not in plan.names and "order_id" in names:
            # Numbers of rows begin anew with every read of a table.
            raw = raw.mutate(order_id=raw["_key"])
    lacking = [header for header in names.values() if header not in raw.columns]
    # What these files lack others have: empty here, as it would be if all were read at once.
    return raw.mutate(**{header: ibis.null(dt.string) for header in lacking}), names


def key_of(raw: ir.Table, columns: Sequence[str]) -> Any:
    """What a later version of a row is known by: its key as one text."""
    return reduce(lambda a, b: a + SEPARATOR + b, [raw[c].cast(dt.string).fill_null("") for c in columns])
