"""What a browser sent, on the way to where it is kept: names made safe, sizes told, nothing opened."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.web.imports import ENDINGS, free_name, safe_name
from custrata.web.page import Request
from custrata.web.uploads import LARGEST_MB

#: Files of one request.
MOST_FILES = 30


def sent(request: Request) -> Iterator[Any]:
    """The files of the field `files`. Each that cannot be taken is told: E-WEB-115 it is empty, E-WEB-116 larger than
    may be, E-WEB-117 no table by its name; E-WEB-047 where none came, E-WEB-118 where there are too many."""
    files = request.FILES.getlist("files")
    if not files:
        raise CustrataError(Problem("E-WEB-047", "", {"most": LARGEST_MB}))
    if len(files) > MOST_FILES:
        raise CustrataError(Problem("E-WEB-118", "", {"n": len(files), "most": MOST_FILES}))
    found = [p for f in files if (p := _refused(f)) is not None]
    if found:
        raise CustrataError(*found)
    yield from files


def _refused(file: Any) -> Problem | None:
    name = safe_name(file.name)
    if getattr(file, "too_large", False):
        return Problem("E-WEB-116", "", {"name": name, "most": LARGEST_MB})
    if not file.size:
        return Problem("E-WEB-115", "", {"name": name})
    return None if _is_table(name) else Problem("E-WEB-117", "", {"name": name})


def received(request: Request, folder: Path) -> list[Path]:
    """The files of the request, copied into a folder under names that are free there."""
    files = list(sent(request))
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for file in files:
        name = free_name(with_ending(safe_name(file.name)), set(), folder)
        put(file, folder / name)
        made.append(folder / name)
    return made


def put(file: Any, target: Path) -> None:
    """Copies what was sent; nothing half is left behind."""
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("wb") as out:
            shutil.copyfileobj(file, out, 1 << 20)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def with_ending(name: str) -> str:
    """A name that ends as a table does. E-WEB-117 for one that does not: what is in a file decides how it is read, and
    its name whether it is one of ours at all."""
    if not _is_table(name):
        raise CustrataError(Problem("E-WEB-117", "", {"name": name}))
    return name


def _is_table(name: str) -> bool:
    return name.lower().endswith(ENDINGS)
