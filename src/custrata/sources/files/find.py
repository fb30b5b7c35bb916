"""Decides which files a pattern means, and says where it looked when it means none."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path

from custrata.core.errors import CustrataError, Problem, did_you_mean


def find_files(patterns: Sequence[str], base: Path) -> list[Path]:
    """The files that the patterns name: pattern by pattern, within a glob sorted by name, each file once.

    A path that exists is taken as it stands, even if it holds `[` or `*`. Globs skip folders, hidden files and the
    lock files (`~$sales.xlsx`) that Excel leaves beside an open workbook; `**` goes into subfolders.
    Errors: E-FILE-001 nothing matches, E-FILE-003 the path is a folder; all patterns are tried before either is raised.
    """
    found: dict[Path, None] = {}
    problems: list[Problem] = []
    for pattern in patterns:
        wanted = Path(pattern).expanduser()
        target = base / wanted
        if target.is_dir():
            problems.append(Problem("E-FILE-003", pattern, {"folder": str(target)}))
            continue
        matches = [target] if target.is_file() else _matches(wanted, base)
        if not matches:
            problems.append(_not_found(pattern, target))
        found.update(dict.fromkeys(matches))
    if problems:
        raise CustrataError.all(problems)
    return list(found)


def shown_name(path: Path, base: Path) -> str:
    """What the user calls the file: its path below the workspace, with `/`; elsewhere the whole path.

    >>> shown_name(Path("/w/data/a.csv"), Path("/w")), shown_name(Path("/x/a.csv"), Path("/w"))
    ('data/a.csv', '/x/a.csv')
    """
    # `resolve` would follow links and show a name that the user never wrote.
    absolute, home = Path(os.path.abspath(path)), Path(os.path.abspath(base))  # noqa: PTH100
    return (absolute.relative_to(home) if absolute.is_relative_to(home) else absolute).as_posix()


def _matches(wanted: Path, base: Path) -> list[Path]:
    # With `root_dir` only the pattern is a pattern: a workspace called "sales [old]" is not.
    hits = [base / hit for hit in glob.glob(str(wanted), root_dir=base, recursive=True)]  # noqa: PTH207
    return sorted(hit for hit in hits if hit.is_file() and not hit.name.startswith("~$"))


def _not_found(pattern: str, target: Path) -> Problem:
    folder = target.parent
    while glob.has_magic(str(folder)) or (not folder.is_dir() and folder != folder.parent):
        folder = folder.parent
    try:
        names = sorted(p.name for p in folder.iterdir() if p.is_file() and not p.name.startswith(("~$", ".")))
    except OSError:
        names = []
    values = {
        "pattern": pattern,
        "folder": str(folder),
        "known": ", ".join(names[:8]) + (" …" if len(names) > 8 else "") or "—",
        "suggestion": did_you_mean(target.name, names),
    }
    return Problem("E-FILE-001", pattern, values)
