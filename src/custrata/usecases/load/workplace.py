"""What a load has at hand besides the sources: where paths start, room to work, and what people decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from custrata.core.facts.mends import Mend
from custrata.core.store import ProfileChange


@dataclass(frozen=True)
class Workplace:
    """`base` is the folder that relative paths start from, `scratch` one for work in progress. `merged` has every id
    that was merged into another → the surviving one; `mends` what cells should have said; `changes` what people changed
    in profiles, the oldest first."""

    base: Path
    scratch: Path
    merged: Mapping[str, str] = field(default_factory=dict)
    mends: Sequence[Mend] = ()
    changes: Sequence[ProfileChange] = ()

    def mends_of(self, source: str) -> list[Mend]:
        return [m for m in self.mends if m.source == source]
