"""The audit trail in words: entries stand in the store in one language, and are read in that of the reader."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from custrata.locale import Lang, catalog, text
from custrata.web.data_page import kind_word

#: What is done to a customer, whose id it is done to.
OF_CUSTOMERS = ("see customer", "correct profile", "withdraw correction", "write note", "delete note")
_ASKED = re.compile(r"(ask for|end) (.+)")
_NUMBERED = re.compile(r"(version|job|token|import|decision) (\S+)|(\d+) (customers)|(schedule)\.(.+)")


def verb_word(verb: str, lang: Lang) -> str:
    """What somebody did.

    >>> verb_word("publish scheme", "zh"), verb_word("ask for run", "en")
    ('发布方案', 'asked for: Load and classify')
    """
    known = _words("verb", lang)
    asked = _ASKED.fullmatch(verb)
    if verb in known or asked is None:
        return known.get(verb, verb)
    return text("web_trail.ask" if asked[1] == "ask for" else "web_trail.end", lang, kind=kind_word(asked[2], lang))


def subject_word(subject: str, lang: Lang) -> str:
    """To what it was done; names and ids are told as they are.

    >>> subject_word("version 3", "zh"), subject_word("K000132", "zh")
    ('版本 3', 'K000132')
    """
    found = _NUMBERED.fullmatch(subject)
    if found is None:
        return subject
    kind, n = (found[1], found[2]) if found[1] else (found[4], found[3]) if found[4] else (found[5], found[6])
    return text(f"web_trail.subject.{kind}", lang, n=n)


def detail_words(detail: Mapping[str, Any], lang: Lang) -> list[tuple[str, str]]:
    """What is told beside, without what says nothing: name and value."""
    known, yes = _words("detail", lang), {True: text("web.yes", lang), False: text("web.no", lang)}
    told = [(known.get(k, k), v) for k, v in detail.items() if v not in ("", None, [], {})]
    return [(k, yes[v] if isinstance(v, bool) else "、".join(map(str, v)) if isinstance(v, list) else str(v))
            for k, v in told]  # fmt: skip


def verbs(lang: Lang) -> dict[str, str]:
    """Everything that the trail tells, as it stands there → in words."""
    return _words("verb", lang)


def _words(part: str, lang: Lang) -> dict[str, str]:
    return dict(catalog("web_trail", lang)[part])
