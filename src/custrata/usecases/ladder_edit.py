"""A ladder of a form on its way back into the text of the scheme: what differs from what the form showed is written,
and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from custrata.core.conditions import ConditionError, parse
from custrata.core.errors import CustrataError, Problem
from custrata.core.levels.ladder import Ladder
from custrata.core.levels.options import EARNED, Level
from custrata.core.scheme.edit import Path, with_entry, with_order, with_value, without_entry
from custrata.core.scheme.model import Head
from custrata.core.scheme.nodes import is_shared, plain
from custrata.core.strict import Strict
from custrata.usecases.ladder_form import OPTIONS, Option, Rung, Wanted, benefit_read

#: Which option the one text means that a part may be written as: `down: never`, `new: plain`.
_SHORT = {"up": "at", "down": "at", "new": "level"}
#: What is no name of a level where the options of the ladder stand beside the levels.
_TAKEN = {*Ladder.model_fields, *Ladder.chinese_keys()}


def with_ladder(text: str, name: str, wanted: Wanted, now: Wanted) -> str:
    """The text with the ladder as it is wanted, where a form showed it as it is `now`; whatever stays the same is not
    touched. The result is not checked: whoever publishes it does that.

    Raises E-WEB-080 for levels without a name or two of one name, E-WEB-081 for a ladder that the scheme does not have,
    E-SCHEME-060 where its levels stand in two places, E-SCHEME-061 for a level called as an option is, E-SCHEME-062
    where the change could reach beyond what was changed, through an anchor of YAML.
    """
    names = [r.name.strip() for r in wanted.rungs]
    if not names or "" in names or len(set(names)) < len(names):
        raise CustrataError(Problem("E-WEB-080", name, {"names": ", ".join(names)}))
    here, holder = _place(text, name)
    if wanted != now and is_shared(text, here):
        raise CustrataError(Problem("E-SCHEME-062", name, {"name": name}))
    before, was, old = list(_levels(text, holder)), {r.name: r for r in now.rungs}, text
    for called in names:
        if called in _TAKEN and called not in before:
            raise CustrataError(Problem("E-SCHEME-061", f"{name}.{called}", {"name": called}))
    for gone in (n for n in before if n not in names):
        text = without_entry(text, holder, gone)
    text = with_order(text, holder, [n for n in names if n in before])
    for at, rung in enumerate(wanted.rungs):
        called = rung.name.strip()
        if called in before:
            text = _with_rung(text, (*holder, called), rung, was.get(called, Rung(called)))
            continue
        below = next((n for n in names[at + 1 :] if n in before), None)
        options = [k for k in _at(text, holder) if k not in _levels(text, holder)]
        text = with_entry(text, holder, called, _new_rung(rung, here[0]), before=below or next(iter(options), None))
    text = _with_label(text, here, Ladder, (wanted.zh, wanted.en), (now.zh, now.en))
    for key, said in wanted.options.items():
        if said.strip() != now.options.get(key, ""):
            text = _with_option(text, here, OPTIONS[key], said.strip())
    text = _with_table(text, here, Ladder, "score", dict(wanted.score), dict(now.score))
    if _beyond(old, here) != _beyond(text, here):
        raise CustrataError(Problem("E-SCHEME-062", name, {"name": name}))
    return text


def _with_rung(text: str, path: Path, rung: Rung, was: Rung) -> str:
    for key in ("enter", "keep"):
        said, level = getattr(rung, key).strip(), _at(text, path)
        spelled = _spelled(level, Level, key, path[0])
        if said == getattr(was, key) or (said and _same(level.get(spelled), said)):
            # A condition that says the same in other words is left as it was written.
            continue
        text = with_value(text, (*path, spelled), said) if said else without_entry(text, path, spelled)
    text = _with_label(text, path, Level, (rung.zh, rung.en), (was.zh, was.en))
    wanted = {k.strip(): v.strip() for k, v in rung.benefits.items() if k.strip() and v.strip()}
    return _with_table(text, path, Level, "benefits", wanted, dict(was.benefits))


def _new_rung(rung: Rung, section: Any) -> dict[str, Any]:
    """A level that was not there, as it is written."""
    label = _label((rung.zh, rung.en))
    entry: dict[str, Any] = {"enter": rung.enter.strip(), "keep": rung.keep.strip(), "label": label}
    entry["benefits"] = {k: benefit_read(v) for k, v in rung.benefits.items() if v.strip()}
    return {_spelled({}, Level, key, section): said for key, said in entry.items() if said}


def _with_label(text: str, path: Path, model: type[Strict], said: tuple[str, str], was: tuple[str, str]) -> str:
    if said == was:
        return text
    key, label = _spelled(_at(text, path), model, "label", path[0]), _label(said)
    return with_value(text, (*path, key), label) if label else without_entry(text, path, key)


def _label(said: tuple[str, str]) -> str | dict[str, str]:
    """One text where it serves both languages; empty: none."""
    zh, en = (word.strip() for word in said)
    return {"zh": zh, "en": en} if zh and en and zh != en else zh or en


def _with_table(
    text: str, path: Path, model: type[Strict], field: str, wanted: Mapping[str, str], was: Mapping[str, str]
) -> str:  # fmt: skip
    """Benefits or weights: each name with its value; what has gone is taken away, and the whole where nothing stays."""
    if wanted == was:
        return text
    key = _spelled(_at(text, path), model, field, path[0])
    if not wanted:
        return without_entry(text, path, key)
    for gone in (n for n in was if n not in wanted):
        text = without_entry(text, (*path, key), gone)
    for name, said in wanted.items():
        if was.get(name) != said:
            text = with_value(text, (*path, key, name), benefit_read(said))
    return text


def _with_option(text: str, here: Path, option: Option, said: str) -> str:
    ladder, choice = _at(text, here), option.choice
    value = f"{said.rstrip('%％ ')}%" if option.percent and said else said
    if here[0] != "levels":
        chinese = choice.chinese if choice is not None else {EARNED[1]: EARNED[0]} if option.field == "level" else {}
        value = next((zh for zh, word in chinese.items() if word == said and not zh.isascii()), value)
    if option.part is None:
        return with_value(text, (*here, _spelled(ladder, Ladder, option.field, here[0])), value)
    part = _spelled(ladder, Ladder, option.part, here[0])
    upper, inner = (*here, part), ladder.get(part)
    short = _SHORT.get(option.part)
    if isinstance(inner, str) and short is not None:
        if option.field == short:
            return with_value(text, upper, value)
        text = with_value(text, upper, {_spelled({}, option.model, short, here[0]): inner})
    inner = _at(text, upper)
    key = _spelled(inner, option.model, option.field, here[0])
    if value:
        grace = " of grace" if str(inner.get(key)).endswith(" of grace") else ""
        return with_value(text, (*upper, key), value + grace)
    return without_entry(text, upper, key) if len(inner) > 1 else without_entry(text, here, part)


def _same(written: Any, said: str) -> bool:
    try:
        return written is not None and bool(parse(written) == parse(said))
    except ConditionError:
        return False


def _place(text: str, name: str) -> tuple[Path, Path]:
    """Where a ladder stands in a text, and where its levels do: beside its options, or under a key of their own."""
    data = plain(text)
    chinese = next(zh for zh, field in Head.chinese_keys().items() if field == "levels")
    section = chinese if chinese in data else "levels"
    found = (data.get(section) or {}).get(name)
    if not isinstance(found, Mapping):
        raise CustrataError(Problem("E-WEB-081", name, {"name": name}))
    here: Path = (section, name)
    apart = [k for k in (Ladder.LEVELS, chinese) if isinstance(found.get(k), Mapping)]
    if not apart:
        return here, here
    if len(apart) > 1 or _levels(text, here):
        raise CustrataError(Problem("E-SCHEME-060", name, {"name": name, "key": apart[0]}))
    return here, (*here, apart[0])


def _levels(text: str, holder: Path) -> list[str]:
    """The levels under a key."""
    return [k for k in _at(text, holder) if len(holder) > 2 or k not in _TAKEN]


def _at(text: str, path: Path) -> Mapping[str, Any]:
    """The mapping at a place; empty where there is none."""
    found: Any = plain(text)
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _beyond(text: str, here: Path) -> Any:
    """All that a text says but for one ladder."""
    data = plain(text)
    section = {k: v for k, v in data[str(here[0])].items() if k != here[1]}
    return {**data, here[0]: section}


def _spelled(there: Mapping[str, Any], model: type[Strict], field: str, section: Any) -> str:
    """The key of an option as it is written there already, else in the language of the file."""
    english: str = model.model_fields[field].alias or field
    chinese: str = next((zh for zh, own in model.chinese_keys().items() if own == field), english)
    known = [english, chinese, field, *(["grace", "宽限期"] if field == "after" else [])]
    usual = english if section == "levels" else chinese
    return next((key for key in known if key in there), usual)
