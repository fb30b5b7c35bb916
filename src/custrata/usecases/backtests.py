"""Back-tests as a workspace keeps them: the newest says how far its predictions are to be trusted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from custrata.core.predict.backtest import Backtest, as_document, from_document
from custrata.usecases.workspace import Workspace, replace_file

if TYPE_CHECKING:
    from custrata.usecases.look import Result

_FOLDER = "backtests"
#: So many are kept; what was found long ago is of other customers.
_MOST = 20


def keep(workspace: Workspace, found: Backtest) -> Path:
    """Writes a back-test beside the earlier ones, of which the oldest go."""
    if found.at is None:
        raise ValueError("a back-test that is kept has its moment")
    folder = workspace.home / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{found.at.strftime('%Y%m%dT%H%M%S%f')}.json"
    replace_file(path, json.dumps(as_document(found), ensure_ascii=False, indent=1) + "\n")
    for old in _files(workspace.home)[_MOST:]:
        old.unlink(missing_ok=True)
    return path


def newest(home: Path) -> Backtest | None:
    """The latest back-test of a workspace, whose `.custrata` is `home`; null where there is none. A file that is no
    back-test (of another version, or cut off) counts as none, and the one before it is taken."""
    for path in _files(home):
        try:
            return from_document(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def of_result(result: Result) -> Backtest | None:
    """The latest back-test of the workspace that a published result lies in. It is of all customers: who sees some of
    them only is not told of it."""
    if result.folder is None or result.everybody is not None:
        return None
    return newest(result.folder.parent.parent)


def _files(home: Path) -> list[Path]:
    """From the newest back."""
    folder = home / _FOLDER
    return sorted(folder.glob("*.json"), reverse=True) if folder.is_dir() else []
