"""Files that people asked for by name: refused before any work is done, and whole or not there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from custrata.core.errors import CustrataError, Problem


def check_ending(path: Path, known: Sequence[str]) -> None:
    """Raises E-CLI-003 for a file that cannot be written: before any work is done."""
    ending = path.suffix.lower()
    if ending not in known:
        raise CustrataError(Problem("E-CLI-003", str(path), {"ending": ending, "known": ", ".join(known)}))


def place(path: Path, write: Callable[[Path], Any]) -> None:
    """The whole file or the one of before; `write` gets the path to write to. Raises E-RUN-006 where nothing can be
    written there."""
    # It takes longer to import than most files to write, and not every command writes one.
    from xlsxwriter.exceptions import FileCreateError as XlsxFileError

    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(part)
        part.replace(path)
    except (OSError, XlsxFileError) as error:
        values = {"why": getattr(error, "strerror", None) or str(error), "path": str(path.parent)}
        raise CustrataError(Problem("E-RUN-006", str(path), values)) from error
    finally:
        with suppress(OSError):
            part.unlink()
