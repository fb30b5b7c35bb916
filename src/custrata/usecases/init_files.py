"""How a scheme refers to the files that it is made from: below its folder by path, others as copies in `data/`."""

from __future__ import annotations

import filecmp
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from custrata.core.errors import CustrataError
from custrata.sources.files.find import find_files

_DATA = "data"
#: A year, or a year and what is a part of it, in the name of a file: 2024, 202405, 2024-05-31, 2024年5月, 2024Q1.
_PERIOD = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?:[-_.年]?(?:[Qq][1-4]|0?[1-9]|1[0-2]|[0-3]\d)(?:[-_.月]?[0-3]?\d)?)?[月日季度年]*(?!\d)"
)


def literal(name: str) -> str:
    """A file name as a pattern that means it and no other."""
    return re.sub(r"([\[*?])", r"[\1]", name)


def placed(paths: Sequence[Path], folder: Path) -> tuple[list[Path], list[Path]]:
    """The files where a scheme in `folder` finds them, and those of them that are copies made now.

    A file outside is copied to `data/` of the folder; one of the same name and other content there is left alone, and
    the copy gets a number.
    """
    home = folder.resolve()
    found, copies = [], []
    for path in paths:
        if path.resolve().is_relative_to(home):
            found.append(path.resolve().relative_to(home))
            continue
        target = _free(home / _DATA, path)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
            copies.append(target)
        found.append(target.relative_to(home))
    return found, copies


def _free(folder: Path, path: Path) -> Path:
    """Where the copy may stand: a free name, or the name of the very same file."""
    target, n = folder / path.name, 1
    while target.exists() and not (target.is_file() and filecmp.cmp(path, target, shallow=False)):
        n += 1
        target = folder / f"{path.stem}-{n}{path.suffix}"
    return target


def pattern(files: Sequence[Path], folder: Path) -> list[str]:
    """The files as `file:` names them: one glob where it means these files and no other, else each of them.

    >>> pattern([Path("data/a.csv")], Path("/nowhere"))
    ['data/a.csv']
    """
    names = [f.as_posix() for f in files]
    if len(files) == 1 or len({(f.parent, f.suffix) for f in files}) > 1:
        return names
    start = _common([f.name for f in files]).rstrip("0123456789")
    end = _common([f.stem[::-1] for f in files])[::-1].lstrip("0123456789")
    # What is the same at the end (2023销售, 2024销售) counts where the beginning is not enough.
    here = {(folder / f).resolve() for f in files}
    globs = (_glob(files[0], start, tail) for tail in ("", end))
    return next(([glob] for glob in globs if glob and _found(glob, folder) == here), names)


@dataclass(frozen=True)
class Periods:
    """A glob that means files of other periods too, and `others`, those of them in the folder that are not read."""

    glob: str
    others: tuple[Path, ...]


def periods(files: Sequence[Path], folder: Path) -> Periods | None:
    """What to write in place of the single names of files of which each is called by its period, so that later ones are
    read as well; null where they are called otherwise, or already by one glob.

    >>> periods([Path("销售_2024-05.csv")], Path("/nowhere")).glob, periods([Path("a1.csv")], Path("/nowhere"))
    ('销售_*.csv', None)
    """
    named = pattern(files, folder)
    if "*" in "".join(named):
        return None
    around = {(f.parent, *_PERIOD.split(f.stem, maxsplit=1), f.suffix) for f in files}
    if len(around) != 1 or not _PERIOD.search(files[0].stem):
        return None
    _, start, end, _ = around.pop()
    glob = _glob(files[0], str(start), str(end))
    if not glob:
        return None
    here = {(folder / f).resolve() for f in files}
    others = sorted(found for found in _found(glob, folder) - here)
    return Periods(glob, tuple(p.relative_to(folder.resolve()) for p in others if p.is_relative_to(folder.resolve())))


def _glob(file: Path, start: str, end: str) -> str:
    """The glob of files that are called alike at the beginning and the end; empty where there is none."""
    if not start + end or set("[]?*") & set(file.parent.as_posix() + start + end):
        return ""
    return (file.parent / f"{start}*{end}{file.suffix}").as_posix()


def _common(texts: Sequence[str]) -> str:
    """What all texts begin with."""
    return "".join(signs[0] for signs in takewhile(lambda signs: len(set(signs)) == 1, zip(*texts, strict=False)))


def _found(glob: str, folder: Path) -> set[Path]:
    try:
        return {p.resolve() for p in find_files([glob], folder)}
    except CustrataError:
        return set()
