"""A back-test in words and figures, as terminal, page and workbook show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from custrata.charts.numbers import NONE, percent
from custrata.core.metrics.predicted import ahead_text
from custrata.core.predict.backtest import RULE, Backtest, Mean
from custrata.locale import Lang, text

#: The columns of the table, each a number of `Mean`.
COLUMNS = ("ranking", "tenth", "error", "purchases", "off", "spend")
_SHARES = {"tenth": "{:.1%}", "purchases": "{:+.1%}", "spend": "{:+.1%}", "off": "{:.2f}"}


@dataclass(frozen=True)
class Row:
    """One way to predict: what it is called, and its figures in the order of `COLUMNS`; `best` is what to go by."""

    by: str
    title: str
    cells: Sequence[str]
    best: bool


def head(found: Backtest, lang: Lang) -> str:
    """From which days it was predicted, and how far."""
    days = text("predict.between", lang).join(c.as_of.isoformat() for c in found.cuts)
    return text("predict.head", lang, n=len(found.cuts), days=days, ahead=ahead(found, lang))


def headings(lang: Lang) -> list[str]:
    return [text("predict.way", lang), *(text(f"predict.{c}", lang) for c in COLUMNS)]


def meanings(lang: Lang) -> list[tuple[str, str]]:
    """(heading, what it tells)."""
    return [(text(f"predict.{c}", lang), text(f"predict.means.{c}", lang)) for c in COLUMNS]


def rows(found: Backtest, lang: Lang) -> list[Row]:
    best = found.best()
    chosen = best.by if best is not None and found.worth_a_model() else RULE
    return [Row(m.by, way(m.by, lang), cells(m), m.by == chosen) for m in found.means()]


def cells(mean: Mean) -> list[str]:
    found = []
    for column in COLUMNS:
        value = getattr(mean, column)
        found.append(NONE if value is None else _SHARES.get(column, "{:.3f}").format(value))
    return found


def way(by: str, lang: Lang) -> str:
    """What a way to predict is called."""
    return text(f"predict.by.{by}", lang)


def ahead(found: Backtest, lang: Lang) -> str:
    return ahead_text(found.horizon, lang)


def sentences(found: Backtest, lang: Lang) -> list[str]:
    """What the figures mean for somebody who has a tenth of the customers to call."""
    rule, best = found.mean(RULE), found.best()
    said = [text("predict.silent", lang, share=percent(rule.share, lang), ahead=ahead(found, lang))]
    if best is None:
        return [*said, text("predict.no_model", lang)]
    values: dict[str, Any] = {"model": way(best.by, lang)}
    if best.tenth is not None and rule.tenth is not None:
        most = percent(min(1.0, 0.1 / max(rule.share, 1e-9)), lang)
        shares = {"found": percent(best.tenth, lang), "rule": percent(rule.tenth, lang), "most": most}
        said.append(text("predict.reach", lang, **values, **shares))
    return [*said, text("predict.better" if found.worth_a_model() else "predict.no_better", lang, **values)]


def trust(found: Backtest, lang: Lang) -> str:
    """One sentence: how far to trust the predictions."""
    best = found.best()
    if best is None or best.ranking is None:
        return text("predict.no_model", lang)
    right = {"ranking": percent(best.ranking, lang, 0), "rule": percent(found.mean(RULE).ranking, lang, 0)}
    off = "" if best.purchases is None else text("predict.trust_total", lang, off=f"{best.purchases:+.1%}")
    key = "predict.trust" if found.worth_a_model() else "predict.trust_rule"
    return text(key, lang, model=way(best.by, lang), ahead=ahead(found, lang), **right) + off
