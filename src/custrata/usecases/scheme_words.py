"""What parts two texts of a scheme, told to somebody who reads no YAML: what came, what went, what became of what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from custrata.core.cuts import parse_bound
from custrata.core.errors import CustrataError
from custrata.core.levels import options as level_options
from custrata.core.levels.ladder import Ladder
from custrata.core.metrics.base import REGISTRY as METRICS
from custrata.core.scheme.model import Head, Scheme
from custrata.core.scheme.nodes import plain
from custrata.core.scheme.sources import Sources
from custrata.core.scheme.write import flow
from custrata.core.segments.base import REGISTRY as SEGMENTS
from custrata.core.strict import Strict
from custrata.locale import Lang
from custrata.report.tables import kind_name
from custrata.usecases.ladder_form import benefit_shown
from custrata.usecases.listing import segment_title

#: Names of the two sections that the loader reads one by one.
_SECTIONS = {"metrics": "指标", "segments": "客群"}
#: Classes and columns are names as well.
_MAPPINGS = ("classes", "columns", "rules", "labels", "scores")


@dataclass(frozen=True)
class Said:
    """One change: where, from the section down, in words; `before` is null for what is new, `after` for what is gone,
    and both are '' where only the order is another."""

    place: Sequence[str]
    before: str | None
    after: str | None
    order: bool = False


def changes_told(before: str, after: str, lang: Lang, most: int = 40) -> list[Said]:
    """The changes, at most so many; none where a text cannot be read as YAML."""
    try:
        old, new = plain(before), plain(after)
    except CustrataError:
        return []
    titles = _titles(after, lang) | _titles(before, lang)
    found: list[Said] = []
    for said in _between(_english(old), _english(new), (), lang):
        place = [_word(key, said.place[:i], titles, lang) for i, key in enumerate(said.place)]
        found.append(Said(place, said.before, said.after, said.order))
        if len(found) == most:
            break
    return found


def title_of(scheme: Scheme, name: str, lang: Lang) -> str:
    """What a metric, segment or ladder is called in a sentence: its label, else its name, beside which the kind stands
    where the name is one for programs."""
    metric, segment = scheme.metrics.get(name), scheme.segments.get(name)
    if metric is not None and metric.label is not None:
        return metric.label.in_(lang)
    if metric is None and (segment is not None or name in scheme.levels):
        title = segment_title(scheme, name, lang)
        if title != name:
            return title
    kind = metric.zh if metric is not None and lang == "zh" else metric.kind if metric is not None else ""
    if segment is not None:
        kind = kind_name(segment.kind, lang)
    if not name.isascii() or not name.islower() or not kind:
        return name
    words = name.replace("_", " ")
    return f"{words}（{kind}）" if lang == "zh" else f"{words} ({kind.replace('_', ' ')})"


def _titles(text: str, lang: Lang) -> dict[tuple[str, str], str]:
    try:
        scheme = Scheme.parse(text)
    except CustrataError:
        return {}
    sections = {"metrics": scheme.metrics, "segments": scheme.segments, "levels": scheme.levels}
    return {(section, n): title_of(scheme, n, lang) for section, names in sections.items() for n in names}


def _english(data: Any) -> Any:
    """The sections under their English names, whatever language the file is written in."""
    if not isinstance(data, Mapping):
        return data
    return {_to_english().get(str(k), str(k)): v for k, v in data.items()}


def _between(old: Any, new: Any, place: tuple[str, ...], lang: Lang) -> Iterator[Said]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        old, new = ({str(k): v for k, v in side.items()} for side in (old, new))
        for key in [*new, *(k for k in old if k not in new)]:
            if key not in old and isinstance(new[key], Mapping) and new[key] and _is_ladder((*place, key)):
                # A new ladder is told level by level.
                yield from _between({}, new[key], (*place, key), lang)
            elif key not in old:
                yield Said((*place, key), None, _value(new[key], (*place, key), lang))
            elif key not in new:
                yield Said((*place, key), _value(old[key], (*place, key), lang), None)
            elif flow(old[key]) != flow(new[key]):  # which also tells another order
                yield from _between(old[key], new[key], (*place, key), lang)
        kept = [[k for k in side if k in other] for side, other in ((old, new), (new, old))]
        if kept[0] != kept[1]:
            yield Said(place, " › ".join(kept[0]), " › ".join(kept[1]), order=True)
    elif old != new:
        yield Said(place, _value(old, place, lang), _value(new, place, lang))


def _is_ladder(place: Sequence[str]) -> bool:
    """Whether a place is a ladder, or the section of all of them."""
    return place[0] == "levels" and len(place) <= 2


def _value(value: Any, place: Sequence[str], lang: Lang) -> str:
    if isinstance(value, str):
        with suppress(ValueError, TypeError):
            return parse_bound(value).text("", lang).strip()
        return value
    if value is not None and place[0] == "levels":
        return _plainly(_translated(value, place, lang), lang) or "—"
    return flow(_translated(value, place, lang)) if value is not None else "—"


def _plainly(value: Any, lang: Lang, inner: bool = False) -> str:
    """What a level or an option of a ladder says, without the signs of YAML."""
    if not isinstance(value, Mapping):
        return flow(value) if isinstance(value, list) else benefit_shown(value, lang)
    colon, semicolon, comma = ("：", "；", "，") if lang == "zh" else (": ", "; ", ", ")
    told = [f"{key}{' ' if inner else colon}{_plainly(v, lang, True)}" for key, v in value.items()]
    return (comma if inner else semicolon).join(told)


def _translated(value: Any, place: Sequence[str], lang: Lang) -> Any:
    if isinstance(value, Mapping):
        return {_key(str(k), place, lang): _translated(v, (*place, str(k)), lang) for k, v in value.items()}
    if isinstance(value, list):
        return [_translated(v, place, lang) for v in value]
    return value


def _word(key: str, above: Sequence[str], titles: Mapping[tuple[str, str], str], lang: Lang) -> str:
    """A key of a scheme in words: names as they are called, options in the reader's language."""
    if len(above) == 1 and (above[0], key) in titles:
        return titles[above[0], key]
    return _key(key, above, lang).replace("_", " ")


def _key(key: str, above: Sequence[str], lang: Lang) -> str:
    """A key in the reader's language; names that the company has given stay as they are."""
    section = above[0] if above else ""
    if (section in _SECTIONS or section == "levels") and len(above) == 1:
        return key
    if above and _to_english(section).get(above[-1], above[-1]) in _MAPPINGS:
        return key
    if lang == "en":
        return _to_english(section).get(key, key)
    return next((zh for zh, en in _to_english(section).items() if en == key), key)


@lru_cache
def _to_english(section: str = "") -> dict[str, str]:
    """Every Chinese key of a section of a scheme → the English one."""
    from custrata.core.scheme.sources import Customers, Interactions, Orders, Products, Returns

    own: list[Any] = []
    if section in _SECTIONS:
        own = list((METRICS if section == "metrics" else SEGMENTS).all().values())
    models: list[type[Strict]] = [] if section else [Head]
    if section == "sources":
        models = [Sources, Orders, Returns, Customers, Products, Interactions]
    if section == "levels":
        parts = [m for m in vars(level_options).values() if isinstance(m, type) and issubclass(m, Strict)]
        models = [Ladder, *parts]
    found = {zh: en for en, zh in _SECTIONS.items()} | {kind.zh: kind.kind for kind in own}
    for model in [*models, *own]:
        for zh, field in model.chinese_keys().items():
            found.setdefault(zh, model.model_fields[field].alias or field)
    return found
