"""YAML with its positions: plain values, and the line on which each of them stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from custrata.core.errors import CustrataError, Problem

Path = tuple[Any, ...]
_MOST = 1_000_000
_MOST_VALUES = 50_000
_DATE = re.compile(r"\b\d{4}-\d{1,2}-\d{1,2}\b")


class Document:
    """`data` is plain Python; `line` finds the line (from 1) of the deepest known part of a path."""

    def __init__(self, data: Any, lines: Mapping[Path, int], name: str) -> None:
        self.data, self._lines, self.name = data, lines, name

    def line(self, path: Path) -> int:
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def place(self, path: Path) -> str:
        """`scheme.yaml:22 segments.tier.classes`"""
        dotted = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")
        return f"{self.name}:{self.line(path)} {dotted}".rstrip()


def read(text: str, name: str) -> Document:
    """Parses YAML. Syntax errors, duplicate keys and files that hold no mapping are `CustrataError`s with the line."""
    from ruamel.yaml import YAML
    from ruamel.yaml.constructor import DuplicateKeyError
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    if len(text) > _MOST:
        raise CustrataError(Problem("E-SCHEME-017", name, {}))
    loader = YAML(typ="rt")
    try:
        tree = loader.load(text)
    except DuplicateKeyError as error:
        mark = error.problem_mark
        key = re.search(r'duplicate key "([^"]*)"', str(error.problem or ""))
        line = mark.line + 1 if mark else 1
        raise CustrataError(Problem("E-SCHEME-007", f"{name}:{line}", {"name": key[1] if key else ""})) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise CustrataError(_syntax(text, name, line, str(error.problem or error.context or ""))) from None
    except ValueError as error:
        for line, row in enumerate(text.splitlines(), 1):
            if (found := _DATE.search(row)) and not _exists(found[0]):
                raise CustrataError(Problem("E-SCHEME-033", f"{name}:{line}", {"value": found[0]})) from None
        raise CustrataError(_syntax(text, name, 1, str(error).splitlines()[0] if str(error) else "")) from None
    except (YAMLError, RecursionError) as error:
        raise CustrataError(_syntax(text, name, 1, str(error).splitlines()[0] if str(error) else "")) from None
    if not isinstance(tree, Mapping):
        raise CustrataError(_syntax(text, name, 1, "no keys"))
    lines: dict[Path, int] = {}
    try:
        return Document(_plain(tree, (), lines), lines, name)
    except RecursionError:
        # Few aliases (&a, *a) can stand for millions of values, or for themselves.
        raise CustrataError(Problem("E-SCHEME-017", name, {})) from None


def _exists(day: str) -> bool:
    try:
        date(*map(int, day.split("-")))
    except ValueError:
        return False
    return True


def _syntax(text: str, name: str, line: int, what: str) -> Problem:
    rows = text.splitlines()
    near = [n for n in (line, line - 1) if 0 < n <= len(rows)]
    wide = [n for n in near if "：" in rows[n - 1].split("#")[0]]
    tab = [n for n in near if "\t" in rows[n - 1]]
    code = "E-SCHEME-018" if wide else "E-SCHEME-019" if tab else "E-SCHEME-001"
    line = (wide or tab or [line])[0]
    return Problem(
        code, f"{name}:{line}", {"what": what, "text": rows[line - 1].strip()[:60] if line <= len(rows) else ""}
    )


def _plain(node: Any, path: Path, lines: dict[Path, int]) -> Any:
    if len(lines) > _MOST_VALUES:
        raise RecursionError
    if isinstance(node, Mapping):
        result = {}
        for written, value in node.items():
            key = _key(written)
            here = (*path, key)
            position = node.lc.key(written) if hasattr(node, "lc") and written in (node.lc.data or {}) else None
            if position is not None:
                lines[here] = position[0] + 1
            result[key] = _plain(value, here, lines)
        return result
    if isinstance(node, list | tuple):
        for i in range(len(node)):
            if hasattr(node, "lc") and i in (node.lc.data or {}):
                lines[(*path, i)] = node.lc.item(i)[0] + 1
        return [_plain(value, (*path, i), lines) for i, value in enumerate(node)]
    return _scalar(node)


def _key(value: Any) -> str:
    """A key is a name, also where it looks like a number: `011` is the class 011 of RFM, not eleven."""
    width = getattr(value, "_width", None)
    if isinstance(value, int) and not isinstance(value, bool) and width:
        return f"{int(value):0{width}d}"
    return str(_scalar(value))


def _scalar(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, datetime):
        return value.date() if value.time() == datetime.min.time() else str(value)
    if isinstance(value, date):
        return value
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return str(value)
