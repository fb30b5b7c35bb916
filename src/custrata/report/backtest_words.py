"""A back-test in words and figures, as terminal, page and workbook show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from custrata.charts.numbers import NONE, count, percent
from custrata.core.metrics.predicted import ahead_text
from custrata.core.predict.backtest import BETTER, BOOSTED, RHYTHM, RULE, SHARE, Backtest, Mean
from custrata.locale import Lang, counted, text

if TYPE_CHECKING:
    from custrata.core.predict.trial_days import DayTrial

#: The columns of the table, each a number of `Mean`.
COLUMNS = ("ranking", "tenth", "error", "purchases", "off", "spend")
#: The columns of the table of next purchase days.
DAYS = ("off", "half", "held", "early", "late", "back")
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
    return counted("predict.head", len(found.cuts), lang, days=days, ahead=ahead(found, lang))


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


def day_headings(lang: Lang) -> list[str]:
    """The columns of the table of next purchase days."""
    return [text("predict.way", lang), *(text(f"predict.days.{c}", lang) for c in DAYS)]


def day_rows(found: Backtest, lang: Lang) -> list[Row]:
    """Each way to tell the day on which a customer comes again; nothing where no customer shows a rhythm."""
    means = found.day_means()
    told = [m for m in means if m.off is not None]
    best = min(told, key=lambda m: (m.off or 0.0, m.by != RHYTHM)).by if told else None
    return [Row(m.by, text(f"predict.days.by.{m.by}", lang), _day_cells(m), m.by == best) for m in means]


def _day_cells(mean: DayTrial) -> list[str]:
    days = [NONE if v is None else f"{v:.1f}" for v in (mean.off, mean.half)]
    return [*days, *(NONE if v is None else f"{v:.0%}" for v in (mean.held, mean.early, mean.late, mean.back))]


def day_sentences(found: Backtest, lang: Lang) -> list[str]:
    """What the table of next purchase days means for somebody who plans calls by them."""
    means = {m.by: m for m in found.day_means()}
    own = means.get(RHYTHM)
    if own is None or own.off is None:
        return []
    rules = [m for m in means.values() if m.by != RHYTHM and m.off is not None]
    best = min(rules, key=lambda m: m.off or 0.0)
    values = {"own": f"{own.off:.1f}", "rule": f"{best.off:.1f}", "way": text(f"predict.days.by.{best.by}", lang)}
    key = "better" if own.off < (best.off or 0.0) else "no_better"
    said = [text(f"predict.days.{key}_told", lang, n=count(own.customers, lang), ahead=ahead(found, lang), **values)]
    if own.held is not None and own.back is not None:
        shares = {"held": f"{own.held:.0%}", "wanted": f"{SHARE:.0%}", "back": f"{own.back:.0%}"}
        said.append(text("predict.days.interval_told", lang, n=count(own.ended, lang), **shares))
    return said


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
        return [*said, text(_no_best(found), lang)]
    values: dict[str, Any] = {"model": way(best.by, lang)}
    if best.tenth is not None and rule.tenth is not None:
        most = percent(min(1.0, 0.1 / max(rule.share, 1e-9)), lang)
        shares = {"found": percent(best.tenth, lang), "rule": percent(rule.tenth, lang), "most": most}
        said.append(text("predict.reach", lang, **values, **shares))
    said.append(text("predict.better" if found.worth_a_model() else "predict.no_better", lang, **values))
    return [*said, *_classifier(found, lang)]


def _no_best(found: Backtest) -> str:
    """Why no model ranks leavers: none fits, or there is nobody to tell from the others."""
    return "predict.all_alike" if any(m.error is not None for m in found.means()) else "predict.no_model"


def _classifier(found: Backtest, lang: Lang) -> list[str]:
    """By how much the classifier is better than past purchases alone, or worse; nothing where it was not tried."""
    own, plain = found.mean(BOOSTED), found.by_purchases()
    if not found.trials(BOOSTED):
        return []
    if own.ranking is None or plain is None or plain.ranking is None:
        return [text("predict.classifier.untrained", lang)]
    values = {"model": way(plain.by, lang), "ranking": f"{own.ranking:.3f}", "plain": f"{plain.ranking:.3f}",
              "error": f"{own.error:.3f}", "plain_error": f"{plain.error:.3f}"}  # fmt: skip
    better = (own.error or 0.0) < (1 - BETTER) * (plain.error or 0.0)
    return [text("predict.classifier.better" if better else "predict.classifier.no_better", lang, **values)]


def trust(found: Backtest, lang: Lang) -> str:
    """One sentence: how far to trust the predictions."""
    best = found.best()
    if best is None or best.ranking is None:
        return text(_no_best(found), lang)
    right = {"ranking": percent(best.ranking, lang, 0), "rule": percent(found.mean(RULE).ranking, lang, 0)}
    off = "" if best.purchases is None else text("predict.trust_total", lang, off=f"{best.purchases:+.1%}")
    key = "predict.trust" if found.worth_a_model() else "predict.trust_rule"
    return text(key, lang, model=way(best.by, lang), ahead=ahead(found, lang), **right) + off
