"""Files → the kept rows of the facts: cleaned once, under the number of the unit they came with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import ibis
import ibis.expr.types as ir

from custrata.core.facts.clean import NOT_WHOLE, Cleaned, clean, unread
from custrata.core.facts.mends import LEFT_OUT
from custrata.core.scan import FileRecord, Opened, ParquetScan, TableScan, TextScan
from custrata.usecases.load.first_rows import first_rows, whole_already, with_ids_as_texts
from custrata.usecases.load.rows import FAULTS, ROWS, UNIT, Plan, kept_rows, raw_of
from custrata.usecases.load.units import SAME_FILE, Unit, digest
from custrata.usecases.ports import FactStore, RejectedLine
from custrata.usecases.rows import Counts, count_units, faults_of_source, rejected

#: Bytes of text from which on the look spares more than importing PyArrow for it takes.
_LARGE = 32 << 20


def take_in(plan: Plan, store: FactStore, first_id: int, now_ns: int) -> list[Unit]:
    """Reads the new units of a plan into the kept rows and faults; gives them with what became of their rows."""
    if plan.opened is None:
        return _twin_units(plan, [], first_id, now_ns)
    # Files are named by their place in the scan.
    ids = {record.path: first_id + i for i, record in enumerate(plan.opened.files)}
    counts = _take_rows(plan, plan.opened, store, ids, first_id)
    for reject in _rejects(plan, plan.opened, store):
        found = counts.setdefault(ids[reject.file], Counts())
        found.read, found.quarantined = found.read + 1, found.quarantined + 1
    _keep_faults(plan, store, ids, any(c.quarantined or c.emptied for c in counts.values()))
    touched = {f.name: f.touched_ns for f in plan.changes.new}
    units = [
        Unit(ids[r.path], plan.source, r, tuple(plan.opened.columns), counts.get(ids[r.path], Counts()),
             touched.get(r.path, 0), now_ns, plan.read.layout if plan.read else "", digest(plan.mends, r.path))
        for r in plan.opened.files
    ]  # fmt: skip
    return units + _twin_units(plan, units, first_id + len(units), now_ns)


def _take_rows(
    plan: Plan, opened: Opened, store: FactStore, ids: Mapping[str, int], first_id: int
) -> dict[int, Counts]:  # fmt: skip
    """The rows of what was opened, among the kept ones, and what became of them, unit by unit."""
    of_files = plan.read is None
    raw, names = raw_of(plan, opened, store, numbered=not of_files, unchecked=of_files)
    kept = store.kept(ROWS(plan.source)) if ROWS(plan.source) in store.kept_names() else None
    whole: tuple[str, ...] = ()
    if of_files and isinstance(opened.scan, TableScan):
        raw = with_ids_as_texts(plan.source, plan.config, raw, names, kept)
        whole = whole_already(plan.config, raw, names, kept)
    promise = first_rows(plan.source, plan.config, raw, names, kept, store, typed=_large(opened))
    whole += promise.whole
    if of_files and not plan.mends and promise.plain and not isinstance(opened.scan, ParquetScan):
        typed = raw
        if promise.forms:
            typed, names = raw_of(plan, opened, store, numbered=False, unchecked=True, forms=promise.forms)
        counts = _take_plain(plan, opened, store, typed, names, ids, first_id, whole)
        if counts is None and typed.schema() != raw.schema():
            # A date that no calendar has is written like others.
            counts = _take_plain(plan, opened, store, raw, names, ids, first_id, whole)
        if counts is not None:
            return counts
    if of_files:
        raw, names = raw_of(plan, opened, store, numbered=False)
    cleaned = _clean(plan, store, raw, names, whole)
    _append(plan, store, cleaned.table, ids, ruled=cleaned.ruled or bool(whole))
    counts = _count(plan, store, first_id, [NOT_WHOLE] if whole else [])
    if whole and sum(c.excluded.pop(NOT_WHOLE) for c in counts.values()):
        _take_away(plan, store, ids)
        cleaned = _clean(plan, store, raw, names, ())
        _append(plan, store, cleaned.table, ids, ruled=cleaned.ruled)
        counts = _count(plan, store, first_id, [])
    return counts


def _large(opened: Opened) -> bool:
    """Whether these are text files of such a size that it pays to look beforehand whether they can be read typed."""
    return isinstance(opened.scan, TextScan) and sum(file.path.stat().st_size for file in opened.scan.parts) >= _LARGE


def _take_plain(
    plan: Plan, opened: Opened, store: FactStore, raw: ir.Table, names: Mapping[str, str], ids: Mapping[str, int],
    first_id: int, whole: Sequence[str],
) -> dict[int, Counts] | None:  # fmt: skip
    """`_take_rows` for rows that are mostly plain, at half the cost: only those that are not are read with more care.
    Null, and nothing is taken, where that was too good to be true."""
    quick = _clean(plan, store, raw, names, whole, plainly=True)
    _append(plan, store, quick.table, ids, ruled=quick.ruled)
    counts = _count(plan, store, first_id, [])
    if not store.confirmed(opened.scan, {file: counts[i].read for file, i in ids.items() if i in counts}):
        _take_away(plan, store, ids)
        return None
    if not any(c.quarantined for c in counts.values()):
        return counts
    bad = store.from_rows("bad", [(i, 1) for i in ids.values()], {UNIT: "int64", "_bad": "int64"})
    store.remove(ROWS(plan.source), bad)
    rest = _clean(plan, store, unread(quick, names), names, whole)
    table = store.materialise("rest", rest.table)
    if whole and store.rows(table.filter(table["_excluded"] == NOT_WHOLE).limit(1)):
        _take_away(plan, store, ids)
        return None
    _append(plan, store, table, ids, ruled=rest.ruled)
    return _count(plan, store, first_id, [])


def _take_away(plan: Plan, store: FactStore, ids: Mapping[str, int]) -> None:
    """The rows that were just read, which must be read in another way."""
    store.remove(ROWS(plan.source), store.from_rows("new", [(i,) for i in ids.values()], {UNIT: "int64"}))


def _clean(
    plan: Plan, store: FactStore, raw: ir.Table, names: Mapping[str, str], whole: Sequence[str], *,
    plainly: bool = False,
) -> Cleaned:  # fmt: skip
    return clean(raw, plan.source, plan.config, names, store.local_time, store.stage, whole, plainly=plainly)


def _append(plan: Plan, store: FactStore, table: ir.Table, ids: Mapping[str, int], *, ruled: bool) -> None:
    """Cleaned rows, among the kept ones; `ruled` is whether any rule can have left one out."""
    table = _with_unit(store, table, "_file", ids)
    # A row of a file goes with its file; a row of a database may go alone, so it keeps its number.
    left = {"_file"} if plan.read is not None else {"_file", "_row"}
    if not ruled:
        # Empty as it is, a column of texts takes a quarter of the time in which all others are written.
        left.add("_excluded")
    store.append(ROWS(plan.source), table.drop([c for c in table.columns if c in left]))


def _count(plan: Plan, store: FactStore, first_id: int, rules: Sequence[str]) -> dict[int, Counts]:
    """What became of the rows of the units from `first_id` on; `rules` may have left some out besides the scheme's."""
    kept = kept_rows(store, plan.source)
    rules = [*rules, LEFT_OUT] if any(m.left_out for m in plan.mends) else rules
    return count_units(plan.source, kept.filter(kept[UNIT] >= first_id), plan.config, store, rules)


