"""The cuts of a segment that a person may turn: what they are, and the segment as it would be written with others.

Each kind of model says where its cuts stand among its options. What it needs is the segment as the scheme writes it,
so that a bound keeps its side and its words (`满 1万` becomes `满 2万`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from custrata.core.conditions.tree import plain
from custrata.core.cuts import parse_number
from custrata.core.segments.base import Scope, Segment

Unit = Literal["number", "share", "count"]
#: The choice of RFM that its fixed cuts belong to.
FIXED = "fixed"
_NUMBER = re.compile(r"-?[\d.][\d,.]*\s*[%％千万亿]?$")


@dataclass(frozen=True)
class Dial:
    """One cut. `of` is what it belongs to (a metric, or nothing), `label` the class that it opens or closes."""

    key: str
    value: Decimal
    unit: Unit
    label: str = ""
    of: str = ""
    place: int = 0
    """Its place among the cuts of `of`, from 0."""


@dataclass(frozen=True)
class Dials:
    """All cuts of a segment; `choices` are the words among which one may choose how cuts are found, `choice` that in
    force: then the dials count only where it is `fixed`."""

    dials: tuple[Dial, ...]
    choices: tuple[str, ...] = ()
    choice: str = ""
    rest: str = ""
    """The class that takes what the shares of the others leave."""


Written = Mapping[str, Any]
Answers = Mapping[str, str]


def dials(model: Segment, params: Any, scope: Scope) -> Dials | None:
    """What can be turned; null for a model without cuts of its own."""
    found = _KINDS.get(model.kind)
    return found[0](model, params, scope) if found is not None else None


def turned(model: Segment, written: Written, answers: Answers) -> dict[str, Any]:
    """The segment as the scheme would write it with other cuts.

    `answers` are numbers by the key of their dial, as people write them (shares in percent), and `choice`; a dial
    without an answer stays. Raises `ValueError` where an answer is no number.
    """
    given = {k: v.strip() for k, v in answers.items() if v.strip()}
    return {**written, **_KINDS[model.kind][1](model, written, given)}


def option_key(model: Segment, written: Written, field: str) -> str:
    """The key under which an option stands, or would, in the language of the segment."""
    spelled = {model.kind, model.zh} if field == model.short else set()
    chinese = next((zh for zh, name in model.chinese_keys().items() if name == field), field)
    alias = str(type(model).model_fields[field].alias or field)
    found = next((k for k in written if k in {*spelled, alias, chinese}), None)
    return found or (chinese if model.zh in written and model.zh != model.kind else alias)


def _thresholds(model: Any, _params: Any, _scope: Scope) -> Dials:
    bounds = [(name, b.value) for name, b in model.classes_.items() if b.value is not None]
    return Dials(tuple(Dial(f"c{i}", v, "number", name, model.metric, i) for i, (name, v) in enumerate(bounds)))


def _turn_thresholds(model: Any, written: Written, given: Answers) -> dict[str, Any]:
    key = option_key(model, written, "classes_")
    classes, i = dict(written[key]), 0
    for name, bound in model.classes_.items():
        if bound.value is not None:
            classes[name] = _said(classes[name], bound.value, given.get(f"c{i}"))
            i += 1
    return {key: classes}


def _quantile(model: Any, _params: Any, scope: Scope) -> Dials:
    if model.groups is not None:
        return Dials((Dial("groups", Decimal(model.groups), "count", of=model.metric),))
    return _shares(model.classes_, model, scope)


def _turn_quantile(model: Any, written: Written, given: Answers) -> dict[str, Any]:
    if model.groups is not None:
        return {option_key(model, written, "groups"): _whole(given.get("groups"), model.groups)}
    return _turn_shares("classes_", model.classes_, model, written, given)


def _pyramid(model: Any, _params: Any, scope: Scope) -> Dials:
    return _shares(model.layers, model, scope)


def _turn_pyramid(model: Any, written: Written, given: Answers) -> dict[str, Any]:
    return _turn_shares("layers", model.layers, model, written, given)


def _shares(shares: Mapping[str, Decimal], model: Any, scope: Scope) -> Dials:
    names = {c.key: c.label(scope.lang) for c in model.classes(None, scope)}
    *first, last = shares
    return Dials(
        tuple(Dial(f"c{i}", shares[k], "share", names.get(k, k), model.metric, i) for i, k in enumerate(first)),
        rest=names.get(last, last),
    )


def _turn_shares(
    field: str, shares: Mapping[str, Decimal], model: Any, written: Written, given: Answers
) -> dict[str, Any]:
    """The shares with other numbers; the last class takes what is left."""
    key = option_key(model, written, field)
    spelled = written.get(key) or {name: _percent(share) for name, share in shares.items()}
    *first, last = shares
    said = {n: _said(spelled[n], shares[n], given.get(f"c{i}"), share=True) for i, n in enumerate(first)}
    wanted = [_share(given[f"c{i}"]) if f"c{i}" in given else shares[n] for i, n in enumerate(first)]
    left = Decimal(1) - sum(wanted, Decimal(0))
    said[last] = _said(spelled[last], shares[last], _percent(left), share=True)
    return {key: said} if said != dict(spelled) or key in written else {}


def _share_cuts(model: Any, _params: Any, scope: Scope) -> Dials:
    names = [c.label(scope.lang) for c in model.classes(None, scope)]
    return Dials(tuple(Dial(f"c{i}", v, "share", names[i], model.metric, i) for i, v in enumerate(model.cuts)))


def _turn_share_cuts(model: Any, written: Written, given: Answers) -> dict[str, Any]:
    key = option_key(model, written, "cuts")
    spelled = written.get(key, [_percent(v) for v in model.cuts])
    spelled = spelled if isinstance(spelled, list) else [spelled]
    cuts = [
        _said(s, v, given.get(f"c{i}"), share=True) for i, (s, v) in enumerate(zip(spelled, model.cuts, strict=True))
    ]
    return {key: cuts} if key in written or cuts != spelled else {}


def _size(model: Any, params: Any, scope: Scope) -> Dials:
    names = [c.label(scope.lang) for c in model.classes(params, scope)]
    return Dials(tuple(_pairs(model.metrics, (names[1], names[0]))))


def _turn_size(model: Any, written: Written, given: Answers) -> dict[str, Any]:
    key = option_key(model, written, "metrics")
    return {key: _turn_lists(written[key], model.metrics, given)}


def _rfm(model: Any, params: Any, _scope: Scope) -> Dials:
    found: list[Dial] = []
    if isinstance(model.scores, dict):
        found += _pairs(model.scores, ())
    elif model.scores is not None:
        found.append(Dial("scores", Decimal(model.scores), "count"))
    if model.groups == 11:
        return Dials(tuple(found))
    fixed = isinstance(model.high, dict)
    # A mean of scores is no cut of the number itself, to which a fixed one speaks.
    known = params is not None and None not in params.high and (fixed or not model.by_scores)
    if known:
        found += [
            Dial(f"h{i}", Decimal(cut) if fixed else _round(Decimal(cut)), "number", of=m)
            for i, (m, cut) in enumerate(zip(model.metrics, params.high, strict=True))
        ]
    choices = ("above mean", "above median", *((FIXED,) if known else ()))
    return Dials(tuple(found), choices, FIXED if fixed else model.high)


def _turn_rfm(model: Any, written: Written, given: Answers) -> dict[str, Any]:
    out: dict[str, Any] = {}
    scores = option_key(model, written, "scores")
    if isinstance(model.scores, dict):
        out[scores] = _turn_lists(written[scores], model.scores, given)
    elif model.scores is not None:
        out[scores] = _whole(given.get("scores"), model.scores)
    high, choice = option_key(model, written, "high"), given.get("choice")
    if choice == FIXED:
        before = model.high if isinstance(model.high, dict) else {}
        spelled = written.get(high) if before else {}
        out[high] = {
            m: _said((spelled or {}).get(m, ""), before.get(m), given.get(f"h{i}")) for i, m in enumerate(model.metrics)
        }
    elif choice and choice != (model.high if isinstance(model.high, str) else FIXED):
        out[high] = choice
    return out


def _round(cut: Decimal) -> Decimal:
    """A mean as a person would begin with it."""
    return round(cut, 2 if abs(cut) >= 10 else 4)


def _pairs(cuts: Mapping[str, Sequence[Decimal]], names: Sequence[str]) -> Iterator[Dial]:
    for i, (metric, values) in enumerate(cuts.items()):
        for j, value in enumerate(values):
            yield Dial(f"m{i}_{j}", value, "number", names[j] if j < len(names) else "", metric, j)


def _turn_lists(spelled: Written, cuts: Mapping[str, Sequence[Decimal]], given: Answers) -> dict[str, Any]:
    return {
        metric: [
            _said(s, v, given.get(f"m{i}_{j}")) for j, (s, v) in enumerate(zip(spelled[metric], values, strict=True))
        ]
        for i, (metric, values) in enumerate(cuts.items())
    }


def _said(spelled: Any, value: Decimal | None, answer: str | None, share: bool = False) -> Any:
    """A cut as it is written, with another number in the place of its own; as it stands where the number is the same.
    """
    if answer is None:
        return spelled
    wanted = _share(answer) if share else parse_number(answer)
    if value is not None and wanted == value:
        return spelled
    if isinstance(spelled, str) and (match := _NUMBER.search(spelled)) is not None:
        return spelled[: match.start()] + (_percent(wanted) if share else _bare(wanted))
    return _percent(wanted) if share else wanted


def _share(answer: str) -> Decimal:
    """A share as it is typed beside a sign of percent: 70, or 70%."""
    return parse_number(answer.rstrip("%％ ")) / 100


def _whole(answer: str | None, value: int) -> int:
    return int(parse_number(answer)) if answer is not None else value


def _bare(value: Decimal) -> str:
    return plain(value).replace(",", "")


def _percent(share: Decimal) -> str:
    return f"{_bare(share * 100)}%"


_Read = Callable[[Any, Any, Scope], Dials]
_Turn = Callable[[Any, Written, Answers], dict[str, Any]]
_KINDS: dict[str, tuple[_Read, _Turn]] = {
    "thresholds": (_thresholds, _turn_thresholds), "quantile": (_quantile, _turn_quantile),
    "pyramid": (_pyramid, _turn_pyramid), "share": (_share_cuts, _turn_share_cuts), "size": (_size, _turn_size),
    "rfm": (_rfm, _turn_rfm),
}  # fmt: skip
