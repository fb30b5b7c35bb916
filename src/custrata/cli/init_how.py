"""What the options of init say of how files are read, each for all files or for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.init_how import DELIMITERS, How, delimiter_name

_ALL = "*"


def hows(said: Mapping[str, Sequence[str]]) -> dict[str, How]:
    """By file, or `*` for all others, from the values of each option: `VALUE` or `FILE=VALUE`. Raises E-INIT-009 for a
    value that the option cannot have; all of them are told."""
    by_file: dict[str, dict[str, str]] = {}
    problems = []
    for option, values in said.items():
        for value in values:
            file, _, told = value.rpartition("=")
            told = delimiter_name(told) if option == "delimiter" else told.strip()
            how = How.of({option: told})
            if not getattr(how, option):
                known = ", ".join(DELIMITERS) if option == "delimiter" else "1, 2, 3 …" if option == "header" else "–"
                problems.append(Problem("E-INIT-009", f"--{option}", {"value": value, "known": known}))
            by_file.setdefault(file.strip() or _ALL, {})[option] = told
    if problems:
        raise CustrataError.all(problems)
    common = by_file.pop(_ALL, {})
    found = {file: How.of({**common, **own}) for file, own in by_file.items()}
    return {**found, **({_ALL: How.of(common)} if common else {})}
