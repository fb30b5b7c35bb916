"""A ladder as a form shows it, and its way back into the text of the scheme; and who would have earned what by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from custrata.core.conditions import Condition
from custrata.core.conditions.write import written
from custrata.core.errors import CustrataError, Problem
from custrata.core.levels.ladder import Ladder
from custrata.core.levels.options import Brakes, Down, Level
from custrata.core.scheme.edit import with_entry, with_order, with_value, without_entry
from custrata.core.scheme.model import Head, Scheme
from custrata.core.scheme.yaml import read
from custrata.core.strict import Strict
from custrata.locale import Lang
from custrata.usecases.customers.asked import asked
from custrata.usecases.levels.moved import level_words
from custrata.usecases.look import Result


@dataclass(frozen=True)
class Rung:
    """A level: its name, and its conditions as they are written; empty: it has none."""

    name: str
    enter: str = ""
    keep: str = ""


@dataclass(frozen=True)
class Wanted:
    """A ladder as somebody wants it, the highest level first; empty options stay as they are."""

    rungs: Sequence[Rung]
    hold: str = ""
    grace: str = ""
    fall_by: str = ""
    fall_at: str = ""
    brake: str = ""


def rungs_of(ladder: Ladder, lang: Lang = "en") -> list[Rung]:
    """The levels of a ladder with their conditions as text that reads back to the same."""
    return [Rung(n, _text(level.enter, lang), _text(level.keep, lang)) for n, level in ladder.levels.items()]


def _text(condition: Condition | None, lang: Lang) -> str:
    return "" if condition is None else written(condition, lang)


def with_ladder(text: str, name: str, wanted: Wanted) -> str:
    """The text with the ladder as it is wanted; whatever stays the same is not touched. The result is not checked:
    whoever publishes it does that. Raises E-WEB-080 for levels without a name or two of one name, E-WEB-081 for a
    ladder that the scheme does not have."""
    names = [r.name.strip() for r in wanted.rungs]
    if not names or "" in names or len(set(names)) < len(names):
        raise CustrataError(Problem("E-WEB-080", name, {"names": ", ".join(names)}))
    section, ladder = _ladder(text, name)
    before = [n for n in ladder if n in _levels(text, name)]
    for gone in (n for n in before if n not in names):
        text = without_entry(text, (section, name), gone)
    text = with_order(text, (section, name), [n for n in names if n in before])
    for at, rung in enumerate(wanted.rungs):
        if rung.name.strip() in before:
            text = _with_rung(text, section, name, rung)
            continue
        keys = ("enter", "keep")
        entry = {_spelled({}, Level, key, section): said for key in keys if (said := getattr(rung, key).strip())}
        below = next((n for n in names[at + 1 :] if n in before), None)
        options = [k for k in _ladder(text, name)[1] if k not in _levels(text, name)]
        text = with_entry(text, (section, name), rung.name.strip(), entry, before=below or next(iter(options), None))
    text = _with_option(text, section, name, "down", Down, "hold", wanted.hold)
    text = _with_option(text, section, name, "down", Down, "after", wanted.grace)
    text = _with_option(text, section, name, "down", Down, "by", wanted.fall_by)
    text = _with_option(text, section, name, "down", Down, "at", wanted.fall_at)
    return _with_option(text, section, name, "brakes", Brakes, "fall", wanted.brake)


def _with_rung(text: str, section: str, name: str, rung: Rung) -> str:
    level = _ladder(text, name)[1].get(rung.name) or {}
    for key in ("enter", "keep"):
        said, spelled = getattr(rung, key).strip(), _spelled(level, Level, key, section)
        if said:
            # A condition that says the same in other words is left as it was written.
            if _same(level.get(spelled), said):
                continue
            text = with_value(text, (section, name, rung.name, spelled), said)
        else:
            text = without_entry(text, (section, name, rung.name), spelled)
    return text


def _with_option(
    text: str, section: str, name: str, part: str, model: type[Strict], option: str, said: str
) -> str:  # fmt: skip
    if not said.strip():
        return text
    ladder = _ladder(text, name)[1]
    upper = _spelled(ladder, Ladder, part, section)
    inner = ladder.get(upper)
    key = _spelled(inner if isinstance(inner, Mapping) else {}, model, option, section)
    if isinstance(inner, Mapping) and str(inner.get(key)).removesuffix(" of grace") == said.strip():
        return text
    return with_value(text, (section, name, upper, key), said.strip())


def _same(written: Any, said: str) -> bool:
    from custrata.core.conditions import ConditionError, parse

    try:
        return written is not None and parse(written) == parse(said)
    except ConditionError:
        return False


@lru_cache(maxsize=4)
def _data(text: str) -> Mapping[str, Any]:
    """What a text says, which nobody changes; every step of an edit asks for it."""
    found: Mapping[str, Any] = read(text, "scheme.yaml").data
    return found


def _ladder(text: str, name: str) -> tuple[str, Mapping[str, Any]]:
    """The key of the levels as this scheme writes it, and the ladder as it stands there."""
    data = _data(text)
    chinese = next(zh for zh, field in Head.chinese_keys().items() if field == "levels")
    section = chinese if chinese in data else "levels"
    found = (data.get(section) or {}).get(name)
    if not isinstance(found, Mapping):
        raise CustrataError(Problem("E-WEB-081", name, {"name": name}))
    return section, found


def _levels(text: str, name: str) -> set[str]:
    """The keys of a ladder that are levels."""
    options = {*Ladder.model_fields, *Ladder.chinese_keys()}
    return {str(k) for k in _ladder(text, name)[1] if k not in options}


def _spelled(there: Mapping[str, Any], model: type[Strict], field: str, section: str) -> str:
    """The key of an option as it is written there already, else in the language of the file."""
    english: str = model.model_fields[field].alias or field
    chinese: str = next((zh for zh, own in model.chinese_keys().items() if own == field), english)
    known = [english, chinese, *(["grace", "宽限期"] if field == "after" else [])]
    usual = english if section == "levels" else chinese
    return next((key for key in known if key in there), usual)


@dataclass(frozen=True)
class EarnedRow:
    """How many have a level now, how many would have earned it by their numbers alone, and what those spend."""

    level: str
    now: int
    earned: int
    spend: Decimal


def earned_by(result: Result, scheme: Scheme, name: str, lang: Lang) -> list[EarnedRow]:
    """Whom a changed ladder would place where by the numbers of a run, before hold and grace, the highest level first.
    Raises E-WEB-082 where it asks for numbers that the run does not have."""
    ladder = scheme.levels[name]
    known = {*result.customers.columns, *(result.people.columns if result.people is not None else ())}
    lacking = [n for n in ladder.inputs() if n.removeprefix("@") not in known]
    if lacking:
        raise CustrataError(Problem("E-WEB-082", name, {"names": ", ".join(lacking)}))
    names = {n.removeprefix("@") for n in ladder.inputs()}
    t: Any = ladder.scored(asked(result, names))
    t = t.mutate(_earned=ladder.earned(t), _spend=t[result.scheme.level_spend()])
    found = {
        int(r["_earned"]): r
        for r in result.engine.rows(t.group_by("_earned").aggregate(n=t.count(), spend=t["_spend"].sum()))
    }
    words = level_words(ladder, lang)
    now: dict[str, int] = {}
    if name in result.customers.columns:
        held = result.customers.group_by(name).aggregate(n=result.customers.count())
        now = {str(r[name]): int(r["n"]) for r in result.engine.rows(held)}
    own = {c.key: c.label(result.scheme.lang) for c in ladder.classes()}
    return [
        EarnedRow(
            words.get(level, level), now.get(own[level], 0), int(found[rank]["n"]) if rank in found else 0,
            Decimal(found[rank]["spend"] or 0) if rank in found else Decimal(0),
        )
        for level, rank in ((level, ladder.rank(level)) for level in ladder.levels)
    ]  # fmt: skip
