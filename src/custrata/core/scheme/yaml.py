"""YAML with its positions: plain values, and the line on which each of them stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.syntax import syntax_problem

Path = tuple[Any, ...]
#: A scheme is written by a person; what is larger, deeper or fuller is another file, or meant to do harm.
MOST_BYTES, MOST_VALUES, MOST_LEVELS = 256 * 1024, 10_000, 60
_DATE = re.compile(r"\b\d{4}-\d{1,2}-\d{1,2}\b")
_BARE = re.compile(r"'[^'\n]*'|\"(?:[^\"\\\n]|\\.)*\"|(?:^|(?<=\s))#.*")
_CONTROL = re.compile(r"[^\t\n\r -~\u0085\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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

    _check_size(text, name)
    loader = YAML(typ="rt")
    try:
        tree = loader.load(text)
    except DuplicateKeyError as error:
        mark = error.problem_mark
        key = re.search(r'duplicate key "([^"]*)"', str(error.problem or ""))
        line = mark.line + 1 if mark else 1
        raise CustrataError(Problem("E-SCHEME-007", f"{name}:{line}", {"name": key[1] if key else ""})) from None
    except MarkedYAMLError as error:
        raise CustrataError(syntax_problem(text, name, error)) from None
    except ValueError as error:
        for line, row in enumerate(text.splitlines(), 1):
            if (found := _DATE.search(row)) and not _exists(found[0]):
                raise CustrataError(Problem("E-SCHEME-033", f"{name}:{line}", {"value": found[0]})) from None
        raise CustrataError(syntax_problem(text, name, error)) from None
    except YAMLError as error:
        raise CustrataError(syntax_problem(text, name, error)) from None
    except RecursionError:
        raise CustrataError(Problem("E-SCHEME-052", name, {"most": MOST_LEVELS})) from None
    if not isinstance(tree, Mapping):
        raise CustrataError(_no_keys(tree, text, name))
    lines: dict[Path, int] = {}
    try:
        return Document(_Plain(lines, name).value(tree, ()), lines, name)
    except RecursionError:
        # An alias (&a, *a) can stand for itself.
        raise CustrataError(Problem("E-SCHEME-052", name, {"most": MOST_LEVELS})) from None


def too_large(size: int, place: str) -> CustrataError | None:
    """The problem of a file of so many bytes, before it is read."""
    return CustrataError(Problem("E-SCHEME-017", place, {"most": MOST_BYTES // 1024})) if size > MOST_BYTES else None


def _check_size(text: str, name: str) -> None:
    """What would take long to parse, or is no text, is told before it is tried."""
    if (error := too_large(len(text), name)) is not None:
        raise error
    if (sign := _CONTROL.search(text)) is not None:
        line = text.count("\n", 0, sign.start()) + 1
        raise CustrataError(Problem("E-SCHEME-048", f"{name}:{line}", {"code": f"U+{ord(sign[0]):04X}"}))
    depth = values = 0
    for line, row in enumerate(text.splitlines(), 1):
        bare = _BARE.sub("", row)
        values += bare.count(",") + bare.count(": ") + bare.count("- ")
        if values > MOST_VALUES:
            raise CustrataError(Problem("E-SCHEME-051", f"{name}:{line}", {"most": f"{MOST_VALUES:,}"}))
        depth += sum(bare.count(b) for b in "[{")
        if depth > MOST_LEVELS:
            raise CustrataError(Problem("E-SCHEME-052", f"{name}:{line}", {"most": MOST_LEVELS}))
        depth = max(0, depth - sum(bare.count(b) for b in "]}"))


def _no_keys(tree: Any, text: str, name: str) -> Problem:
    if tree is None:
        return Problem("E-SCHEME-049", name, {})
    row = next((r.strip() for r in text.splitlines() if r.strip() and not r.lstrip().startswith(("#", "---"))), "")
    kinds = ("a list", "一个列表") if isinstance(tree, list) else ("a text or a number", "文字或数字")
    return Problem("E-SCHEME-050", f"{name}:1", {"kind": kinds[0], "kind_zh": kinds[1], "text": row[:60]})


def _exists(day: str) -> bool:
    try:
        date(*map(int, day.split("-")))
    except ValueError:
        return False
    return True


class _Plain:
    """Plain values from what ruamel read, and their lines."""

    def __init__(self, lines: dict[Path, int], name: str) -> None:
        self.lines, self.name, self.values = lines, name, 0

    def value(self, node: Any, path: Path) -> Any:
        self.values += 1
        if self.values > MOST_VALUES:
            # Few aliases (&a, *a) can stand for millions of values.
            raise CustrataError(Problem("E-SCHEME-051", f"{self.name}:{self.line(path)}", {"most": f"{MOST_VALUES:,}"}))
        if len(path) > MOST_LEVELS:
            raise CustrataError(Problem("E-SCHEME-052", f"{self.name}:{self.line(path)}", {"most": MOST_LEVELS}))
        if isinstance(node, Mapping):
            result = {}
            for written, value in node.items():
                key = _key(written)
                here = (*path, key)
                position = node.lc.key(written) if hasattr(node, "lc") and written in (node.lc.data or {}) else None
                if position is not None:
                    self.lines[here] = position[0] + 1
                result[key] = self.value(value, here)
            return result
        if isinstance(node, list | tuple):
            for i in range(len(node)):
                if hasattr(node, "lc") and i in (node.lc.data or {}):
                    self.lines[(*path, i)] = node.lc.item(i)[0] + 1
            return [self.value(value, (*path, i)) for i, value in enumerate(node)]
        return _scalar(node)

    def line(self, path: Path) -> int:
        return Document(None, self.lines, "").line(path)


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
