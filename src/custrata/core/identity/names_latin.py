"""Names in Latin letters: Hengda Trading Co., Ltd. (Shenzhen), Smith & Sons LLC, SMITH, John, Mr. Zhang San."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from custrata.core.identity.names import Name, place_sounds, region_key
from custrata.core.identity.text import bare, tokens
from custrata.core.identity.words import words

_BRACKET = re.compile(r"\(([^()]*)\)")


def latin_name(folded: str) -> Name:
    """A folded text without Chinese characters as a name."""
    region, notes = "", []
    for inside in _BRACKET.findall(folded):
        place = _place(inside)
        region = place or region
        if not place:
            notes += tokens(inside)
    plain = _BRACKET.sub(" ", folded)
    found = tokens(plain)
    if not found:
        found, notes = notes, []
    words_, branch = _split_branch(found)
    person = None if region or notes or branch else _person(plain, found)
    if person is not None:
        return person
    core, form = _without_form(words_)
    branch = branch or _branch_in(notes)
    kinds = set(words()["company"]["kinds_en"])
    if len(core) > 2 and region_key(core[0]) in place_sounds() and not region:
        region, core = region_key(core[0]), core[1:]
    core = [w for w in core if w not in ("and", "the", "of")] or core
    known = form or bool(branch) or "&" in plain or bool(kinds & set(core))
    numbers = sorted({n.lstrip("0") or "0" for n in re.findall(r"[0-9]+", plain + " ".join(notes))})
    text = "".join(core) + "".join(n for n in notes if not branch)
    return Name("company" if known else "unknown", text or bare(folded), region, branch, ",".join(numbers))


def _place(inside: str) -> str:
    key = region_key(inside)
    return key if key in place_sounds() and key != "zhongguo" else ""


def _person(plain: str, found: Sequence[str]) -> Name | None:
    """Two to four words of letters without a mark of a company; the surname may stand first with a comma."""
    if "&" in plain or any(re.search(r"[0-9]", w) for w in found):
        return None
    if _without_form(found)[1] or set(found) & (set(words()["company"]["kinds_en"]) | {"and"}):
        return None
    if "," in plain:
        surname, _, given = plain.partition(",")
        found = [*tokens(given), *tokens(surname)]
    titles = set(words()["person"]["titles_en"])
    names = [w for w in found if w not in titles]
    if len(names) == 1 and len(names) < len(found):
        return Name("person", names[0], partial=True)
    if not 2 <= len(names) <= 4:
        return None
    return Name(
        "person", min(" ".join(names), " ".join([*names[1:], names[0]])) if len(names) == 2 else " ".join(names)
    )


@lru_cache(maxsize=1)
def _forms() -> list[list[str]]:
    return sorted((f.split() for f in words()["company"]["forms_en"]), key=lambda f: (-len(f), f))


def _without_form(found: Sequence[str]) -> tuple[list[str], bool]:
    """The words without legal forms at their end, and whether there was one."""
    rest, stripped = list(found), False
    while len(rest) > 1:
        form = next((f for f in _forms() if len(f) < len(rest) and rest[-len(f) :] == f), None)
        if form is None:
            break
        rest, stripped = rest[: -len(form)], True
    return rest, stripped


def _split_branch(found: list[str]) -> tuple[list[str], str]:
    """hengda trading co ltd and shenzhen, of … Shenzhen Branch."""
    for name in words()["company"]["branches_en"]:
        end = name.split()
        if len(found) > len(end) and found[-len(end) :] == end:
            body = found[: -len(end)]
            for at in range(len(body) - 1, 0, -1):
                if _without_form(body[:at])[1]:
                    return body[:at], region_key("".join(body[at:]))
            if _without_form(body)[1] or len(body) == 1:
                return body, "branch"
            return body[:-1], region_key(body[-1])
    return found, ""


def _branch_in(notes: Sequence[str]) -> str:
    ends = {b.split()[-1] for b in words()["company"]["branches_en"]}
    return region_key("".join(w for w in notes if w not in ends)) or "branch" if set(notes) & ends else ""
