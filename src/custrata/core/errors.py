"""What went wrong, for the person who has to mend it: a code, a place, the value, the mend.

The sentences stand in locale/*/errors.toml, so that an error exists in both languages or not at all.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from custrata.locale import Lang, catalog


@dataclass(frozen=True)
class Problem:
    """One thing to mend.

    `code` is a heading of errors.toml; `place` is where to look (`scheme.yaml:22 metrics.spend`, `sales.csv row 7`);
    `values` fill the sentence.

    >>> p = Problem("E-SCHEME-003", "scheme.yaml:9 segments.tier", {"name": "spent", "suggestion": "spend"})
    >>> print(p.text("en"))
    E-SCHEME-003 scheme.yaml:9 segments.tier: There is no metric, segment or attribute named 'spent'. \
Did you mean 'spend'?
    """

    code: str
    place: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def message(self, lang: Lang) -> str:
        """What is wrong, without code and place."""
        return str(catalog("errors", lang)[self.code]["message"]).format_map(_Lenient(self.values))

    def mend(self, lang: Lang, *, web: bool = False) -> str:
        """What to do about it; a `suggestion` in `values` comes first. `web`: for who sits before a page, where the
        mend of the command line names a command (`mend_web`, where there is one)."""
        entry = catalog("errors", lang)[self.code]
        near = "suggest" if self.values.get("suggestion") and "suggest" in entry else "mend"
        key = "mend_web" if web and near == "mend" and "mend_web" in entry else near
        return str(entry[key]).format_map(_Lenient(self.values))

    def text(self, lang: Lang) -> str:
        """The whole line as printed: code, place, what is wrong, mend."""
        place = f" {self.place}" if self.place else ""
        gap = "" if lang == "zh" else " "
        return f"{self.code}{place}: {self.message(lang)}{gap}{self.mend(lang)}"

    def as_json(self, lang: Lang, *, web: bool = False) -> dict[str, Any]:
        """The same as data, for `--json`, the API and, with `web`, for pages."""
        mend = self.mend(lang, web=web)
        return {"code": self.code, "place": self.place, "message": self.message(lang), "mend": mend}


class CustrataError(Exception):
    """One or more problems that stop the work; `str()` gives them in English, one a line.

    >>> raise CustrataError(Problem("E-DATA-002", "sales.csv", {}))
    Traceback (most recent call last):
    ...
    custrata.core.errors.CustrataError: E-DATA-002 sales.csv: The file holds no rows. Export it again...
    """

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(p.text("en") for p in problems))

    @classmethod
    def all(cls, problems: Iterable[Problem]) -> CustrataError:
        return cls(*problems)


class Fault(ValueError):
    """A value that a scheme cannot hold; `key` is its sentence in faults.toml.

    >>> Fault("number", value="ten").text("en")
    "'ten' is not a number"
    """

    def __init__(self, key: str, **values: Any) -> None:
        self.key, self.values = key, values
        super().__init__(self.text("en"))

    def text(self, lang: Lang) -> str:
        return str(catalog("faults", lang)[self.key]).format(**self.values)


class Refusal(ValueError):
    """A part of a scheme that cannot be, found where only the part is known; it becomes a `Problem` with the place.

    >>> Refusal("E-SCHEME-030", value="tea").problem("scheme.yaml:3").text("en")
    "E-SCHEME-030 scheme.yaml:3: 'tea' is written twice, perhaps once in each language. Keep one."
    """

    def __init__(self, code: str, **values: Any) -> None:
        self.code, self.values = code, values
        super().__init__(Problem(code, "", values).text("en"))

    def problem(self, place: str) -> Problem:
        return Problem(self.code, place, self.values)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The known name nearest to a mistyped one, or '' where none is near.

    >>> did_you_mean("spend_teir", ["spend_tier", "rfm"])
    'spend_tier'

    In words of two to four characters, as Chinese ones are, one character may be wrong, missing or too many:

    >>> did_you_mean("阈直", ["阈值", "金字塔"])
    '阈值'
    """
    said, words = str(name), [str(k) for k in known]
    near = difflib.get_close_matches(said, words, n=1, cutoff=0.6)
    if near:
        return near[0]
    if not 2 <= len(said) <= 4 or said.isascii():
        return ""
    # The first character of a Chinese word is seldom the mistyped one.
    return next(iter(sorted((w for w in words if _one_apart(said, w)), key=lambda w: w[:1] != said[:1])), "")


def _one_apart(a: str, b: str) -> bool:
    """Whether one character put in, taken out or changed makes one of the other, and most of it stays."""
    if abs(len(a) - len(b)) > 1 or min(len(a), len(b)) < 2:
        return False
    head = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    longer, shorter = sorted((a, b), key=len, reverse=True)
    return longer[head + 1 :] == shorter[head + (len(a) == len(b)) :]


class _Lenient(dict[str, Any]):
    """A sentence with a hole is better than a KeyError in the middle of telling of an error."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
