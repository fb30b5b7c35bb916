"""A scheme with a ladder, the ladder as its form has it, and the scheme that the form saves."""

from __future__ import annotations

from collections.abc import Sequence

from custrata.core.scheme.model import Scheme
from custrata.locale import Lang
from custrata.usecases.ladder_edit import with_ladder
from custrata.usecases.ladder_form import Rung, Wanted, form_of

FORM = {"level": ["VIP", "金卡", "普通", "潜在"], "enter": ["年消费 >= 10万", "年消费 >= 2万", "年订单 >= 1", ""],
        "keep": ["", "", "", ""]}  # fmt: skip
SCHEME = """scheme: Shop  # ours
metrics: {spend_12m: {monetary: 12 months}, orders_12m: {frequency: 12 months}}
levels:
  member:
    # the best
    VIP: {enter: "spend_12m >= 2万", keep: "spend_12m >= 1万"}  # since 2020
    plain: {enter: orders_12m >= 1}
    visitor: {}
    down: {after: 30 days of grace, by: step}
"""


def now(text: str = SCHEME, name: str = "member", lang: Lang = "en") -> Wanted:
    return form_of(Scheme.parse(text), name, lang)


def as_it_is() -> Sequence[Rung]:
    return now().rungs


def saved(wanted: Wanted, text: str = SCHEME) -> str:
    return with_ladder(text, "member", wanted, now(text))
