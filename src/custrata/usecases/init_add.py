"""Files for a workspace that has a scheme already: which of its sources they belong to, and how the scheme is told.

The text of the scheme is changed in as few lines as can be, so that what a person wrote stays; the changed text is
read again before it is kept, and must say of everything else what it said before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.columns import CANONICAL
from custrata.core.scheme.edit import with_value
from custrata.core.scheme.loader import find
from custrata.core.scheme.model import Scheme
from custrata.core.scheme.source import Source
from custrata.core.scheme.yaml import read
from custrata.locale import LANGS, Lang, source_title
from custrata.sources.files.find import find_files
from custrata.usecases.init import Draft
from custrata.usecases.init_files import pattern
from custrata.usecases.init_sources import source_lines
from custrata.usecases.init_table import Table
from custrata.usecases.workspace import replace_file


def fits(scheme: Scheme, table: Table) -> dict[str, Any]:
    """Where a table belongs: `source`, whether that is `new` to the scheme, and the `lacking` headers that a source of
    its kind reads and the table does not have (then it belongs nowhere)."""
    same = {name: c for name, c in scheme.sources.named().items() if name.partition(".")[0] == table.kind and c.told}
    if not same:
        return {"source": table.source, "new": True, "lacking": []}
    lacking: dict[str, list[str]] = {name: _lacking(name, config, table) for name, config in same.items()}
    best = min(lacking, key=lambda name: (len(lacking[name]), name))
    if scheme.sources.erp is not None or not same[best].file:
        return {"source": best, "new": False, "lacking": [], "database": True}
    return {"source": best, "new": False, "lacking": lacking[best]}


def _lacking(name: str, config: Source, table: Table) -> list[str]:
    there = {h.casefold() for h in table.profiles}
    wanted = list(config.columns.values())
    if not wanted:  # headers are looked for under the names of the columns themselves
        wanted = [c.name for c in CANONICAL[name.partition(".")[0]] if c.required]
    found = [h for h in wanted if h.casefold() not in there]
    if not found and not _same_sheet(config, table):
        return [f"[{config.sheet if config.sheet is not None else 1}]"]
    if not found and config.header != table.export.files[0].row:
        return [f"#{config.header}"]
    return found


def _same_sheet(config: Source, table: Table) -> bool:
    """Whether a source would read this sheet of a workbook; text files and Parquet have none."""
    there = table.export.sheet
    if table.export.files[0].raw.format in ("csv", "parquet"):
        return config.sheet is None
    if config.sheet is None or isinstance(config.sheet, int):
        wanted = 1 if config.sheet is None else config.sheet
        titles = table.export.files[0].titles
        return (there is None and wanted == 1) or (0 < wanted <= len(titles) and there == titles[wanted - 1])
    same = list(config.sheet) if isinstance(config.sheet, tuple) else config.sheet
    return same == there or (there is None and same in table.export.files[0].titles[:1])


def add_files(folder: Path, draft: Draft) -> tuple[Path, dict[str, bool]]:
    """Tells the scheme of a folder of the files of a draft, which lie in the folder. Gives the scheme's file and the
    sources (name → whether it is new). E-WEB-044 where a table fits nowhere; E-WEB-046 where the scheme's text cannot
    be changed without changing more than that."""
    file = find(folder)
    scheme = Scheme.load(file)
    said = before = file.read_text("utf-8-sig")
    problems: list[Problem] = []
    sources: dict[str, bool] = {}
    for table in draft.tables:
        place = fits(scheme, table)
        if place["lacking"] or place.get("database"):
            values: dict[str, Any] = {each: source_title(place["source"], each) for each in LANGS}
            values["lacking"] = ", ".join(place["lacking"]) or "–"
            problems.append(Problem("E-WEB-044", table.export.title, values))
            continue
        paths = [f.path.resolve().relative_to(folder.resolve()) for f in table.export.files]
        sources[place["source"]] = bool(place["new"])
        if place["new"]:
            said = _with_source(said, table, pattern(list(dict.fromkeys(paths)), folder), scheme.lang)
            continue
        config = scheme.sources.config(place["source"])
        read_already = {p.resolve() for p in _found(config.file, folder)}
        more = [p.as_posix() for p in dict.fromkeys(paths) if (folder / p).resolve() not in read_already]
        if more:
            said = _with_files(said, place["source"], config, more, file)
    if problems:
        raise CustrataError.all(problems)
    if said != before:
        _require_same(Scheme.parse(said, file.name), scheme, sources, file)
        replace_file(file, said)
    return file, sources


def _found(patterns: Sequence[str], folder: Path) -> list[Path]:
    try:
        return find_files(list(patterns), folder)
    except CustrataError:
        return []


def _with_files(said: str, source: str, config: Source, more: Sequence[str], file: Path) -> str:
    """The text with further files under `file:` of a source."""
    data = read(said, file.name).data
    base, _, part = source.partition(".")
    for path in _spelled(data, base, part):
        there = _at(data, path)
        if not isinstance(there, dict):  # `customers: data/members.csv` is short for its file
            return with_value(said, path, [*config.file, *more])
        key = next((k for k in ("file", "文件") if k in there), None)
        if key is not None:
            return with_value(said, (*path, key), [*config.file, *more])
    raise CustrataError(Problem("E-WEB-046", file.name, {"file": ", ".join(more)}))


def _spelled(data: Any, base: str, part: str) -> list[tuple[str, ...]]:
    """The paths under which a source may stand, in either language."""
    from custrata.core.scheme.sources import Sources

    zh = {english: chinese for chinese, english in Sources.chinese_keys().items()}
    found = []
    for top in ("sources", "数据源"):
        for name in (base, zh.get(base, base)):
            path = (top, name, *([part] if part else []))
            if _at(data, path):
                found.append(path)
    return found


def _at(data: Any, path: Sequence[str]) -> Any:
    for key in path:
        data = data.get(key, {}) if isinstance(data, dict) else {}
    return data


def _with_source(said: str, table: Table, files: Sequence[str], lang: Lang) -> str:
    """The text with one more source, before all others."""
    assert lang in LANGS
    lines = said.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if re.match(r"(sources|数据源)\s*:\s*(#.*)?$", line):
            below = (x for x in lines[number + 1 :] if x.strip() and not x.lstrip().startswith("#"))
            deep = next((len(x) - len(x.lstrip(" ")) for x in below), 2)
            made = "".join(f"{_shifted(x, deep - 2)}\n" for x in source_lines(table, files, lang))
            return "".join([*lines[: number + 1], made, *lines[number + 1 :]])
    raise CustrataError(Problem("E-WEB-046", "scheme", {"file": ", ".join(files)}))


def _shifted(line: str, by: int) -> str:
    return " " * by + line if by >= 0 else line[-by:]


def _require_same(after: Scheme, before: Scheme, sources: dict[str, bool], file: Path) -> None:
    """E-WEB-046 where the change changed anything but the files of the sources and the new sources."""
    was, now = before.sources.named(), after.sources.named()
    for name, config in was.items():
        expected = config if name not in sources else config.model_copy(update={"file": now[name].file})
        if name not in now or now[name] != expected or not set(config.file) <= set(now[name].file):
            raise CustrataError(Problem("E-WEB-046", file.name, {"file": name}))
    if set(now) - set(was) - set(sources) or after.metrics.keys() != before.metrics.keys():
        raise CustrataError(Problem("E-WEB-046", file.name, {"file": ""}))
