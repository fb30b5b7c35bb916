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
from custrata.core.scheme.edit import with_value
from custrata.core.scheme.loader import find
from custrata.core.scheme.model import Scheme
from custrata.core.scheme.yaml import read
from custrata.locale import LANGS, Lang, source_title
from custrata.sources.files.find import find_files
from custrata.usecases.init import Draft
from custrata.usecases.init_fits import fits, lacking_of, own_form
from custrata.usecases.init_sources import Files, files_of, source_lines
from custrata.usecases.init_table import Table
from custrata.usecases.init_yaml import Spelling
from custrata.usecases.workspace import replace_file


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
        paths = list(dict.fromkeys(f.path.resolve().relative_to(folder.resolve()) for f in table.export.files))
        sources[place["source"]] = bool(place["new"])
        if place["new"]:
            said = _with_source(said, table, files_of(table, paths, folder), scheme.lang)
            continue
        said = _with_table(said, place, scheme, table, paths, file)
        for name in _beside(place["source"], scheme, table):
            sources.setdefault(name, False)
            said = _with_table(said, {"source": name, "more": {}}, scheme, table, paths, file)
    if problems:
        raise CustrataError.all(problems)
    if said != before:
        _require_same(Scheme.parse(said, file.name), scheme, sources, file)
        replace_file(file, said)
    return file, sources


def _beside(source: str, scheme: Scheme, table: Table) -> list[str]:
    """Other sources that read the very files of a source, as customers are read from sales, and can read the table."""
    named = scheme.sources.named()
    files = named[source].file
    return [n for n, c in named.items() if n != source and c.file and c.file == files and not lacking_of(n, c, table)]


def _with_table(
    said: str, place: dict[str, Any], scheme: Scheme, table: Table, paths: Sequence[Path], file: Path
) -> str:  # fmt: skip
    """The text with a table under a source that it has: its files, how they are read, what else is read."""
    source, folder = place["source"], file.parent
    config = scheme.sources.config(source)
    read_already = {p.resolve() for p in _found(config.file, folder)}
    more = [p.as_posix() for p in paths if (folder / p).resolve() not in read_already]
    if more:
        said = with_files(said, source, [*config.file, *more], file.name)
    forms = own_form(config, table, files_of(table, paths, folder).names) or {}
    for name, form in forms.items():
        said = _with_option(said, source, "by_file", name, form.model_dump(exclude_none=True), scheme.lang, file)
    for column, header in place["more"].items():
        said = _with_option(said, source, "columns", column, header, scheme.lang, file)
    return said


def _with_option(
    said: str, source: str, option: str, key: str, value: Any, lang: Lang, file: Path
) -> str:  # fmt: skip
    """The text with an entry of a mapping of a source, in the language that the scheme writes its keys in."""
    data = read(said, file.name).data
    base, _, part = source.partition(".")
    for path in _spelled(data, base, part):
        there = _at(data, path)
        if not isinstance(there, dict):
            said = with_value(said, path, {"file": there})
            return _with_option(said, source, option, key, value, lang, file)
        spelling = Spelling("zh" if path[0] == "数据源" or Spelling("zh").key("file") in there else "en")
        spelled = next((k for k in (option, Spelling("zh").key(option)) if k in there), spelling.key(option))
        if option == "columns":
            key = spelling.column(base, key)
        told = {spelling.key(k): v for k, v in value.items()} if isinstance(value, dict) else value
        return with_value(said, (*path, spelled, key), told)
    raise CustrataError(Problem("E-WEB-046", file.name, {"file": key}))


def _found(patterns: Sequence[str], folder: Path) -> list[Path]:
    try:
        return find_files(list(patterns), folder)
    except CustrataError:
        return []


def with_files(said: str, source: str, paths: Sequence[str], name: str) -> str:
    """The text of a scheme (in a file of that name) with these files under `file:` of a source. E-WEB-046 where the
    source's place cannot be found."""
    data = read(said, name).data
    base, _, part = source.partition(".")
    for path in _spelled(data, base, part):
        there = _at(data, path)
        if not isinstance(there, dict):  # `customers: data/members.csv` is short for its file
            return with_value(said, path, [*paths])
        key = next((k for k in ("file", "文件") if k in there), None)
        if key is not None:
            return with_value(said, (*path, key), [*paths])
    raise CustrataError(Problem("E-WEB-046", name, {"file": ", ".join(paths)}))


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


def _with_source(said: str, table: Table, files: Files, lang: Lang) -> str:
    """The text with one more source, before all others."""
    assert lang in LANGS
    lines = said.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if re.match(r"(sources|数据源)\s*:\s*(#.*)?$", line):
            below = (x for x in lines[number + 1 :] if x.strip() and not x.lstrip().startswith("#"))
            deep = next((len(x) - len(x.lstrip(" ")) for x in below), 2)
            made = "".join(f"{_shifted(x, deep - 2)}\n" for x in source_lines(table, files, lang))
            return "".join([*lines[: number + 1], made, *lines[number + 1 :]])
    raise CustrataError(Problem("E-WEB-046", "scheme", {"file": ", ".join(files.patterns)}))


def _shifted(line: str, by: int) -> str:
    return " " * by + line if by >= 0 else line[-by:]


def _require_same(after: Scheme, before: Scheme, sources: dict[str, bool], file: Path) -> None:
    """E-WEB-046 where the change changed anything but the files of the sources, what else is read of them, and the new
    sources."""
    was, now = before.sources.named(), after.sources.named()
    for name, config in was.items():
        there = now.get(name)
        if there is None:
            raise CustrataError(Problem("E-WEB-046", file.name, {"file": name}))
        grown = {k: getattr(there, k) for k in ("file", "by_file", "columns")} if name in sources else {}
        kept = (
            set(config.file) <= set(there.file)
            and config.columns.items() <= there.columns.items()
            and all(there.by_file.get(k) == form for k, form in config.by_file.items())
        )
        if there != config.model_copy(update=grown) or not kept:
            raise CustrataError(Problem("E-WEB-046", file.name, {"file": name}))
    if set(now) - set(was) - set(sources) or after.metrics.keys() != before.metrics.keys():
        raise CustrataError(Problem("E-WEB-046", file.name, {"file": ""}))
