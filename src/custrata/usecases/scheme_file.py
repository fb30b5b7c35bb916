"""The scheme file of a workspace as text, and its replacement by another version, unless somebody else was quicker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.loader import find
from custrata.core.scheme.model import Scheme
from custrata.core.scheme.yaml import too_large
from custrata.usecases.workspace import Workspace, lock_at_once, replace_file, written


def scheme_text(workspace: Workspace) -> str:
    """The text of the scheme, whether or not it is a sound one; line ends as `\\n`.

    Raises E-SCHEME-020 and 021 where there is none, E-SCHEME-017 where it is too large, E-SCHEME-022 and 023 where it
    cannot be read.
    """
    return _text(workspace.scheme_file or find(workspace.path))


def replace_scheme(workspace: Workspace, text: str, base: str) -> Scheme:
    """Checks a text and makes it the scheme of the workspace, in one step.

    Only where the file still is what the text was made from (`base`): else E-WEB-034. Raises every problem of the text;
    E-RUN-006 where the file cannot be written.
    """
    file = workspace.scheme_file or find(workspace.path)
    scheme = Scheme.parse(text, file.name)
    with _alone(workspace, file):
        if _text(file) != base:
            raise CustrataError(Problem("E-WEB-034", file.name, {}))
        replace_file(file, text)
    return scheme


def _text(file: Path) -> str:
    try:
        if (error := too_large(file.stat().st_size, file.name)) is not None:
            raise error
        data = file.read_bytes()
    except OSError as error:
        raise CustrataError(Problem("E-SCHEME-023", str(file), {"why": error.strerror or str(error)})) from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise CustrataError(Problem("E-SCHEME-022", file.name, {}))


@contextmanager
def _alone(workspace: Workspace, file: Path) -> Iterator[None]:
    """Nobody else replaces the scheme meanwhile. A lock of its own, since a run may take long and reads it only once.
    """
    with written(workspace.path):
        workspace.home.mkdir(parents=True, exist_ok=True)
        with (workspace.home / "scheme.lock").open("a+", encoding="utf-8") as handle:
            try:
                lock_at_once(handle)
            except OSError:
                raise CustrataError(Problem("E-WEB-034", file.name, {})) from None
            yield
