"""The ledger of merges and splits on disk: `.custrata/identity/ledger.jsonl`, one JSON object a line, oldest first.

Lines are only ever added, each under the next number. A new file with the old lines and the new ones takes the place of
the old in one step, under the workspace's writer lock, so a kill leaves the one or the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from custrata.core.errors import CustrataError, Problem
from custrata.core.identity.ledger import Entry, WhoIsWho, who_is_who
from custrata.core.identity.levels import LinkModel
from custrata.usecases.ports import Clock
from custrata.usecases.workspace import Workspace, replace_file

#: What a new entry says; number and moment are added when it is written, and who decides where it does not say.
Draft = dict[str, Any]


def ledger_file(workspace: Workspace) -> Path:
    return workspace.home / "identity" / "ledger.jsonl"


def model_file(workspace: Workspace) -> Path:
    """The fitted model of the last merges by rule."""
    return workspace.home / "identity" / "model.json"


def read_ledger(workspace: Workspace) -> list[Entry]:
    """All entries; none where nothing was ever decided. A line that is none is E-ID-002, with its number."""
    path = ledger_file(workspace)
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise CustrataError(Problem("E-ID-002", str(path), {"line": "", "why": str(error)})) from error
    entries: list[Entry] = []
    for number, line in enumerate(lines, 1):
        try:
            entry = Entry.model_validate_json(line)
            _check(entry, entries)
        except (ValidationError, ValueError) as error:
            why = str(error).splitlines()[0]
            raise CustrataError(Problem("E-ID-002", f"{path}:{number}", {"line": number, "why": why})) from error
        entries.append(entry)
    return entries


def _check(entry: Entry, before: Sequence[Entry]) -> None:
    if entry.seq != len(before) + 1:
        raise ValueError(f"seq {entry.seq}")
    if entry.verb == "undo" and not (entry.of and entry.of < entry.seq):
        raise ValueError(f"of {entry.of}")
    if entry.verb == "merge" and not entry.survivor:
        raise ValueError("survivor")


def record(
    workspace: Workspace, clock: Clock, who: str, draft: Callable[[Sequence[Entry]], Sequence[Draft]],
    model: LinkModel | None = None,
) -> list[Entry]:  # fmt: skip
    """Writes what `draft` makes of the entries so far and gives the new entries.

    Nothing is written if two customers that a person keeps apart would become one (E-ID-006), or if there is nothing to
    write. Moments never run backwards in a ledger: a clock that does gives the last moment again.
    """
    with workspace.writing(clock()):
        entries = read_ledger(workspace)
        drafts = draft(entries)
        moment = max([clock(), *(e.at for e in entries[-1:])])
        new = [Entry(**{"seq": len(entries) + i, "at": moment, "who": who, **d}) for i, d in enumerate(drafts, 1)]
        if new:
            _refuse(who_is_who([*entries, *new]), workspace)
            _write(ledger_file(workspace), [*entries, *new])
        if model is not None:
            replace_file(model_file(workspace), json.dumps(model.model_dump(mode="json"), indent=1))
    return new


def _refuse(after: WhoIsWho, workspace: Workspace) -> None:
    wrong = after.contradictions()
    if wrong:
        values = {"a": wrong[0][0], "b": wrong[0][1]}
        raise CustrataError(Problem("E-ID-006", str(ledger_file(workspace)), values))


def _write(path: Path, entries: Sequence[Entry]) -> None:
    replace_file(path, "".join(e.model_dump_json(exclude_defaults=True) + "\n" for e in entries))


def state(workspace: Workspace, at: datetime | None = None) -> WhoIsWho:
    """Who is who now, or at a moment."""
    return who_is_who(read_ledger(workspace), at)
