"""What the YAML parser stumbled over, as a person would say it: where it begins, what is wrong, what to write."""

from __future__ import annotations

import re
from typing import Any

from custrata.core.errors import Problem
from custrata.locale import LANGS, catalog

#: What the parser says → heading of yaml.toml, and whether the fault lies where it began to read rather than where it
#: gave up. Groups fill the sentences.
_SAID: tuple[tuple[str, str, bool], ...] = (
    (r"found unexpected end of stream", "quote", True),
    (r"could not find expected ':'", "colon", True),
    (r"mapping values are not allowed", "mapping", False),
    (r"cannot start any token", "sign", False),
    (r"expected ',' or '[\]}]'", "bracket", True),
    (r"<block end>, but found '[\]}]'", "closing", False),
    (r"<block end>, but found '[?-]'", "mixed", False),
    (r"<block end>, but found", "indent", False),
    (r"undefined alias '(?P<name>.*)'", "alias", False),
    (r"unknown escape character", "escape", False),
    (r"found another document", "documents", False),
    (r"sequence entries are not allowed", "dash", False),
    (r"directive|expected alphabetic or numeric character, but found '%'", "directive", False),
    (r"expected alphabetic or numeric character", "anchor", False),
    (r"while scanning a (?:tag|simple key|anchor|alias)|expected the node content", "content", False),
)


def syntax_problem(text: str, name: str, error: Exception) -> Problem:
    """The parser's complaint as a problem with its line."""
    context, problem = (str(getattr(error, key, None) or "") for key in ("context", "problem"))
    said = f"{context} {problem}" if problem else str(error).splitlines()[0] if str(error) else ""
    found = ((re.search(pattern, said), key, began) for pattern, key, began in _SAID)
    match, key, began = next(((m, k, b) for m, k, b in found if m), (None, "other", False))
    end, start = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    mark = (start or end) if began else (end or start)
    line = mark.line + 1 if mark is not None else 1
    rows = text.splitlines()
    row = rows[line - 1] if 0 < line <= len(rows) else ""
    sign = row[mark.column : mark.column + 1] if mark is not None else ""
    if sign == "\t":
        return Problem("E-SCHEME-019", f"{name}:{line}", {"text": row.strip()[:60]})
    values: dict[str, Any] = {"text": row.strip()[:60], "said": said[:100], "sign": sign}
    values |= match.groupdict() if match else {}
    values |= {"closing": {"{": "}", "[": "]"}.get(sign, sign), "until": end.line + 1 if end is not None else line}
    for lang in LANGS:
        ending = "" if lang == "en" else "_zh"
        values |= {f"{part}{ending}": catalog("yaml", lang)[key][part].format(**values) for part in ("what", "how")}
    return Problem("E-SCHEME-001", f"{name}:{line}", values)
