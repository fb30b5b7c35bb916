"""Tells how far work is as lines of text, for whoever started the process and reads what it writes."""

from __future__ import annotations

import os
import sys
from typing import Any

from custrata.locale import Lang, source_title, text
from custrata.usecases.ports import Progress

#: Set to `lines` where steps are to be told as lines on stderr, each after a sign that no other line begins with.
VARIABLE = "CUSTRATA_STEPS"
SIGN = "\x1e"


def wanted() -> bool:
    """Whether whoever started this process reads its steps."""
    return os.environ.get(VARIABLE) == "lines"


def words(step: str, lang: Lang, **values: Any) -> str:
    """A step as a sentence.

    >>> words("read", "en", source="orders")
    'Reading orders …'
    """
    named = {k: source_title(v, lang) if k == "source" else v for k, v in values.items()}
    return text(f"cli.step_{step}", lang, **named)


def told(lang: Lang) -> Progress:
    """Progress that writes a line a step."""

    def tell(step: str, /, **values: Any) -> None:
        line(words(step, lang, **values))

    return tell


def line(said: str) -> None:
    """Writes one line to stderr; that nobody reads any more is no reason to stop."""
    try:
        sys.stderr.write(f"{SIGN}{said}\n")
        sys.stderr.flush()
    except OSError:
        pass
