"""Where the user works: a command that a sentence recommends carries the workspace that he named himself."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection
from pathlib import Path
from typing import Any

#: The workspace that the running command was given ('' for the one that lies here), and the commands that take one.
_AT = ""
_TAKE: frozenset[str] = frozenset()
#: A command as sentences write it: in backquotes, or behind a colon.
_COMMAND = re.compile(r"(?P<before>(?:^|`|[:：]\s?))custrata (?P<verb>[a-z]+)(?P<rest>[^`\n]*)", re.MULTILINE)


def working_at(workspace: Path | None, take: Collection[str]) -> None:
    """From here on sentences are of this workspace; `take` are the commands that have the option -w."""
    global _AT, _TAKE
    _AT = "" if workspace is None or workspace == Path() else shlex.quote(str(workspace))
    _TAKE = frozenset(take)


def with_workspace(sentence: str) -> str:
    """The sentence, its commands with -w where the user gave it and they do not name a workspace themselves."""
    if not _AT or "custrata " not in sentence:
        return sentence

    def said(found: re.Match[str]) -> str:
        verb, rest = found["verb"], found["rest"]
        if verb not in _TAKE or re.search(r"(^| )-w |--workspace", rest):
            return found[0]
        return f"{found['before']}custrata {verb} -w {_AT}{rest}"

    return _COMMAND.sub(said, sentence)


def with_workspace_in(value: Any) -> Any:
    """The same for an answer to programs: of everything that is called `mend`."""
    if isinstance(value, dict):
        return {
            k: with_workspace(v) if k == "mend" and isinstance(v, str) else with_workspace_in(v)
            for k, v in value.items()
        }
    return [with_workspace_in(v) for v in value] if isinstance(value, list) else value
