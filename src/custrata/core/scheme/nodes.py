"""The nodes of a text in YAML with the characters that they stand on, as whoever edits it asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from custrata.core.scheme.yaml import read


@lru_cache(maxsize=4)
def plain(text: str) -> Mapping[str, Any]:
    """What a text says, as plain values that nobody changes: every step of an edit asks for it. Raises what reading a
    scheme raises."""
    found: Mapping[str, Any] = read(text, "scheme.yaml").data
    return found


@lru_cache(maxsize=4)
def composed(text: str) -> Any:
    """The nodes of a text, which nobody changes; an edit of many steps asks for the same ones again and again."""
    from ruamel.yaml import YAML

    plain(text)
    return YAML(typ="rt", pure=True).compose(text)


def child(node: Any, key: str | int) -> Any:
    """The node under a key or place; null where there is none."""
    if isinstance(key, int):
        return node.value[key] if is_list(node) and key < len(node.value) else None
    return next((value for name, value in entries(node) if name.value == key), None)


def name_of(node: Any, key: str | int) -> Any:
    """The node of a key itself; null for a place in a list."""
    return next((name for name, _ in entries(node) if name.value == key), None) if isinstance(key, str) else None


def entries(node: Any) -> Iterator[tuple[Any, Any]]:
    """Keys and values of a mapping, or of a list of mappings of one key each."""
    if node.id == "mapping":
        yield from node.value
    elif is_list(node):
        for item in node.value:
            if item.id == "mapping" and len(item.value) == 1:
                yield item.value[0]


def is_list(node: Any) -> bool:
    return bool(node.id == "sequence")


def span(text: str, node: Any) -> tuple[int, int]:
    """First and last character of a value; what the parser counts to a block also holds what follows it: comments, the
    ends of lines."""
    start, end = node.start_mark.index, node.end_mark.index
    if node.id in ("mapping", "sequence") and not node.flow_style and node.value:
        last = node.value[-1]
        return start, span(text, last[1] if isinstance(last, tuple) else last)[1]
    # A value that is empty begins where the next thing does.
    kept = len(text[:end].rstrip())
    return min(start, kept), kept


def is_shared(text: str, path: Sequence[str | int]) -> bool:
    """Whether what stands at a path stands for something of another place as well, through an alias (`*a`): then a
    change of the one would be a change of the other.

    >>> is_shared("a: {b: &x 1, c: *x}", ["a"]), is_shared("a: {b: &x 1, c: 2}", ["a"])
    (True, False)
    """
    node = composed(text)
    for key in path:
        node = child(node, key) if node is not None else None
    seen, waiting = set[int](), [node] if node is not None else []
    while waiting:
        found = waiting.pop()
        if id(found) in seen or not node.start_mark.index <= found.start_mark.index <= node.end_mark.index:
            return True
        seen.add(id(found))
        below = [found.value] if found.id == "sequence" else found.value if found.id == "mapping" else []
        waiting += [n for pair in below for n in pair]
    return False
