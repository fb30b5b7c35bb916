"""The fields of the ladder form: what somebody typed into them, and which of them a problem belongs beside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from custrata.core.errors import Problem
from custrata.core.levels.ladder import Ladder
from custrata.core.levels.options import Level
from custrata.core.strict import Strict
from custrata.usecases.ladder_form import OPTIONS, Rung, Wanted

#: Levels, benefits and weights that a form may have, and characters of what is typed.
_MOST, _LONGEST = 20, 500
#: What a row of levels says.
_COLUMNS = ("level", "enter", "keep", "zh", "en")
#: Where what is wrong with a whole level stands, by its code; else beside what it takes to reach it.
_OF_KEEP = ("E-LEVEL-006",)


def wanted_of(given: Any, now: Wanted) -> tuple[Wanted, list[Problem]]:
    """The ladder of a form: rows that are to go, and those without a name, are left out; the new level stands where the
    form says, and a button may have moved one. What the form does not tell is as it is `now`.

    With what is wrong: E-WEB-121 a benefit without a name, E-WEB-122 one that is named twice, E-WEB-123 a weight of no
    metric. A value without a name stands under ''."""
    was, problems = {r.name: r for r in now.rungs}, list[Problem]()
    rows = [_rung(given, i, name.strip(), was, problems) for i, name in enumerate(given.getlist("level")[:_MOST])]
    gone = {int(g) for g in given.getlist("gone") if g.isdecimal() and len(g) < 4}
    do, at = pressed(given)
    order = list(range(len(rows)))
    other = at + {"up": -1, "down": 1}.get(do, 0)
    if 0 <= at < len(rows) and 0 <= other < len(rows):
        order[at], order[other] = order[other], order[at]
    rungs = [rows[i] for i in order if i not in gone and rows[i].name]
    new = [given.get(f"new_{key}", "").strip()[:_LONGEST] for key in ("level", "enter", "keep")]
    if new[0]:
        # In front of the level of that name, since others may have gone or moved.
        below = given.get("new_above", "")
        rungs.insert(next((i for i, r in enumerate(rungs) if r.name == below), len(rungs)), Rung(*new))
    options = {k: _percent(k, given.get(k, now.options.get(k, "")).strip()[:40]) for k in OPTIONS}
    label = [given.get(f"label_{k}", was_).strip()[:80] for k, was_ in (("zh", now.zh), ("en", now.en))]
    score = _score(given, now, problems)
    return Wanted(rungs, options, label[0], label[1], score), list({p.code: p for p in problems}.values())


def perks_of(given: Any) -> list[str]:
    """The benefits that a form names, also those that no level has yet."""
    names = [n.strip()[:80] for n in given.getlist("perk")[:_MOST]]
    return list(dict.fromkeys(n for n in names if n))


def _percent(key: str, said: str) -> str:
    return said.rstrip("%％ ") if OPTIONS[key].percent else said


def _rung(given: Any, i: int, name: str, was: Mapping[str, Rung], problems: list[Problem]) -> Rung:
    now = was.get(name, Rung(name))
    cells = [given.getlist(key) for key in _COLUMNS[1:]]
    usual = (now.enter, now.keep, now.zh, now.en)
    told = [c[i] if i < len(c) else old for c, old in zip(cells, usual, strict=True)]
    enter, keep, zh, en = (said.strip()[:_LONGEST] for said in told)
    return Rung(name, enter, keep, zh, en, _benefits(given, i, problems) if "perk" in given else now.benefits)


def _benefits(given: Any, i: int, problems: list[Problem]) -> dict[str, str]:
    found: dict[str, str] = {}
    pairs = zip_longest(given.getlist("perk")[:_MOST], given.getlist(f"perk-{i}")[:_MOST], fillvalue="")
    for name, said in ((n.strip()[:80], s.strip()[:_LONGEST]) for n, s in pairs):
        if said and not name:
            problems.append(Problem("E-WEB-121", "benefits", {"value": said}))
        if said and name in found:
            problems.append(Problem("E-WEB-122", "benefits", {"name": name}))
        elif said:
            found[name] = said
    return found


def _score(given: Any, now: Wanted, problems: list[Problem]) -> dict[str, str]:
    if "weighed" not in given:
        return dict(now.score)
    pairs = zip_longest(given.getlist("weighed")[:_MOST], given.getlist("weight")[:_MOST], fillvalue="")
    found: dict[str, str] = {}
    for name, weight in ((n.strip(), w.strip()[:40]) for n, w in pairs):
        if weight and not name:
            problems.append(Problem("E-WEB-123", "score", {"value": weight}))
        if weight:
            found[name] = weight
    return found


def pressed(given: Any) -> tuple[str, int]:
    """The button of a row that sent the form: what it does, and its row from 0."""
    do, _, row = given.get("do", "").partition(":")
    return do, int(row) if row.isdecimal() and len(row) < 4 else -1


def moved(given: Any, rungs: int) -> tuple[str, int] | None:
    """The button that whoever uses no mouse goes on with: the same of the level that was moved, or the other one where
    it has come to an end."""
    do, row = pressed(given)
    if do not in ("up", "down") or row < 0:
        return None
    at = min(max(row + (-1 if do == "up" else 1), 0), rungs - 1)
    return ("down" if at == 0 else "up" if at == rungs - 1 else do), at


def fields(rows: int, *, new: bool) -> list[str]:
    """Every field that something may be wrong with; a new ladder has a name."""
    own = [f"{key}-{i}" for i in range(rows) for key in ("enter", "keep", "called")]
    found = [*own, "new_level", "new_enter", "new_keep", *OPTIONS, "label", "score", "benefits"]
    return [*found, "name"] if new else found


def beside(problems: Iterable[Problem], name: str, rows: Sequence[str], new: str) -> dict[str, list[Problem]]:
    """The problems by the field that they belong beside; under '' those that belong beside none. `rows` are the levels
    as they stand in the form, `new` is the one that is being added."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        found.setdefault(_field(problem, name, rows, new), []).append(problem)
    return found


