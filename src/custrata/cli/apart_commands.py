"""What apart does: calls the use case and shows its sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from custrata.cli import show
from custrata.cli.commands import opened
from custrata.cli.progress import Steps
from custrata.cli.shared import clock, day_of, language_of, open_store, print_json, workspace_at
from custrata.core.errors import CustrataError, Problem
from custrata.locale import Lang
from custrata.usecases.apart_words import Words, as_document, said


@dataclass(frozen=True)
class Asked:
    """What the command was called with."""

    class_: str | None
    leavers: bool
    days: int
    without: tuple[str, ...]
    own: bool
    as_of: str | None


def apart(asked: Asked, path: Path, run: str | None, as_json: bool) -> None:
    """`custrata apart`. Raises E-PREDICT-054 where not exactly one of a class and `--leavers` is asked for."""
    lang, named = language_of(path), said(asked.class_ or "")
    if asked.leavers == (asked.class_ is not None) or (not asked.leavers and not named):
        raise CustrataError(Problem("E-PREDICT-054", "apart", {"value": asked.class_ or ""}))
    words = _of_leavers(asked, path, lang) if asked.leavers else _of_class(asked, named[0], named[1], path, run, lang)
    if as_json:
        print_json(as_document(words))
        return
    for sentence in words.sentences():
        show.line(sentence)


def _of_class(asked: Asked, segment: str, class_: str, path: Path, run: str | None, lang: Lang) -> Words:
    from custrata.usecases.apart import apart_of

    with Steps(lang), opened(path, run) as result:
        found = apart_of(result, result.meant(segment), class_, without=asked.without, own=asked.own)
        return Words(found, result.scheme, result.as_of, lang)


def _of_leavers(asked: Asked, path: Path, lang: Lang) -> Words:
    from custrata.engines.duckdb.store import duckdb_store
    from custrata.usecases.apart_kept import Leavers, keep
    from custrata.usecases.apart_leavers import leavers

    workspace, until = workspace_at(path), day_of(asked.as_of)
    with Steps(lang) as steps:
        found, day = leavers(workspace, duckdb_store, clock, days=asked.days, as_of=until, without=asked.without,
                             progress=steps, open_store=open_store)  # fmt: skip
    if until is None and not asked.without:  # the plain question: pages and reports show its last answer
        told = Leavers(found, day, asked.days, day + timedelta(days=asked.days), clock())
        keep(workspace, told)
    return Words(found, workspace.scheme(), day, lang, asked.days)
