"""What a hostile file is: how it is made, and what the program must say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: The four columns that every file of the corpus has, if it has any: order, customer, day, amount.
HEADERS = ("单号", "会员号", "日期", "金额")
GOOD = (("A1", "C1", "2024-03-01", "10.50"), ("A2", "C2", "2024-03-02", "7"), ("A3", "C1", "2024-03-03", "99"))

Build = Callable[[Path], None]


@dataclass(frozen=True)
class Evil:
    """`build` puts the files into an empty folder. Either the run is `refused` with this code, or so many rows are
    `used`, and `quarantined` has line → code of the others. `check` and `init` are codes where they see it otherwise
    than the run does ("": they have nothing against it)."""

    name: str
    build: Build
    refused: str = ""
    used: int = 0
    quarantined: Mapping[int, str] = field(default_factory=dict)
    check: str | None = None
    init: str | None = None
    pattern: str = "data/*"


    @property
    def group(self) -> str:
        """What kind of evil it is: the module that it stands in."""
        return self.build.__module__.rpartition(".")[2]


EVILS: dict[str, Evil] = {}


def refused(code: str, *, check: str | None = None, init: str | None = None,
            pattern: str = "data/*") -> Callable[[Build], Build]:  # fmt: skip
    """Marks a builder of a file that must be refused with this code."""

    def mark(build: Build) -> Build:
        _add(Evil(build.__name__, build, code, check=check, init=init, pattern=pattern))
        return build

    return mark


def read(used: int, quarantined: Mapping[int, str] | None = None, *, check: str | None = None, init: str | None = None,
         pattern: str = "data/*") -> Callable[[Build], Build]:  # fmt: skip
    """Marks a builder of a file of which so many rows must be used, and the others stand in quarantine by line."""

    def mark(build: Build) -> Build:
        found = Evil(build.__name__, build, "", used, quarantined or {}, check, init, pattern)
        _add(found)
        return build

    return mark


def _add(evil: Evil) -> None:
    assert evil.name not in EVILS, evil.name
    EVILS[evil.name] = evil


def csv_text(*rows: tuple[str, ...] | str, end: str = "\n") -> str:
    """Rows below the headers as comma-separated text; a row may be given as its very line."""
    lines = [",".join(HEADERS), *(row if isinstance(row, str) else ",".join(row) for row in rows)]
    return "".join(f"{line}{end}" for line in lines)
