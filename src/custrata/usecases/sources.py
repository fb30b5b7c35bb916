"""The sources of a scheme, opened: files as they lie, tables of databases as they are now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from custrata.core.errors import CustrataError, Problem
from custrata.core.scan import FileRecord, Opened
from custrata.core.scheme.model import Scheme
from custrata.sources.files.open import open_files
from custrata.sources.files.spec import FileSpec, idle


def open_sources(
    scheme: Scheme, base: Path, scratch: Path, without: Collection[str] = (), only: Collection[str] | None = None
) -> dict[str, Opened]:  # fmt: skip
    """Opens the sources of a scheme but those in `without`, or `only` some of them, each by its name; what is wrong
    with any of them is told at once."""
    if not scheme.sources.told and "orders" not in without and (only is None or "orders" in only):
        raise CustrataError(Problem("E-DATA-001", scheme.path.name if scheme.path else "scheme", {}))
    if scheme.sources.erp is not None:
        from custrata.usecases.erps import with_erp

        scheme = with_erp(scheme, base, scratch)
    opened: dict[str, Opened] = {}
    problems: list[Problem] = []
    configs = {
        name: config for name, config in scheme.sources.named().items()
        if name not in without and (only is None or name in only)
    }  # fmt: skip
    tables = {name: c for name, c in configs.items() if c.database is not None}
    if tables:
        from custrata.sources.databases.open import read_databases
        from custrata.usecases.load.databases import spec_of

        try:
            specs = {name: spec_of(name, c) for name, c in tables.items()}
            read = read_databases(specs, lambda *_: None, scratch, base=base)
            opened |= {name: one.opened for name, one in read.items()}
        except CustrataError as error:
            problems.extend(error.problems)
    for name, config in configs.items():
        if not config.file:
            continue
        spec = FileSpec(
            patterns=list(config.file), sheet=config.sheet, encoding=config.encoding,
            delimiter=config.delimiter, header=config.header, header_lines=config.header_lines, by_file=config.by_file,
        )  # fmt: skip
        try:
            found = open_files(spec, base, scratch)
            names = [f.path for f in found.files if isinstance(f, FileRecord)]
            forms = idle(config.by_file, names, f"sources.{name}.by_file")
            opened[name] = replace(found, notes=(*found.notes, *forms))
        except CustrataError as error:
            problems.extend(error.problems)
    if problems:
        raise CustrataError(*problems)
    return {name: opened[name] for name in configs if name in opened}
