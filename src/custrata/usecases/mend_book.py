"""The mends of a workspace: `.custrata/mends.jsonl`, one JSON object a line, oldest first.

Lines are only ever added; the last one of a row holds. Who made a mend and when stays on record.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.mends import Mend
from custrata.usecases.workspace import Workspace, replace_file


class MendEntry(BaseModel):
    """One row mended. `values` has header → text for each cell that differs from the file's, null for an empty one;
    with none and not `left_out`, the row is as its file has it again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: datetime
    who: str
    source: str
    file: str
    sha256: str
    row: int
    values: dict[str, str | None] = {}
    left_out: bool = False

    @property
    def row_key(self) -> tuple[str, str, str, int]:
        return self.source, self.file, self.sha256, self.row

    def mend(self) -> Mend:
        return Mend(self.source, self.file, self.sha256, self.row, self.values, self.left_out)


def book_file(workspace: Workspace) -> Path:
    return workspace.home / "mends.jsonl"


def read_book(workspace: Workspace) -> list[MendEntry]:
    """All entries; none where nothing was ever mended. A line that is none is E-MEND-001, with its number."""
    path = book_file(workspace)
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise CustrataError(Problem("E-MEND-001", str(path), {"why": str(error)})) from error
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(MendEntry.model_validate_json(line))
        except (ValidationError, ValueError) as error:
            why = str(error).splitlines()[0]
            raise CustrataError(Problem("E-MEND-001", f"{path}:{number}", {"why": why})) from error
    return found


def in_force(entries: Sequence[MendEntry]) -> list[MendEntry]:
    """The last entry of each row, but those that undo an earlier one."""
    last = {e.row_key: e for e in entries}
    return [e for e in last.values() if e.values or e.left_out]


def mends_in_force(workspace: Workspace) -> list[Mend]:
    """What the book says now, whether or not the files are still as they were mended."""
    return [e.mend() for e in in_force(read_book(workspace))]


def add(workspace: Workspace, entries: Sequence[MendEntry]) -> None:
    """Writes further entries; under the workspace's writer lock. A kill leaves the old book or the new one."""
    every = [*read_book(workspace), *entries]
    replace_file(book_file(workspace), "".join(e.model_dump_json() + "\n" for e in every))
