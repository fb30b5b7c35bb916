"""What has been loaded, file by file, and what that says of the files that lie there now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.mends import Mend
from custrata.core.scan import DatabaseRecord, FileRecord
from custrata.sources.files.sheets import SheetChoice, find_places
from custrata.usecases.rows import Counts

#: A file changed within the tick of the clock in which it was read may look unchanged; so recent a one is read again.
_TICK_NS = 2_000_000_000
#: The rule that leaves a file out because another one holds the very same bytes.
SAME_FILE = "same_file"


@dataclass(frozen=True)
class Unit:
    """One file of one source, or one load of a database table, whose rows are among the facts.

    `touched_ns` is the file's time of change, `read_ns` when it was read; `counts` tells what became of its rows."""

    id: int
    source: str
    record: FileRecord | DatabaseRecord
    columns: tuple[str, ...]
    counts: Counts
    touched_ns: int = 0
    read_ns: int = 0
    layout: str = ""
    """Of a database table: what makes rows read earlier comparable with rows read now."""
    mends: str = ""
    """Which mends its rows were read with."""

    @property
    def name(self) -> str:
        return self.record.path

    def dump(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self) | {"kind": type(self.record).__name__}, ensure_ascii=False, default=str)

    @classmethod
    def parse(cls, text: str) -> Unit:
        found: dict[str, Any] = json.loads(text)
        kind = {"FileRecord": FileRecord, "DatabaseRecord": DatabaseRecord}[found.pop("kind")]
        counts = dict(found.pop("counts"))
        for day in ("first_day", "last_day"):
            counts[day] = date.fromisoformat(counts[day]) if counts[day] else None
        record, columns = kind(**found.pop("record")), tuple(found.pop("columns"))
        return cls(**found, record=record, columns=columns, counts=Counts(**counts))


@dataclass(frozen=True)
class Present:
    """A file as it lies there, or one `sheet` of a workbook of which a source reads several."""

    path: Path
    name: str
    bytes: int
    touched_ns: int
    sheet: str | None = None


@dataclass(frozen=True)
class Changes:
    """What to do about the files of one source: read `new`, take `gone` away (a changed file is both), leave `same`.

    `twins` are files with the very bytes of another one, by name, with that other one's name: their rows are told
    once."""

    new: tuple[Present, ...]
    gone: tuple[Unit, ...]
    same: tuple[Unit, ...]
    twins: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.new or self.gone)


def present_files(patterns: Sequence[str], base: Path, sheet: SheetChoice = None) -> list[Present]:
    """The files that patterns name now, or their sheets where there are several. Errors: those of `find_places`;
    E-FILE-002."""
    found = []
    for place in find_places(patterns, sheet, base):
        try:
            stat = place.path.stat()
        except OSError as error:
            raise CustrataError(Problem("E-FILE-002", place.name, {"reason": error.strerror or str(error)})) from error
        found.append(Present(place.path, place.name, stat.st_size, stat.st_mtime_ns, place.sheet))
    return found


def digest(mends: Iterable[Mend], file: str) -> str:
    """What tells the mends of a file from others; empty where there are none."""
    said = sorted((m.row, m.left_out, sorted(m.values.items(), key=str)) for m in mends if m.file == file)
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest() if said else ""


def changes(units: Iterable[Unit], present: Sequence[Present], mends: Sequence[Mend] = ()) -> Changes:
    """Compares what was loaded with what lies there, by size and time, and by content where those leave doubt. A file
    is also read anew when its mends are others."""
    known = {u.name: u for u in units}
    hashes: dict[str, str] = {}
    new: list[Present] = []
    same: list[Unit] = []
    for file in present:
        unit = known.get(file.name)
        if (
            unit is not None
            and isinstance(unit.record, FileRecord)
            and _unchanged(unit, unit.record, file, hashes)
            and unit.mends == digest([m for m in mends if m.sha256 == unit.record.sha256], file.name)
        ):
            hashes[file.name] = unit.record.sha256
            same.append(replace(unit, touched_ns=file.touched_ns))
        else:
            new.append(file)
    kept = {u.name for u in same}
    twins = _twins(present, new, hashes)
    # A file whose twin has gone or changed is told anew, for now it may be the one whose rows count.
    stale = {u.name for u in same if (u.counts.excluded.get(SAME_FILE, 0) > 0) != (u.name in twins)}
    new += [f for f in present if f.name in stale]
    gone = [u for name, u in known.items() if name not in kept or name in stale]
    order = {f.name: i for i, f in enumerate(present)}
    new.sort(key=lambda f: order[f.name])
    return Changes(tuple(new), tuple(gone), tuple(u for u in same if u.name not in stale), twins)


def _unchanged(unit: Unit, record: FileRecord, file: Present, hashes: dict[str, str]) -> bool:
    if record.bytes != file.bytes:
        return False
    if unit.touched_ns == file.touched_ns and file.touched_ns + _TICK_NS < unit.read_ns:
        return True
    hashes[file.name] = sha256(file)
    return hashes[file.name] == record.sha256


def _twins(present: Sequence[Present], new: Sequence[Present], hashes: dict[str, str]) -> dict[str, str]:
    """Files with the same bytes as one before them (in the order of the patterns). Only files of one size are read."""
    sizes: dict[int, list[Present]] = {}
    for file in present:
        sizes.setdefault(file.bytes, []).append(file)
    fresh = {f.name for f in new}
    first: dict[tuple[str, str | None], str] = {}
    found: dict[str, str] = {}
    for file in present:
        group = sizes[file.bytes]
        if len(group) == 1 or file.bytes == 0 or not any(f.name in fresh or f.name in hashes for f in group):
            continue
        digest = hashes.setdefault(file.name, sha256(file))
        if (digest, file.sheet) in first:  # sheets of one workbook share its bytes and are no twins
            found[file.name] = first[digest, file.sheet]
        first.setdefault((digest, file.sheet), file.name)
    return found


def sha256(file: Present) -> str:
    """The SHA-256 of a file's bytes."""
    try:
        with file.path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        raise CustrataError(Problem("E-FILE-002", file.name, {"reason": error.strerror or str(error)})) from error
