"""What a user may say about the files of a source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import translate

from custrata.core.errors import Problem, did_you_mean
from custrata.core.scheme.source import FileForm


@dataclass(frozen=True)
class FileSpec:
    """Which files to read and how.

    `patterns` are paths or globs (`data/销售单*.xlsx`), relative to the workspace, absolute or with `~`.
    `sheet` is a sheet's name or its number from 1, None the first; a list or a pattern (`2024*`) are several sheets,
    each of which is then read as a file of its own. `encoding` is `auto` or a name (`gb18030`).
    `delimiter` is `auto` or one character. `header` is the line that holds the column names, from 1; where they stand
    in several `header_lines`, the lowest of them.
    `by_file` says the same of single files, by the name or pattern under which the user knows them.
    `hashed` is whether Parquet is read through for its SHA-256, which a run records (text is read through anyway).

    >>> FileSpec(["sales*.csv"]).header
    1
    """

    patterns: Sequence[str]
    sheet: str | int | Sequence[str | int] | None = None
    encoding: str = "auto"
    delimiter: str = "auto"
    header: int = 1
    header_lines: int = 1
    hashed: bool = True
    by_file: Mapping[str, FileForm] = field(default_factory=dict)

    def of(self, name: str) -> FileSpec:
        """How the file that the user calls `name` is read: as `by_file` says under its very name, else under the first
        pattern that means it. What is said of a workbook holds for its sheets, where each is read as a file of its own.

        >>> spec = FileSpec(["data/*.csv"], by_file={"data/old*.csv": FileForm(header=3)})
        >>> spec.of("data/old-1.csv").header, spec.of("data/new.csv").header, spec.of("data/old.csv[1月]").header
        (3, 1, 3)
        """
        names = _called(name)
        form = next((self.by_file[n] for n in names if n in self.by_file), None) or next(
            (f for pattern, f in self.by_file.items() if any(means(pattern, n) for n in names)), None
        )
        told = {k: v for k, v in form.model_dump().items() if v is not None} if form is not None else {}
        return replace(self, **told) if told else self


def idle(by_file: Mapping[str, FileForm], names: Iterable[str], place: str) -> list[Problem]:
    """E-FILE-028 for each entry of `by_file` that means none of the files `names`: a slip of the pen, or a file that is
    there no more. `place` is where the entries stand.

    >>> [p.place for p in idle({"a.csv": FileForm(header=3), "b.csv": FileForm(header=2)}, ["a.csv"], "by_file")]
    ['by_file.b.csv']
    """
    every = [called for name in names for called in _called(name)]
    return [
        Problem("E-FILE-028", f"{place}.{entry}", {"file": entry, "suggestion": did_you_mean(entry, every)})
        for entry in by_file
        if not any(means(entry, name) for name in every)
    ]


def _called(name: str) -> tuple[str, ...]:
    """A file's name; that of its workbook too, where it is a sheet."""
    return (name, name.rpartition("[")[0]) if name.endswith("]") else (name,)


def means(pattern: str, name: str) -> bool:
    """Whether an entry of `by_file` means a file: its very name, or a pattern in which `*` and `?` are wild.

    >>> means("data/a[1].csv", "data/a[1].csv"), means("data/*.xlsx", "data/b.xlsx"), means("*.csv", "b.xlsx")
    (True, True, False)
    """
    return name == pattern or re.match(translate(pattern.replace("[", "[[]")), name) is not None