def _rejects(plan: Plan, opened: Opened, store: FactStore) -> list[RejectedLine]:
    """The lines that are no rows, but for those that were mended."""
    rows = {(m.file, m.row) for m in plan.mends}
    return [r for r in store.rejects(opened.scan) if (r.file, r.row) not in rows]


def _keep_faults(plan: Plan, store: FactStore, ids: Mapping[str, int], any_wrong: bool) -> None:
    assert plan.opened is not None
    found: list[ir.Table] = []
    if any_wrong:
        raw, names = raw_of(plan, plan.opened, store, numbered=True)
        found.append(faults_of_source(plan.source, raw, names, plan.config, store))
    rejects = _rejects(plan, plan.opened, store)
    if rejects:
        found.append(rejected(plan.source, rejects, store))
    for faults in found:
        store.append(FAULTS, _with_unit(store, faults, "file", ids))


def _with_unit(store: FactStore, t: ir.Table, file: str, ids: Mapping[str, int]) -> ir.Table:
    """A table with the number of the unit that each row's file is."""
    if len(ids) == 1:
        return t.mutate(**{UNIT: ibis.literal(next(iter(ids.values()))).cast("int64")})
    numbers = store.from_rows("units", list(ids.items()), {"_name": "string", UNIT: "int64"})
    return t.inner_join(numbers, t[file] == numbers["_name"]).drop("_name")


def _twin_units(plan: Plan, read: Sequence[Unit], first_id: int, now_ns: int) -> list[Unit]:
    """Units of files whose very bytes another one holds: read, and excluded by rule."""
    originals = {u.name: u for u in [*plan.changes.same, *read]}
    units = []
    for i, file in enumerate(f for f in plan.changes.new if f.name in plan.changes.twins):
        original = originals[plan.changes.twins[file.name]]
        assert isinstance(original.record, FileRecord)
        counts = Counts(read=original.counts.read, excluded={SAME_FILE: original.counts.read})
        record = replace(original.record, path=file.name)
        units.append(replace(original, id=first_id + i, record=record, counts=counts, touched_ns=file.touched_ns))
    return [replace(u, read_ns=now_ns) for u in units]