def _field(problem: Problem, name: str, rows: Sequence[str], new: str) -> str:
    if problem.place in ("benefits", "score", "name"):
        return problem.place
    if problem.code == "E-SCHEME-061":
        return "new_level"
    _, _, path = problem.place.partition(" ")
    for section in ("levels", "等级"):
        if path.startswith(head := f"{section}.{name}."):
            rest = path.removeprefix(head)
            # Levels may stand under a key of their own.
            return _option(rest) or _level(problem, rest.removeprefix(f"{section}."), rows, new)
    return ""


def _option(path: str) -> str:
    for key, option in OPTIONS.items():
        own = _spellings(option.model, option.field)
        if option.part is None:
            said = own
        else:
            parts = _spellings(Ladder, option.part)
            said = {f"{p}.{f}" for p in parts for f in own} | (parts if key == "new_level_of" else set())
        if path in said:
            return key
    whole = path.partition(".")[0]
    return next((f for f in ("score", "label") if whole in _spellings(Ladder, f)), "")


def _level(problem: Problem, path: str, rows: Sequence[str], new: str) -> str:
    known = sorted({*rows, new} - {""}, key=len, reverse=True)
    level = next((n for n in known if path == n or path.startswith(f"{n}.")), None)
    if level is None:
        return ""
    key = path.removeprefix(level).removeprefix(".").partition(".")[0]
    if key in _spellings(Level, "benefits"):
        return "benefits"
    kind = "keep" if key in _spellings(Level, "keep") or problem.code in _OF_KEEP else "enter"
    if level not in rows:
        return f"new_{kind}"
    return f"{'called' if key in _spellings(Level, 'label') else kind}-{list(rows).index(level)}"


def _spellings(model: type[Strict], field: str) -> set[str]:
    chinese = {zh for zh, own in model.chinese_keys().items() if own == field}
    more = {"grace", "宽限期"} if field == "after" else set()
    return {field, model.model_fields[field].alias or field, *chinese, *more}
