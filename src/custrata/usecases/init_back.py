"""An import taken back: its files leave the company's data, those that it replaced are there again, and the scheme says
what it would say without it. The files of the import are kept beside, so that they can be sent once more.

What was before lies in a folder of its own: `scheme` (the text that the import found), `after` (the text that it left),
`files.json` (name → SHA-256 of each file as it was taken in) and `replaced/`.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence, Set
from filecmp import cmp
from pathlib import Path

from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.model import Scheme
from custrata.usecases.check import check_data
from custrata.usecases.init_add import with_files
from custrata.usecases.ports import EngineFactory
from custrata.usecases.scheme_diff import joined
from custrata.usecases.scheme_file import replace_scheme, scheme_text
from custrata.usecases.workspace import Workspace, replace_file

_FILES, _BEFORE, _AFTER, _REPLACED = "files.json", "scheme", "after", "replaced"


def keep_before(kept: Path, text: str | None, replaced: Mapping[str, Path], sent: Path) -> None:
    """Keeps what an import finds, before it changes anything for good: the scheme's text (null: there is none), and the
    files that it replaces, by name. `sent` is the folder of its own files: where one of them is in place already, an
    attempt was killed, and what that one kept stays."""
    before = kept / _REPLACED
    left = {n for n, file in replaced.items() if (before / n).is_file() and cmp(file, sent / n, shallow=False)}
    if not left:
        shutil.rmtree(kept, ignore_errors=True)
        before.mkdir(parents=True)
        if text is not None:
            (kept / _BEFORE).write_text(text, "utf-8", newline="\n")
    for name in replaced.keys() - left:
        shutil.copy2(replaced[name], before / name)


def keep_after(kept: Path, text: str, names: Sequence[str], data: Path) -> None:
    """Keeps what an import left; from here on it can be taken back."""
    (kept / _AFTER).write_text(text, "utf-8", newline="\n")
    replace_file(kept / _FILES, json.dumps({n: _digest(data / n) for n in names}, ensure_ascii=False))


def can_be_taken_back(kept: Path) -> bool:
    """Whether enough is known of an import. Of the first one of a workspace nothing would be left but its folder."""
    return (kept / _BEFORE).is_file() and (kept / _FILES).is_file()


def take_back(workspace: Workspace, data: Path, kept: Path, aside: Path, engine_for: EngineFactory) -> None:
    """Takes an import back: what it put into `data` goes to `aside`. Nothing is done where something stands against it:
    E-WEB-150 (too little is known of it), E-WEB-151 (a file of it has changed since), E-WEB-152 (the scheme has changed
    in the same lines, or needs what the import brought), and what `replace_scheme` raises.

    It may be killed at any point and asked for again."""
    if not can_be_taken_back(kept):
        raise CustrataError(Problem("E-WEB-150", "", {}))
    files = json.loads((kept / _FILES).read_text("utf-8"))
    changed = [name for name, digest in files.items() if _is_another(data / name, digest, aside / name)]
    if changed:
        raise CustrataError.all([Problem("E-WEB-151", name, {}) for name in changed])
    now = scheme_text(workspace)
    before, after = ((kept / n).read_text("utf-8") for n in (_BEFORE, _AFTER))
    paths = {f"{data.name}/{name}" for name in files if not (kept / _REPLACED / name).is_file()}
    without = _without(now, before, after, paths)
    if without != now:
        _require_enough(without, workspace.path, engine_for)
        replace_scheme(workspace, without, now)
    aside.mkdir(parents=True, exist_ok=True)
    for name in files:
        _put_back(data / name, aside / name, kept / _REPLACED / name)


def _is_another(file: Path, digest: str, aside: Path) -> bool:
    """Whether what lies there is not what the import put there; it may be gone, or what was before may be back."""
    return file.is_file() and not aside.exists() and _digest(file) != digest


def _without(now: str, before: str, after: str, paths: Set[str]) -> str:
    """The text without what the import changed. E-WEB-152 where that cannot be told apart from later changes, or what
    is left would be no scheme."""
    text = before if now == after else joined(after, before, now)
    try:
        if text is None and Scheme.parse(_without_files(after, paths)).sources == Scheme.parse(before).sources:
            # It brought files and nothing else, and later imports wrote theirs on the same line.
            text = _without_files(now, paths)
        if text is not None:
            Scheme.parse(text)
    except CustrataError as error:
        raise CustrataError.all([Problem("E-WEB-152", "", {}), *error.problems]) from None
    if text is None:
        raise CustrataError(Problem("E-WEB-152", "", {}))
    return text


def _without_files(text: str, paths: Set[str]) -> str:
    """The text without files that its sources name."""
    for source, config in Scheme.parse(text).sources.named().items():
        left = [f for f in config.file if f not in paths]
        if left and len(left) < len(config.file):
            text = with_files(text, source, left, "scheme.yaml")
    return text


def _require_enough(text: str, folder: Path, engine_for: EngineFactory) -> None:
    """E-WEB-152 where metrics or segments need columns that no source has any more."""
    try:
        check_data(Scheme.parse(text), folder, engine_for)
    except CustrataError as error:
        # What is wrong with files that stay was wrong before, or is mended by those that come back.
        lacking = [p for p in error.problems if p.code.startswith("E-SCHEME")]
        if lacking:
            raise CustrataError.all([Problem("E-WEB-152", "", {}), *lacking]) from None


def _put_back(file: Path, aside: Path, replaced: Path) -> None:
    if file.is_file() and not aside.exists():
        file.replace(aside)
    if replaced.is_file() and not file.exists():
        part = file.with_name(f".{file.name}.part")
        shutil.copy2(replaced, part)
        part.replace(file)


def _digest(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
