"""What a request asks of a ladder: the one that is in force or a new one from a template, and what the form says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang
from custrata.usecases.condition_labels import with_names
from custrata.usecases.ladder_edit import with_ladder
from custrata.usecases.ladder_form import Wanted, form_of
from custrata.usecases.ladder_new import TEMPLATES, Template, free_name, with_new_ladder
from custrata.web import versions
from custrata.web.ladder_fields import wanted_of
from custrata.web.page import Request


@dataclass(frozen=True)
class Asked:
    """The version that is gone on with, and the text in force; the text that the form began from, which holds the
    ladder also where it is a new one; the ladder there (`now`), and what the form says in its place, with what is wrong
    with that already."""

    base: Any
    in_force: str
    text: str
    name: str
    now: Wanted
    wanted: Wanted
    problems: Sequence[Problem] = ()
    template: Template | None = None


def given(request: Request) -> Any:
    """What the form says."""
    return request.POST if request.method == "POST" else request.GET


def there(request: Request, name: str) -> Asked:
    """A ladder of the scheme in force, or of the version that somebody goes on with (`from`). Raises E-WEB-037 for a
    version that there is not, E-WEB-081 where it has no ladder of that name."""
    now_in_force, number = versions.in_force(), given(request).get("from", "")
    base = versions.version(int(number)) if number.isdecimal() and len(number) < 18 else now_in_force
    scheme = Scheme.parse(base.text)
    if name not in scheme.levels:
        raise CustrataError(Problem("E-WEB-081", name, {"name": name}))
    now = form_of(scheme, name, request.sight.lang)
    if request.method == "GET" and "level" not in request.GET:
        return Asked(base, now_in_force.text, base.text, name, now, now)
    wanted, problems = wanted_of(given(request), now)
    return Asked(base, now_in_force.text, base.text, name, now, wanted, problems)


def begun(request: Request) -> Asked:
    """A new ladder, of the template and under the name that the form says; under another where that cannot be one."""
    said, base, result = given(request), versions.in_force(), request.result()
    scheme, problems = Scheme.parse(base.text), list[Problem]()
    template: Template = next((t for t in TEMPLATES if t == said.get("template")), TEMPLATES[0])
    usual = free_name(scheme, scheme.lang)
    name = str(said.get("name", usual)).strip()
    try:
        text = with_new_ladder(base.text, name, result, template)
    except CustrataError as error:
        if error.problems[0].code != "E-WEB-112":
            raise
        problems += (replace(p, place="name") for p in error.problems)
        name, text = usual, with_new_ladder(base.text, usual, result, template)
    now = form_of(Scheme.parse(text), name, request.sight.lang)
    if "level" not in said:
        return Asked(base, base.text, text, name, now, now, problems, template)
    wanted, more = wanted_of(said, now)
    return Asked(base, base.text, text, name, now, wanted, [*problems, *more], template)


def text_of(asked: Asked, lang: Lang) -> str:
    """The text with the ladder as the form says. Raises all that is wrong with it."""
    if asked.problems:
        raise CustrataError(*asked.problems)
    if asked.wanted == asked.now:
        return asked.text
    scheme = Scheme.parse(asked.text)
    rungs = [
        replace(r, enter=with_names(r.enter, scheme, lang), keep=with_names(r.keep, scheme, lang))
        for r in asked.wanted.rungs
    ]
    text = with_ladder(asked.text, asked.name, replace(asked.wanted, rungs=rungs), asked.now)
    Scheme.parse(text)
    return text
