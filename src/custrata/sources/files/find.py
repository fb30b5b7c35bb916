"""Decides which files a pattern means, and says where it looked when it means none."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from custrata.core.errors import CustrataError, Problem, did_you_mean

#: Where rows lie that programs sent. A pattern there may mean nothing yet, as long as others mean something.
POSTED = "data/posted/"


def find_files(patterns: Sequence[str], base: Path) -> list[Path]:
    """The files that the patterns name: pattern by pattern, within a glob sorted by name, each file once.

    A path that exists is taken as it stands, even if it holds `[` or `*`. Globs skip folders, pipes, hidden files and
    the lock files (`~$sales.xlsx`) that Excel leaves beside an open workbook; `**` goes into subfolders, each once
    however many links lead to it. Of patterns below `POSTED` none has to match where another pattern does.
    Errors: E-FILE-001 nothing matches, E-FILE-003 the path is a folder, E-FILE-025 it is a pipe, a device or a broken
    link; all patterns are tried before any is raised.
    """
    found: dict[Path, None] = {}
    problems: list[Problem] = []
    nothing_yet: list[Problem] = []
    for pattern in patterns:
        wanted = Path(pattern).expanduser()
        target = base / wanted
        mode = _mode(target)
        if stat.S_ISDIR(mode):
            problems.append(Problem("E-FILE-003", pattern, {"folder": str(target)}))
            continue
        if mode and not stat.S_ISREG(mode):  # opening a pipe would wait for ever, a device may never end
            problems.append(Problem("E-FILE-025", pattern, {"path": str(target)}))
            continue
        matches = [target] if mode else _matches(wanted, base)
        if not matches:
            (nothing_yet if pattern.startswith(POSTED) else problems).append(_not_found(pattern, target))
        found.update(dict.fromkeys(matches))
    if not found:
        problems.extend(nothing_yet)
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


def _mode(path: Path) -> int:
    """What stands there, links followed; of a link that leads nowhere its own mode, and 0 of nothing at all."""
    try:
        return path.stat().st_mode
    except (OSError, ValueError):  # nothing, a loop of links, a name too long or with a NUL
        try:
            return path.lstat().st_mode
        except (OSError, ValueError):
            return 0


def _matches(wanted: Path, base: Path) -> list[Path]:
    # With `root_dir` only the pattern is a pattern: a workspace called "sales [old]" is not.
    if "**" in wanted.parts:
        at = wanted.parts.index("**")
        heads = [base / hit for hit in _glob(Path(*wanted.parts[:at]), base)] if at else [base]
        rest = Path(*wanted.parts[at + 1 :]) if at + 1 < len(wanted.parts) else Path("*")
        hits = [hit for head in heads for folder in _folders(head) for hit in _matches(rest, folder)]
    else:
        hits = [base / hit for hit in _glob(wanted, base)]
    return sorted({hit for hit in hits if stat.S_ISREG(_mode(hit)) and not hit.name.startswith("~$")})


def _glob(wanted: Path, base: Path) -> list[str]:
    try:
        return glob.glob(str(wanted), root_dir=base)  # noqa: PTH207
    except (OSError, ValueError):  # no file can have that name
        return []


def _folders(head: Path) -> Iterator[Path]:
    """A folder and all below it, hidden ones left out. `glob` itself follows links that lead back up, without end."""
    seen: set[str] = set()
    for folder, names, _ in os.walk(head, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            names.clear()
            continue
        seen.add(real)
        names[:] = sorted(n for n in names if not n.startswith("."))
        yield Path(folder)


def _not_found(pattern: str, target: Path) -> Problem:
    folder = target.parent
    while glob.has_magic(str(folder)) or (not stat.S_ISDIR(_mode(folder)) and folder != folder.parent):
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
