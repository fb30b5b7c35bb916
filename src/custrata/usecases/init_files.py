"""How a scheme refers to the files that it is made from: below its folder by path, others as copies in `data/`."""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from custrata.sources.files.find import find_files

_DATA = "data"


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
    alike = takewhile(lambda signs: len(set(signs)) == 1, zip(*(f.name for f in files), strict=False))
    start = "".join(signs[0] for signs in alike).rstrip("0123456789")
    glob = (files[0].parent / f"{start}*{files[0].suffix}").as_posix()
    plain = start and not set("[]?*") & set(files[0].parent.as_posix() + start)
    if plain and {p.resolve() for p in find_files([glob], folder)} == {(folder / f).resolve() for f in files}:
        return [glob]
    return names
