"""The steps of an import that a person goes through: look at files, correct the guess, write it into a scheme.

On top of `init`: the same guess and the same writer. What `init` asks one question after the other is data here, so
that each step can be a process of its own and going back loses nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.edit import with_value
from custrata.core.scheme.loader import FILE_NAMES, find
from custrata.core.scheme.model import Scheme
from custrata.core.scheme.sources import Orders
from custrata.core.scheme.yaml import read
from custrata.locale import LANGS, Lang
from custrata.usecases.init import Draft, look, write
from custrata.usecases.init_add import add_files
from custrata.usecases.init_back import keep_after, keep_before
from custrata.usecases.init_choices import Choices, as_of_of, settle
from custrata.usecases.init_files import literal
from custrata.usecases.init_findings import findings
from custrata.usecases.init_fits import fits
from custrata.usecases.init_how import hows_of
from custrata.usecases.init_look import Seen
from custrata.usecases.init_overlap import with_those
from custrata.usecases.init_yaml import Spelling
from custrata.usecases.ports import EngineFactory, Progress, silent
from custrata.usecases.scheme_file import scheme_text
from custrata.usecases.workspace import Workspace, replace_file

DATA = "data"
_LONGEST_NAME = 80


@dataclass(frozen=True)
class Taken:
    """What became of the files: the scheme that now reads them, which sources they joined or made (name → whether the
    source is new), and where an older scheme was kept."""

    scheme: Path
    lang: Lang
    sources: Mapping[str, bool]
    kept: Path | None


def has_scheme(folder: Path) -> bool:
    """Whether a folder holds a scheme already."""
    return any((folder / name).is_file() for name in FILE_NAMES)


def analyse(
    files: Sequence[str], base: Path, engine_for: EngineFactory, choices: Choices, folder: Path,
    progress: Progress = silent, seen: Seen = lambda _: None,
) -> dict[str, Any]:  # fmt: skip
    """What the files (names in `base`) hold, what a person said of it being said already, in every language; and what
    the scheme in `folder`, if there is one, would make of them. `seen` is told how each of them lies there.

    JSON: `{zh: findings, en: findings, fits: {title: {source, new, problems}}}`. Errors: those of `init.look`;
    E-WEB-043.
    """
    hows = hows_of(choices)
    with look([literal(f) for f in files], base, engine_for, progress=progress, hows=hows, seen=seen) as draft:
        everything: dict[str, list[dict[str, Any]]] = {}
        left_out = {t: c for t, c in (choices.get("tables") or {}).items() if c.get("leave_out")}
        if left_out:  # they are shown all the same, so that they can be taken in again
            titles = {t.export.title for t in draft.tables}
            for lang in LANGS:
                kept = Draft([t for t in draft.tables if t.export.title in left_out.keys() & titles], [])
                everything[lang] = findings(kept, lang)["tables"]
        settle(draft, choices)
        told: dict[str, Any] = {}
        for lang in LANGS:
            found = findings(draft, lang)
            for table in everything.get(lang, ()):
                found["tables"].append(table | {"left_out": True})
            told[lang] = found
        if has_scheme(folder):
            scheme = Scheme.load(folder)
            told["fits"] = {t.export.title: fits(scheme, t) for t in draft.tables}
            for i, each in enumerate(draft.tables):
                config = scheme.sources.config(told["fits"][each.export.title]["source"])
                again = with_those(each, config, folder, files) if isinstance(config, Orders) else []
                for lang in LANGS:
                    told[lang]["tables"][i]["overlaps"] += [o.text(lang) for o in again]
            for lang in LANGS:  # the sales that a scheme has need not come again
                told[lang]["problems"] = [p for p in told[lang]["problems"] if p["code"] != "E-INIT-006"]
        return told


def take(
    files: Sequence[tuple[str, bool]], base: Path, folder: Path, engine_for: EngineFactory, choices: Choices,
    lang: Lang, *, anew: bool = False, progress: Progress = silent, keep: Path | None = None,
) -> Taken:  # fmt: skip
    """Puts files (name in `base`, whether it may take the place of one of that name) into the folder's `data/` and lets
    its scheme read them: a new scheme where there is none or `anew`, else the sources that they fit, or new sources.

    What was before is kept in the folder `keep`, so that the import can be taken back (`init_back`).

    All or nothing: where anything is wrong, the folder is as it was. Errors: those of `look`, `settle` and `write`;
    E-WEB-044 where a table fits no source and its kind is there already.
    """
    if keep is not None:
        text = scheme_text(Workspace.at(folder)) if has_scheme(folder) else None
        there = {n: folder / DATA / n for n, replaces in files if replaces}
        keep_before(keep, text, {n: file for n, file in there.items() if file.is_file()}, base)
    with _placed(files, base, folder / DATA) as undo:
        names, hows = [literal(n) for n, _ in files], hows_of(choices)
        with look(names, folder / DATA, engine_for, progress=progress, hows=hows) as draft:
            settle(draft, choices)
            if not draft.tables:
                raise CustrataError(Problem("E-WEB-119", "", {}))
            if has_scheme(folder) and not anew:
                kept = None
                before = find(folder).read_bytes()
                scheme, sources = add_files(folder, draft)
                undo.append(lambda: scheme.write_bytes(before))
            else:
                done = write(draft, folder, lang, force=anew)
                scheme, kept = done.file, done.kept
                sources = {t.source: True for t in draft.tables}
                undo.append(lambda: _back(scheme, kept))
                _say_head(scheme, choices)
        if keep is not None:
            keep_after(keep, scheme_text(Workspace.at(folder)), [n for n, _ in files], folder / DATA)
        undo.clear()
    return Taken(scheme, Scheme.load(scheme).lang, sources, kept)


@contextmanager
def _placed(files: Sequence[tuple[str, bool]], base: Path, data: Path) -> Iterator[list[Any]]:
    """The files in `data/` while the context lasts, and for good if it ends well: unless the list it gives is empty
    then, everything in it is called, and files that were there are there again."""
    data.mkdir(parents=True, exist_ok=True)
    undo: list[Any] = []
    try:
        for name, replaces in files:
            undo.append(_put(base / name, data / name, replaces))
        yield undo
    finally:
        for step in reversed(undo):
            step()
        for kept in data.glob(".*.before"):
            with suppress(OSError):
                kept.unlink()


def _put(source: Path, target: Path, replaces: bool) -> Any:
    """Copies a file in one step; gives what undoes it."""
    part, before = target.with_name(f".{target.name}.part"), target.with_name(f".{target.name}.before")
    there = target.exists()
    if there and not replaces:
        raise CustrataError(Problem("E-WEB-045", target.name, {}))
    shutil.copyfile(source, part)
    if there:
        target.replace(before)
    part.replace(target)

    def undone() -> None:
        target.unlink(missing_ok=True)
        if there:
            before.replace(target)

    return undone


def _back(scheme: Path, kept: Path | None) -> None:
    scheme.unlink(missing_ok=True)
    if kept is not None:
        kept.replace(scheme)


def _say_head(file: Path, choices: Choices) -> None:
    """Writes what was chosen for the whole company into a scheme that was just written: its name, the as-of date."""
    said = before = file.read_text("utf-8")
    data = read(said, file.name).data
    name = " ".join(str(choices.get("name") or "").split())[:_LONGEST_NAME]
    if name:
        said = with_value(said, (next(k for k in ("scheme", "方案") if k in data),), name)
    if choices.get("as_of"):
        chosen, key = as_of_of(choices), next(k for k in ("as_of", "基准日") if k in data)
        lang: Lang = "en" if key == "as_of" else "zh"
        said = with_value(said, (key,), Spelling(lang).value(chosen) if isinstance(chosen, str) else chosen)
    if said != before:
        Scheme.parse(said, file.name)
        replace_file(file, said)
