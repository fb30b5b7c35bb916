"""Rows that a program sends become a file among the files of their source: whatever loads those, loads these.

So they are checked, counted, set aside, mended, audited and told of as any others, a run that is built anew reads them
again, and the books balance. What was sent stands on the disk as it was sent, once however often it is sent.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.columns import OPEN, SourceName, base_of, columns_for
from custrata.core.facts.posted import texts_of
from custrata.core.scheme.model import Scheme
from custrata.core.scheme.sources import Source, Sources
from custrata.core.scheme.write import flow
from custrata.sources.files.find import POSTED, find_files, shown_name
from custrata.sources.files.open import open_files
from custrata.sources.files.spec import FileSpec
from custrata.usecases.load.rows import file_spec
from custrata.usecases.posted_file import Ending, types_of, write
from custrata.usecases.workspace import Workspace, written

#: Rows of one request.
MOST = 10_000
_ENDINGS: Mapping[str, Ending] = {"csv": "csv", "parquet": "parquet"}


@dataclass(frozen=True)
class Posted:
    """What became of rows: the file in which they lie, and whether they came for the first time."""

    source: str
    file: str
    rows: int
    new: bool


@dataclass(frozen=True)
class _Files:
    """The files that a source has already: of what kind they are, and the columns of one of them (null: there is none
    yet)."""

    ending: Ending
    columns: tuple[str, ...] | None = None
    types: Any = None


def post(workspace: Workspace, source: SourceName, rows: Any, now: datetime, part: str = "") -> Posted:
    """Writes rows, given by canonical column names, as a file that the next load reads. `part` names the source where
    there are several of interactions.

    Errors: E-WEB-075 no rows or too many; E-WEB-070 the source is a database; E-WEB-071 the scheme does not read such
    files; E-WEB-078 another source would read them too; those of `texts_of`; E-WEB-076 they would not be read as they
    are; E-RUN-006 they cannot be written.
    """
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST:
        raise CustrataError(Problem("E-WEB-075", "", {"n": len(rows) if isinstance(rows, list) else 0, "most": MOST}))
    scheme = workspace.scheme()
    name, config = _source(scheme, source, part)
    with tempfile.TemporaryDirectory(prefix="custrata-") as folder, written(workspace.path):
        files = _files(config, workspace.path)
        _require_read(scheme, name, config, files.ending, workspace.path)
        headers = _headers(name, config, files)
        texts, problems = texts_of(name, rows, headers)
        cells, more = _cells(texts, headers, files.columns is not None, config)
        if problems or more:
            raise CustrataError(*(problems or more))
        columns = [c for c in dict.fromkeys(headers.values()) if c in cells]
        table = [list(row) for row in zip(*(cells[c] for c in columns), strict=True)]
        digest = hashlib.sha256(json.dumps([name, columns, table], ensure_ascii=False).encode()).hexdigest()[:20]
        target = workspace.path / POSTED
        if known := sorted(target.glob(f"{_stem(name)}-*-{digest}.{files.ending}")):
            return Posted(name, f"{POSTED}{known[0].name}", len(rows), new=False)
        file = Path(folder) / f"{_stem(name)}-{now.astimezone(UTC):%Y%m%d}-{digest}.{files.ending}"
        write(file, columns, table, config, name, files.types)
        _keep(file, target)
    return Posted(name, f"{POSTED}{file.name}", len(rows), new=True)


def pattern_of(source: str, ending: str) -> str:
    """The pattern by which a scheme reads the rows that are sent as a source.

    >>> pattern_of("orders", "csv")
    'data/posted/orders-*.csv'
    """
    return f"{POSTED}{_stem(source)}-*.{ending}"


def reads_posted(workspace: Workspace, scheme: Scheme, name: str) -> str:
    """'' where the scheme reads the rows that are sent as a source of files; else the pattern that it lacks. Raises
    E-WEB-078 where another source would read them."""
    config, base = scheme.sources.named()[name], workspace.path
    ending = _files(config, base).ending
    try:
        _require_read(scheme, name, config, ending, base)
    except CustrataError as error:
        if error.problems[0].code != "E-WEB-071":
            raise
        return pattern_of(name, ending)
    return ""


def _source(scheme: Scheme, source: str, part: str) -> tuple[str, Source]:
    """The source as the scheme calls it."""
    named = scheme.sources.named()
    parts = [n for n in named if n.startswith(f"{source}.")]
    name = f"{source}.{part}" if part else parts[0] if source not in named and len(parts) == 1 else source
    config = named.get(name)
    if config is not None and config.database is not None:
        raise CustrataError(Problem("E-WEB-070", name, {"source": name, "database": config.database}))
    if scheme.sources.erp is not None and (config is None or not config.told):
        raise CustrataError(Problem("E-WEB-070", name, {"source": name, "database": scheme.sources.database}))
    if config is None or not config.file:
        raise _unread(name, (), "csv")
    return name, config


def _files(config: Source, base: Path) -> _Files:
    """Looks at the smallest of the source's files: those that were sent only where there are no others."""
    found: list[Path] = []
    for own in (False, True):
        for pattern in (p for p in config.file if p.startswith(POSTED) == own and not found):
            try:
                found += find_files([pattern], base)
            except CustrataError:
                continue  # a load will tell of it
    if not found:
        ending = next((e for p in config.file for e in ("xlsx", "parquet") if p.endswith(f".{e}")), "csv")
        return _Files(ending)  # type: ignore[arg-type]
    least = min(found, key=lambda p: p.stat().st_size)
    told, its = least.stat(), file_spec(config, []).of(shown_name(least, base))
    sheet = its.sheet if isinstance(its.sheet, str | int | None) else tuple(its.sheet)
    lines = (its.header, its.header_lines)
    return _looked_at(least, told.st_mtime_ns, told.st_size, sheet, its.encoding, its.delimiter, lines)


