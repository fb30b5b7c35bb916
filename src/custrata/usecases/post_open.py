"""Which sources of a scheme take rows that programs send, and the scheme's text with one more that does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.columns import base_of
from custrata.core.scheme.edit import with_value
from custrata.core.scheme.model import Scheme
from custrata.core.scheme.sources import Sources
from custrata.core.scheme.yaml import read
from custrata.usecases.post import reads_posted
from custrata.usecases.workspace import Workspace

_SECTIONS, _FILE = ("sources", "数据源"), ("file", "文件")
#: What programs may send.
_SENT = ("orders", "returns", "interactions")


@dataclass(frozen=True)
class Receiver:
    """A source by its name in the scheme (`orders`, `interactions.投诉`), and the pattern that it lacks to read the
    rows that are sent; empty: it reads them."""

    source: str
    lacks: str


def receivers(workspace: Workspace, scheme: Scheme) -> list[Receiver]:
    """The sources that are files, in the order of the scheme: what is sent to a database is entered there."""
    named = scheme.sources.named().items()
    sent = [(name, config) for name, config in named if base_of(name) in _SENT]
    files = [name for name, config in sent if config.database is None and config.file]
    return [Receiver(name, reads_posted(workspace, scheme, name)) for name in files]


def with_receiver(workspace: Workspace, text: str, source: str) -> str:
    """The text in which a source reads what is sent as well; the same where it does already. E-WEB-110 for a source
    that the text does not read from files."""
    scheme = Scheme.parse(text)
    found = next((r for r in receivers(workspace, scheme) if r.source == source), None)
    place = _place(read(text, "scheme.yaml").data, source)
    if found is None or place is None:
        raise CustrataError(Problem("E-WEB-110", source[:80], {"source": source[:80]}))
    return with_value(text, place, [*scheme.sources.named()[source].file, found.lacks]) if found.lacks else text


def _place(data: Any, source: str) -> tuple[str, ...] | None:
    """The path of a source's files in a text, in whichever language its keys are."""
    base, _, part = source.partition(".")
    chinese = next((zh for zh, own in Sources.chinese_keys().items() if own == base), base)
    for section in _SECTIONS:
        for name in (base, chinese):
            path: tuple[str, ...] = (section, name, *([part] if part else []))
            there = data
            for key in path:
                there = there.get(key) if isinstance(there, Mapping) else None
            if isinstance(there, str | list):  # `customers: data/members.csv` is short for its file
                return path
            if isinstance(there, Mapping) and (key := next((k for k in _FILE if k in there), "")):
                return (*path, key)
    return None
