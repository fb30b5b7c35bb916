"""Changes in the text of a scheme that somebody wrote: only what changes is rewritten, comments and order stay.

A scheme is edited by its owner and by forms. So nothing is dumped anew: the place of a value in the text is found, and
the characters of that value alone are replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from custrata.core.scheme.write import flow, scalar
from custrata.core.scheme.yaml import read

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class _Change:
    """Characters `start` to `end` become `text`."""

    start: int
    end: int
    text: str


def with_value(text: str, path: Path, value: Any) -> str:
    """The text with `value` at a path: what stands there is changed where it differs and nowhere else; what is not
    there is added to the mapping (or mappings) above it, at its end.

    Values are plain: mappings, lists, texts, numbers. Raises what reading a scheme raises for a text that is no YAML.

    >>> print(with_value("tier: {above: 100,  below: 5}  # ours", ("tier", "above"), 200))
    tier: {above: 200,  below: 5}  # ours
    >>> print(with_value("a: 1", ("b", "c"), [1, "x"]))
    a: 1
    b: {c: [1, x]}
    """
    root = _composed(text)
    node, at = root, 0
    while at < len(path) and (below := _child(node, path[at])) is not None:
        node, at = below, at + 1
    if at == len(path):
        return _made(text, _merged(text, node, value))
    for key in reversed(path[at + 1 :]):
        value = {key: value}
    return _made(text, [_added(text, node, str(path[at]), value, None)])


def with_entry(text: str, path: Path, key: str, value: Any, before: str | None = None) -> str:
    """The text with one more entry in the mapping (or list of one-key mappings) at a path; in front of the entry
    `before`, else at the end.

    >>> print(with_entry("r:\\n  a: 1  # first\\n  rest: else", ("r",), "b", 2, before="rest"))
    r:
      a: 1  # first
      b: 2
      rest: else
    """
    node = _composed(text)
    for part in path:
        found = _child(node, part)
        if found is None:
            raise KeyError(part)
        node = found
    return _made(text, [_added(text, node, key, value, before)])


def without_entry(text: str, path: Path, key: str) -> str:
    """The text without an entry of the mapping at a path; what is not there is not taken away.

    >>> print(without_entry("r:\\n  a: 1  # first\\n  b: {c: 2}\\nq: {x: 1, y: 2}", ("r",), "a"))
    r:
      b: {c: 2}
    q: {x: 1, y: 2}
    >>> print(without_entry("q: {x: 1, y: 2}", ("q",), "y"))
    q: {x: 1}
    """
    node = _composed(text)
    for step in path:
        node = _child(node, step) if node is not None else None
    if node is None or node.id != "mapping":
        return text
    names = [k.value for k, _ in node.value]
    if key not in names:
        return text
    at = names.index(key)
    (name, _), end = node.value[at], _span(text, node.value[at][1])[1]
    if len(names) == 1:
        return _made(text, [_Change(*_span(text, node), "{}")])
    if node.flow_style:
        if at + 1 < len(names):
            return _made(text, [_Change(name.start_mark.index, node.value[at + 1][0].start_mark.index, "")])
        return _made(text, [_Change(_span(text, node.value[at - 1][1])[1], end, "")])
    line = text.find("\n", end)
    start = text.rfind("\n", 0, name.start_mark.index) + 1
    return _made(text, [_Change(start, len(text) if line < 0 else line + 1, "")])


def with_order(text: str, path: Path, keys: Sequence[str]) -> str:
    """The text with some entries of the mapping at a path in another order: they share out the places that they have
    now, each with its comments. Entries that are not named stay where they are.

    >>> print(with_order("r:\\n  # the first\\n  a: 1  # one\\n  b: {c: 2}\\n  rest: else", ("r",), ["b", "a"]))
    r:
      b: {c: 2}
      # the first
      a: 1  # one
      rest: else
    >>> print(with_order("{a: 1, b: [2], c: 3}", (), ["c", "a"]))
    {c: 3, b: [2], a: 1}
    """
    node = _composed(text)
    for step in path:
        node = _child(node, step) if node is not None else None
    if node is None or node.id != "mapping":
        return text
    places = {name.value: _whole(text, node, name, value) for name, value in node.value if name.value in keys}
    wanted = [key for key in keys if key in places]
    return _made(text, [
        _Change(*places[old], text[slice(*places[new])]) for old, new in zip(places, wanted, strict=True) if old != new
    ])  # fmt: skip


def _whole(text: str, node: Any, name: Any, value: Any) -> tuple[int, int]:
    """First and last character of an entry; in a block with what is said of it above and behind it."""
    start, end = name.start_mark.index, _span(text, value)[1]
    if node.flow_style:
        return start, end
    line = text.find("\n", end)
    margin = " " * node.start_mark.column
    above = text.rfind("\n", 0, start) + 1
    while above and text[(before := text.rfind("\n", 0, above - 1) + 1) : above].startswith(f"{margin}#"):
        above, start = before, before + len(margin)
    return start, len(text) if line < 0 else line


@lru_cache(maxsize=4)
def _composed(text: str) -> Any:
    """The nodes of a text, which nobody changes; an edit of many steps asks for the same ones again and again."""
    from ruamel.yaml import YAML

    read(text, "scheme.yaml")
    return YAML(typ="rt", pure=True).compose(text)


def _child(node: Any, key: str | int) -> Any:
    """The node under a key or place; null where there is none."""
    if isinstance(key, int):
        return node.value[key] if _is_list(node) and key < len(node.value) else None
    return next((value for name, value in _entries(node) if name.value == key), None)


def _entries(node: Any) -> Iterator[tuple[Any, Any]]:
    """Keys and values of a mapping, or of a list of mappings of one key each."""
    if node.id == "mapping":
        yield from node.value
    elif _is_list(node):
        for item in node.value:
            if item.id == "mapping" and len(item.value) == 1:
                yield item.value[0]


def _is_list(node: Any) -> bool:
    return bool(node.id == "sequence")


def _merged(text: str, node: Any, value: Any) -> list[_Change]:
    """The least changes that make a value of what stands at a node."""
    if isinstance(value, Mapping) and node.id == "mapping" and [k.value for k, _ in node.value] == list(value):
        return [c for (k, below) in node.value for c in _merged(text, below, value[k.value])]
    if _is_series(value) and _is_list(node) and len(node.value) == len(value):
        return [c for below, v in zip(node.value, value, strict=True) for c in _merged(text, below, v)]
    start, end = _span(text, node)
    written = flow(value)
    if text[start:end] == written or (node.id == "scalar" and node.value and node.value == value):
        return []
    return [_Change(start, end, written if text[start - 1 : start] not in (":", "-") else f" {written}")]


def _is_series(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _span(text: str, node: Any) -> tuple[int, int]:
    """First and last character of a value; what the parser counts to a block also holds what follows it: comments, the
    ends of lines."""
    start, end = node.start_mark.index, node.end_mark.index
    if node.id in ("mapping", "sequence") and not node.flow_style and node.value:
        last = node.value[-1]
        return start, _span(text, last[1] if isinstance(last, tuple) else last)[1]
    # A value that is empty begins where the next thing does.
    kept = len(text[:end].rstrip())
    return min(start, kept), kept


def _added(text: str, node: Any, key: str, value: Any, before: str | None) -> _Change:
    """One more entry."""
    if node.id == "scalar":
        # `segments:` with nothing behind it yet.
        start, end = _span(text, node)
        if start != end:
            return _Change(start, end, flow({key: value}))
        return _Change(start, start, f"\n  {scalar(key)}: {flow(value)}")
    entry = f"{scalar(key)}: {flow(value)}"
    listed = _is_list(node)
    places = [_start(item, listed) for item in node.value]
    names = [name.value for name, _ in _entries(node)] if len(list(_entries(node))) == len(node.value) else []
    index = names.index(before) if before in names else len(places)
    if node.flow_style or not node.value:
        entry = f"{{{entry}}}" if listed else entry
        if index < len(places):
            return _Change(places[index], places[index], f"{entry}, ")
        last = (node.value[-1] if listed else node.value[-1][1]) if node.value else None
        end = _span(text, last)[1] if last is not None else node.start_mark.index + 1
        return _Change(end, end, f", {entry}" if node.value else entry)
    entry = " " * node.start_mark.column + ("- " if listed else "") + entry
    if index == 0:
        line = text.rfind("\n", 0, places[0]) + 1
        return _Change(line, line, f"{entry}\n")
    last = node.value[index - 1]
    end = _span(text, last if listed else last[1])[1]
    line = text.find("\n", end)
    return _Change(len(text), len(text), f"\n{entry}") if line < 0 else _Change(line, line, f"\n{entry}")


def _start(item: Any, listed: bool) -> int:
    return int((item if listed else item[0]).start_mark.index)


def _made(text: str, changes: Sequence[_Change]) -> str:
    for change in sorted(changes, key=lambda c: c.start, reverse=True):
        text = text[: change.start] + change.text + text[change.end :]
    return text
