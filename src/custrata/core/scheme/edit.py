"""Changes in the text of a scheme that somebody wrote: only what changes is rewritten, comments and order stay.

A scheme is edited by its owner and by forms. So nothing is dumped anew: the place of a value in the text is found, and
the characters of that value alone are replaced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from custrata.core.scheme.nodes import child, composed, entries, is_list, name_of, span
from custrata.core.scheme.write import flow, scalar

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
    node, name, at = composed(text), None, 0
    while at < len(path) and (below := child(node, path[at])) is not None:
        name, node, at = name_of(node, path[at]), below, at + 1
    if at == len(path):
        return _made(text, _merged(text, name, node, value))
    for key in reversed(path[at + 1 :]):
        value = {key: value}
    return _made(text, [_added(text, name, node, str(path[at]), value, None)])


def with_entry(text: str, path: Path, key: str, value: Any, before: str | None = None) -> str:
    """The text with one more entry in the mapping (or list of one-key mappings) at a path; in front of the entry
    `before`, else at the end.

    >>> print(with_entry("r:\\n  a: 1  # first\\n  rest: else", ("r",), "b", 2, before="rest"))
    r:
      a: 1  # first
      b: 2
      rest: else
    """
    node, name = composed(text), None
    for part in path:
        found = child(node, part)
        if found is None:
            raise KeyError(part)
        name, node = name_of(node, part), found
    return _made(text, [_added(text, name, node, key, value, before)])


def without_entry(text: str, path: Path, key: str) -> str:
    """The text without an entry of the mapping at a path; what is not there is not taken away.

    >>> print(without_entry("r:\\n  a: 1  # first\\n  b: {c: 2}\\nq: {x: 1, y: 2}", ("r",), "a"))
    r:
      b: {c: 2}
    q: {x: 1, y: 2}
    >>> print(without_entry("q: {x: 1, y: 2}", ("q",), "y"))
    q: {x: 1}
    """
    node = composed(text)
    for step in path:
        node = child(node, step) if node is not None else None
    if node is None or node.id != "mapping":
        return text
    names = [k.value for k, _ in node.value]
    if key not in names:
        return text
    at = names.index(key)
    (name, _), end = node.value[at], span(text, node.value[at][1])[1]
    if len(names) == 1:
        return _made(text, [_Change(*span(text, node), "{}")])
    if node.flow_style:
        if at + 1 < len(names):
            return _made(text, [_Change(name.start_mark.index, node.value[at + 1][0].start_mark.index, "")])
        return _made(text, [_Change(span(text, node.value[at - 1][1])[1], end, "")])
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
    node = composed(text)
    for step in path:
        node = child(node, step) if node is not None else None
    if node is None or node.id != "mapping":
        return text
    places = {name.value: _whole(text, node, name, value) for name, value in node.value if name.value in keys}
    wanted = [key for key in keys if key in places]
    return _made(text, [
        _Change(*places[old], text[slice(*places[new])]) for old, new in zip(places, wanted, strict=True) if old != new
    ])  # fmt: skip


def _whole(text: str, node: Any, name: Any, value: Any) -> tuple[int, int]:
    """First and last character of an entry; in a block with what is said of it above and behind it."""
    start, end = name.start_mark.index, span(text, value)[1]
    if node.flow_style:
        return start, end
    line = text.find("\n", end)
    margin = " " * node.start_mark.column
    above = text.rfind("\n", 0, start) + 1
    while above and text[(before := text.rfind("\n", 0, above - 1) + 1) : above].startswith(f"{margin}#"):
        above, start = before, before + len(margin)
    return start, len(text) if line < 0 else line


def _merged(text: str, name: Any, node: Any, value: Any) -> list[_Change]:
    """The least changes that make a value of what stands at a node."""
    if isinstance(value, Mapping) and node.id == "mapping" and [k.value for k, _ in node.value] == list(value):
        return [c for (k, below) in node.value for c in _merged(text, k, below, value[k.value])]
    if _is_series(value) and is_list(node) and len(node.value) == len(value):
        return [c for below, v in zip(node.value, value, strict=True) for c in _merged(text, None, below, v)]
    start, end = span(text, node)
    written = flow(value)
    if text[start:end] == written or (node.id == "scalar" and node.value and node.value == value):
        return []
    return [_Change(start, end, written) if start != end else _filled(text, name, start, written)]


def _filled(text: str, name: Any, start: int, written: str) -> _Change:
    """A value where there is none yet: behind the colon of its key, which `{a, b}` does without, in front of what is
    said of it."""
    if name is None:
        return _Change(start, start, written if text[start - 1] == " " else f" {written}")
    end = name.end_mark.index
    colon = end + len(text[end:]) - len(text[end:].lstrip())
    return _Change(colon + 1, colon + 1, f" {written}") if text[colon] == ":" else _Change(end, end, f": {written}")


def _is_series(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _added(text: str, name: Any, node: Any, key: str, value: Any, before: str | None) -> _Change:
    """One more entry."""
    if node.id == "scalar":
        # `segments:` with nothing behind it yet.
        start, end = span(text, node)
        if start != end:
            return _Change(start, end, flow({key: value}))
        at = start if name is None else name.start_mark.index
        if at > text.rfind("\n", 0, at) + 1:
            return _filled(text, name, start, flow({key: value}))
        return _Change(start, start, f"\n  {scalar(key)}: {flow(value)}")
    entry = f"{scalar(key)}: {flow(value)}"
    listed = is_list(node)
    places = [_start(item, listed) for item in node.value]
    names = [name.value for name, _ in entries(node)] if len(list(entries(node))) == len(node.value) else []
    index = names.index(before) if before in names else len(places)
    if node.flow_style or not node.value:
        entry = f"{{{entry}}}" if listed else entry
        if index < len(places):
            return _Change(places[index], places[index], f"{entry}, ")
        last = (node.value[-1] if listed else node.value[-1][1]) if node.value else None
        end = span(text, last)[1] if last is not None else node.start_mark.index + 1
        return _Change(end, end, f", {entry}" if node.value else entry)
    entry = " " * node.start_mark.column + ("- " if listed else "") + entry
    if index == 0:
        line = text.rfind("\n", 0, places[0]) + 1
        return _Change(line, line, f"{entry}\n")
    last = node.value[index - 1]
    end = span(text, last if listed else last[1])[1]
    line = text.find("\n", end)
    return _Change(len(text), len(text), f"\n{entry}") if line < 0 else _Change(line, line, f"\n{entry}")


def _start(item: Any, listed: bool) -> int:
    return int((item if listed else item[0]).start_mark.index)


def _made(text: str, changes: Sequence[_Change]) -> str:
    for change in sorted(changes, key=lambda c: c.start, reverse=True):
        text = text[: change.start] + change.text + text[change.end :]
    return text
