"""How the command line tells of what went wrong: codes and mends in the user's language, a traceback only on demand."""

from __future__ import annotations

import json
import os
import sys

from custrata.cli.at import with_workspace, with_workspace_in
from custrata.core.errors import CustrataError, Problem
from custrata.locale import Lang


def language() -> Lang:
    """`--lang`, else CUSTRATA_LANG, else the system's: Chinese where that says zh, English otherwise."""
    return told_language() or "en"


def told_language() -> Lang | None:
    """The language that somebody asked for; null where the system has none either (`C`, as servers have it)."""
    names = ("CUSTRATA_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    wanted = next((os.environ[n] for n in names if os.environ.get(n)), "").lower()
    if os.environ.get("CUSTRATA_LANG") and wanted[:2] not in ("zh", "en"):
        value = os.environ["CUSTRATA_LANG"]
        os.environ["CUSTRATA_LANG"] = "en"
        raise CustrataError(Problem("E-CLI-004", "--lang", {"value": value}))
    if sys.platform == "win32" and not wanted:
        import ctypes

        return "zh" if ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == _CHINESE else "en"
    if not wanted or wanted.partition(".")[0] in ("c", "posix"):
        return None
    return "zh" if wanted.startswith("zh") else "en"


_CHINESE = 0x04
"""The primary language of a Windows language id."""


def tell(error: Exception) -> int:
    """Prints the problems to stderr and gives the exit status."""
    if os.environ.get("CUSTRATA_DEBUG"):
        import traceback

        traceback.print_exception(error)
        return 1
    if hasattr(error, "format_message"):  # a usage error of Typer, which brings its own Click
        return _tell_usage(error)
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        values = {"why": error.strerror or str(error), "path": str(error.filename or "")}
        error = CustrataError(Problem("E-RUN-006", str(error.filename or ""), values))
    if isinstance(error, CustrataError):
        lang = language()
        if "--json" in sys.argv:
            found = {"ok": False, "problems": [with_workspace_in(p.as_json(lang)) for p in error.problems]}
            sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
            return 1
        for problem in error.problems:
            _say(with_workspace(problem.text(lang)))
        return 1
    if isinstance(error, BrokenPipeError):
        return 1
    if isinstance(error, MemoryError):
        _say(Problem("E-ENGINE-002", "", {"why": "out of memory"}).text(language()))
        return 1
    values = {"what": f"{type(error).__name__}: {error}".splitlines()[0][:300]}
    _say(Problem("E-BUG-001", "", values).text(language()))
    return 1


def _tell_usage(error: Exception) -> int:
    """Wrong usage: what is wrong, how the command is called, and status 2."""
    from custrata.cli.help import problem_of, usage

    lang = language()
    context = getattr(error, "ctx", None)
    problem = problem_of(error, lang)
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"ok": False, "problems": [problem.as_json(lang)]}, ensure_ascii=False, indent=2))
        return 2
    _say(problem.text(lang))
    if context is not None:
        _say(usage(context, lang))
    return 2


def _say(sentence: str) -> None:
    """To the terminal, beside what is printed for programs."""
    sys.stderr.write(f"{sentence}\n")
