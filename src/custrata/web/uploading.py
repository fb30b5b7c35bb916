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
    """The files of the field `files`. E-WEB-047 where there are none, too many, or one is larger than may be."""
    files = request.FILES.getlist("files")
    good = [f for f in files if not getattr(f, "too_large", False) and f.size]
    if not files or len(good) < len(files) or len(files) > MOST_FILES:
        raise nothing_came()
    yield from good


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
    """A name that ends as a table does. E-WEB-047 for one that does not: what is in a file decides how it is read, and
    its name whether it is one of ours at all."""
    if not name.lower().endswith(ENDINGS):
        raise nothing_came()
    return name


def nothing_came() -> CustrataError:
    return CustrataError(Problem("E-WEB-047", "", {"most": LARGEST_MB}))
