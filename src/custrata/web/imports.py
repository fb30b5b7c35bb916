"""Imports: files that somebody sent, what was found in them, what was chosen. Each is a folder of its own.

`.custrata/web/imports/<number>/` holds `files/`, `state.json` (who, files, choices, jobs), `findings.json`
and `lies.json` (how the files lie there). Nothing of it is read by a run; only taking an import in puts its files where
the scheme finds them. What was `before` stays, so that it can be taken back; then its files lie in `back/`.
"""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.usecases.init_back import can_be_taken_back
from custrata.usecases.workspace import replace_file

#: Files that are taken, by their endings; what is in them is looked at, whatever the ending says.
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".parquet")
#: Names that are no file's own on Windows, whatever their ending.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.I)
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\[\]]+')
_LONGEST = 120


@dataclass
class Sent:
    """A file as it was sent: the name under which it will lie in `data/`, the one it came with, its size, and whether
    it takes the place of a file of that name."""

    name: str
    original: str
    bytes: int
    replaces: bool = False


@dataclass
class Import:
    """One import. `look` and `take` are the jobs that look at the files and take them in."""

    id: int
    folder: Path
    who: str
    at: str
    files: list[Sent] = field(default_factory=list)
    choices: dict[str, Any] = field(default_factory=dict)
    look: int | None = None
    take: int | None = None
    anew: bool = False
    over: bool = False
    """Its files are in `data/`, or were."""
    taken_at: str = ""
    back: int | None = None
    """The job that takes it back."""
    back_at: str = ""

    @property
    def place(self) -> Path:
        """Where its files lie."""
        return self.folder / "files"

    @property
    def before(self) -> Path:
        """What was before it, as `init_back` keeps it."""
        return self.folder / "before"

    @property
    def aside(self) -> Path:
        """Where its files lie once it is taken back."""
        return self.folder / "back"

    @property
    def done_at(self) -> datetime:
        """When its files were taken in; of imports that do not say, when they were begun."""
        return datetime.fromisoformat(self.taken_at or self.at)

    @property
    def undone_at(self) -> datetime | None:
        return datetime.fromisoformat(self.back_at) if self.back_at else None

    @property
    def undoable(self) -> bool:
        return self.over and not self.back_at and can_be_taken_back(self.before)

    @property
    def begun_at(self) -> datetime:
        return datetime.fromisoformat(self.at)

    def save(self) -> None:
        kept = {k: v for k, v in asdict(self).items() if k not in ("id", "folder")}
        self.folder.mkdir(parents=True, exist_ok=True)
        replace_file(self.folder / "state.json", json.dumps(kept, ensure_ascii=False, indent=1))

    @property
    def findings(self) -> dict[str, Any] | None:
        """What was found, null as long as nobody has looked."""
        try:
            found = json.loads((self.folder / "findings.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def keep_findings(self, found: dict[str, Any] | None) -> None:
        if found is None:
            (self.folder / "findings.json").unlink(missing_ok=True)
        else:
            replace_file(self.folder / "findings.json", json.dumps(found, ensure_ascii=False))

    @property
    def lies(self) -> list[dict[str, Any]]:
        """How its files lie there, as far as somebody has looked."""
        try:
            found = json.loads((self.folder / "lies.json").read_text("utf-8"))
        except (OSError, ValueError):
            return []
        names = {f.name for f in self.files}
        return [lie for lie in found if isinstance(lie, dict) and lie.get("file") in names]

    def keep_lies(self, found: list[dict[str, Any]]) -> None:
        replace_file(self.folder / "lies.json", json.dumps(found, ensure_ascii=False))

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def home_of(home: Path) -> Path:
    """The folder of all imports, below the workspace's `.custrata`."""
    return home / "web" / "imports"


def begun(home: Path, who: str) -> Import:
    """A new import under the next number."""
    root = home_of(home)
    root.mkdir(parents=True, exist_ok=True)
    number = max((int(p.name) for p in root.iterdir() if p.name.isdecimal()), default=0)
    while True:
        number += 1
        try:
            (root / str(number)).mkdir()
        except FileExistsError:
            continue
        made = Import(number, root / str(number), who, datetime.now(UTC).isoformat(timespec="seconds"))
        made.place.mkdir()
        made.save()
        return made


def opened(home: Path, number: int) -> Import:
    """An import by its number. E-WEB-048 where there is none (any more)."""
    folder = home_of(home) / str(number)
    try:
        kept = json.loads((folder / "state.json").read_text("utf-8"))
        files = [Sent(**f) for f in kept.pop("files")]
        return Import(number, folder, files=files, **kept)
    except (OSError, ValueError, TypeError, KeyError):
        raise CustrataError(Problem("E-WEB-048", "", {"number": number})) from None


def all_of(home: Path) -> list[Import]:
    """All imports, the newest first."""
    root = home_of(home)
    found = []
    for path in root.iterdir() if root.is_dir() else ():
        if path.name.isdecimal():
            try:
                found.append(opened(home, int(path.name)))
            except CustrataError:
                continue
    return sorted(found, key=lambda i: -i.id)


def safe_name(said: str) -> str:
    """A name for a file of this one's, that every system can hold and no pattern misunderstands.

    >>> safe_name("../../etc/销售 2024*.csv"), safe_name("a[1].xlsx"), safe_name("con.csv")
    ('销售 2024_.csv', 'a_1_.xlsx', '_con.csv')
    """
    name = unicodedata.normalize("NFC", said).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(sign for sign in name if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    stem, dot, ending = _UNSAFE.sub("_", name).strip().rpartition(".")
    if not dot:
        stem, ending = ending, ""
    stem = stem.strip(" .")[:_LONGEST] or "file"
    name = f"{stem}.{ending.strip()[:12]}" if ending else stem
    return f"_{name}" if _RESERVED.fullmatch(name) else name


def free_name(name: str, taken: set[str], data: Path) -> str:
    """The name, or the next one with a number, that neither `data/` nor `taken` has in any case of letters."""
    there = {p.name.casefold() for p in data.iterdir()} if data.is_dir() else set()
    there |= {t.casefold() for t in taken}
    stem, _, ending = name.rpartition(".")
    found, n = name, 1
    while found.casefold() in there:
        n += 1
        found = f"{stem}-{n}.{ending}" if stem else f"{name}-{n}"
    return found
