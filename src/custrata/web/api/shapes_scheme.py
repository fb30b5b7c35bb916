"""What operations on the scheme take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from custrata.web.api.shapes import Number, Words
from custrata.web.versions import LONGEST_REASON

#: Letters of a text; a scheme that is longer is none that a person wrote.
_LONGEST = 500_000


class VersionShown(Schema):
    """A version of the scheme. `who` is empty where somebody edited the file itself."""

    id: int
    state: Literal["in force", "draft", "passed", "dropped", "past"] = Field(
        description="A draft is passed where another version came into force since it was begun."
    )
    who: str
    at: datetime
    published_at: datetime | None
    base: int | None = Field(description="The version that it was made from.")
    reason: str


class SchemeText(VersionShown):
    """A version of the scheme with its text."""

    text: str


class SaidText(Schema):
    """A text of a scheme."""

    text: Words = Field(max_length=_LONGEST)


class WantedVersion(SaidText):
    """A text that is to be kept as a draft."""

    reason: Words = Field("", max_length=LONGEST_REASON)
    base: Number | None = Field(
        None, description="The version that the text was made from; by default the one in force."
    )


class WantedPublish(Schema):
    """Why an older version comes into force again; a draft has its own reason."""

    reason: Words = Field("", max_length=LONGEST_REASON)


class SchemeFault(Schema):
    """Something wrong with a text, and its line, where it has one."""

    code: str
    place: str
    message: str
    mend: str
    line: int | None


class CheckedText(Schema):
    """Whether a text is a sound scheme, and what is wrong with it."""

    sound: bool
    faults: list[SchemeFault]