@lru_cache(maxsize=64)
def _looked_at(
    path: Path, _changed: int, _size: int, sheet: Any, encoding: str, delimiter: str, header: tuple[int, int]
) -> _Files:  # fmt: skip
    """What a file of the source is; a large text is read through once, not with every batch."""
    spec = FileSpec([str(path)], sheet, encoding, delimiter, *header, hashed=False)
    with tempfile.TemporaryDirectory(prefix="custrata-") as scratch:
        opened = open_files(spec, path.parent, Path(scratch))
    ending = _ENDINGS.get(opened.files[0].format, "xlsx")
    return _Files(ending, tuple(opened.columns), types_of(path) if ending == "parquet" else None)


def _require_read(scheme: Scheme, name: str, config: Source, ending: Ending, base: Path) -> None:
    """Raises E-WEB-071 where the scheme does not read what is sent as a source, E-WEB-078 where another source does."""
    file = f"{POSTED}{_stem(name)}-20240101-0123456789abcdef0123.{ending}"
    if not any(_means(p, file, base) for p in config.file):
        raise _unread(name, config.file, ending)
    for other, its in scheme.sources.named().items():
        for pattern in its.file if other != name else ():
            if _means(pattern, file, base):
                raise CustrataError(Problem("E-WEB-078", name, {"source": name, "other": other, "pattern": pattern}))


def _unread(name: str, files: Sequence[str], ending: Ending) -> CustrataError:
    pattern = pattern_of(name, ending)
    read, part = [*files, pattern], name.partition(".")[2]
    base = name.removesuffix(f".{part}")
    chinese = next((zh for zh, own in Sources.chinese_keys().items() if own == base), base)
    values = {
        "source": name, "pattern": pattern,
        "line": flow({base: {part: {"file": read}} if part else {"file": read}}),
        "line_zh": flow({chinese: {part: {"文件": read}} if part else {"文件": read}}),
    }  # fmt: skip
    return CustrataError(Problem("E-WEB-071", f"sources.{name}", values))


def _means(pattern: str, file: str, base: Path) -> bool:
    """Whether a pattern of a scheme means a file of the workspace."""
    wanted = os.path.normcase(os.path.abspath(base / Path(pattern).expanduser()))  # noqa: PTH100 - links stay
    target = os.path.normcase(os.path.abspath(base / file))  # noqa: PTH100
    return _fits(Path(target).parts, Path(wanted).parts)


def _fits(parts: Sequence[str], patterns: Sequence[str]) -> bool:
    if not patterns or not parts:
        return not patterns and not parts
    if patterns[0] == "**":
        rest = patterns[1:] or ("*",)
        return any(_fits(parts[i:], rest) for i in range(len(parts)))
    return (parts[0] == patterns[0] or fnmatchcase(parts[0], patterns[0])) and _fits(parts[1:], patterns[1:])


def _headers(name: str, config: Source, files: _Files) -> dict[str, str]:
    """Column of a row → header in the file. Only what the source has is taken: a column more in one file would have all
    of them read under other columns."""
    there = files.columns
    found = dict(config.columns)
    for column in columns_for(name):
        if column.name not in found and (there is None or column.name in there):
            found[column.name] = column.name
    if base_of(name) in OPEN and not config.columns:
        found |= {h: h for h in there or () if h not in found.values() and not h.startswith("_")}
    return found


def _cells(
    texts: Sequence[Mapping[str, str]], headers: Mapping[str, str], whole: bool, config: Source
) -> tuple[dict[str, list[str]], list[Problem]]:  # fmt: skip
    """Header → the cells below it. `whole`: also headers of which no row says anything, since a file that lacks a
    column that others have cannot be loaded. Two columns may be read from one header: then they have to say the
    same."""
    comma = config.decimal == "comma"
    numbers = {c.name for c in columns_for(config.source_name()) if c.type in ("money", "number")} if comma else set()
    cells: dict[str, list[str]] = {}
    problems = []
    for column, header in headers.items():
        said = [row.get(column, "") for row in texts]
        if not whole and column not in config.columns and not any(said):
            continue
        said = [s.replace(".", ",") for s in said] if column in numbers else said
        if header not in cells:
            cells[header] = said
            continue
        for i, (a, b) in enumerate(zip(cells[header], said, strict=True)):
            if a and b and a != b:
                why = {"why": f"{a[:40]} ≠ {b[:40]} ({header})", "source": header}
                problems.append(Problem("E-WEB-076", f"row {i + 1} {column}", why))
            cells[header][i] = a or b
    return cells, problems[:100]


def _stem(source: str) -> str:
    """A source as part of a name of a file.

    >>> _stem("interactions.投诉/客诉")
    'interactions.投诉_客诉'
    """
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in source)


def _keep(file: Path, folder: Path) -> None:
    """Among the others in one step, on the disk before it is seen; nobody writes to it again."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{file.name}.part"
    try:
        with part.open("wb") as out:
            out.write(file.read_bytes())
            out.flush()
            os.fsync(out.fileno())
        part.chmod(0o444)
        part.replace(folder / file.name)
    finally:
        part.unlink(missing_ok=True)
