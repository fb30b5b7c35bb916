"""A customer's stage in words: his rhythm, how long he has been silent, and when the next stage begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from custrata.core.conditions.tree import plain
from custrata.core.segments.base import Class, Scope
from custrata.core.segments.lifecycle_days import FALLING
from custrata.core.segments.lifecycle_gaps import LATELY
from custrata.locale import Lang, counted, text

if TYPE_CHECKING:
    from custrata.core.segments.lifecycle import Lifecycle
    from custrata.core.segments.lifecycle_params import LifecycleParams


def rules(model: Lifecycle, params: LifecycleParams, lang: Lang) -> dict[str, str]:
    """What each stage means, with the days that it takes of a customer with everybody's rhythm; the first that holds
    is the customer's."""
    rhythm = params.rhythm.quantize(Decimal("0.1"), ROUND_HALF_UP)
    found = {"prospect": text("segments.lifecycle.prospect", lang)}
    for stage in reversed(FALLING):
        low, high = model.bounds[stage]
        found[stage] = text(
            "segments.lifecycle.silent", lang, times=f"{getattr(model, stage):g}", low=low, high=high,
            usual=_days(rhythm), days=_days(Decimal(model.days_until(stage, rhythm))),
        )  # fmt: skip
    return {
        **found,
        "won_back": text("segments.lifecycle.won_back", lang, times=f"{model.won_back:g}", lately=LATELY),
        "new": text("segments.lifecycle.new", lang, times=f"{model.new:g}"),
        "mature": text("segments.lifecycle.mature", lang, mature=params.mature),
        "growing": text("segments.lifecycle.growing", lang, mature=params.mature),
    }


def reason(
    model: Lifecycle, c: Class | None, row: Mapping[str, Any], params: LifecycleParams, scope: Scope, lang: Lang
) -> str:
    """Why one customer is in a stage: his own numbers, where each stage begins for him, and when the next one does."""

    def own(name: str) -> Any:
        return row.get(f"{scope.name}.{name}")

    silent, rhythm = own("silent"), own("rhythm")
    if c is None or silent is None or rhythm is None:
        return rules(model, params, lang).get(c.key if c else "", "")
    # Kept in tenths: what a file or an engine gives as a floating number is that tenth again.
    rhythm = Decimal(str(rhythm)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    until = {stage: model.days_until(stage, rhythm) for stage in FALLING}
    parts = [_usual(model, params, row, scope, rhythm, lang)]
    parts += _own(c.key, row, params, scope, lang)
    parts.append(text(
        "segments.lifecycle.quiet", lang, silent=_days(Decimal(int(silent)), lang), times=_times(int(silent), rhythm),
        **{stage: plain(Decimal(days)) for stage, days in until.items()},
        **{f"{stage}_times": _times(days, rhythm) for stage, days in until.items()},
    ))  # fmt: skip
    ahead = [(stage, scope.as_of + timedelta(days=days - int(silent))) for stage, days in until.items()]
    said = [
        text("segments.lifecycle.on", lang, stage=_called(model, stage, lang), day=day.isoformat())
        for stage, day in ahead if day > scope.as_of
    ]  # fmt: skip
    if said:
        parts.append(text("segments.lifecycle.ahead", lang, days=text("segments.lifecycle.comma", lang).join(said)))
    return text("segments.lifecycle.stop", lang).join(parts)


def _usual(
    model: Lifecycle, params: LifecycleParams, row: Mapping[str, Any], scope: Scope, rhythm: Decimal, lang: Lang
) -> str:
    """Where the rhythm comes from."""
    if isinstance(model.rhythm, int):
        return text("segments.lifecycle.fixed", lang, rhythm=_days(rhythm, lang))
    days, tenure, silent = (int(row[f"{scope.name}.{name}"]) for name in ("days", "tenure", "silent"))
    everybody = _days(params.rhythm, lang)
    if days < 2:
        return text("segments.lifecycle.none", lang, rhythm=_days(rhythm, lang), everybody=everybody)
    gap, gaps = int(row[f"{scope.name}.gap"] or 0), days - 1
    # Only a break is that long, and a break is not counted.
    broke = gap >= model.days_until("lapsed", rhythm)
    if broke and gaps == 1:
        return text("segments.lifecycle.broken", lang, rhythm=_days(rhythm, lang), everybody=everybody)
    span, gaps = tenure - silent - gap * broke, gaps - broke
    said = {"rhythm": _days(rhythm, lang), "own": _days(Decimal(span) / gaps, lang), "everybody": everybody}
    return counted("segments.lifecycle.usual", gaps, lang, **said)


def _own(stage: str, row: Mapping[str, Any], params: LifecycleParams, scope: Scope, lang: Lang) -> list[str]:
    """What besides silence put a customer into a stage of those who buy."""
    days, tenure = (row[f"{scope.name}.{name}"] for name in ("days", "tenure"))
    match stage:
        case "new":
            return [text("segments.lifecycle.first", lang, day=(scope.as_of - timedelta(days=int(tenure))).isoformat())]
        case "growing" | "mature":
            return [counted("segments.lifecycle.bought", int(days), lang, mature=params.mature)]
        case "won_back":
            gap, back = row[f"{scope.name}.gap"], row[f"{scope.name}.returned"]
            shown = back.isoformat() if isinstance(back, date) else str(back)
            return [text("segments.lifecycle.back", lang, gap=_days(Decimal(int(gap)), lang), day=shown[:10])]
    return []


def _called(model: Lifecycle, stage: str, lang: Lang) -> str:
    found = next(c for c in model.builtin(None, None) if c.key == stage)  # type: ignore[arg-type]
    return model.named(found).label(lang)


def _times(days: int, rhythm: Decimal) -> str:
    return plain((days / rhythm).quantize(Decimal("0.1"), ROUND_HALF_UP))


def _days(value: Decimal, lang: Lang | None = None) -> str:
    """`14`, and with a language `14 days`."""
    shown = value.quantize(Decimal("0.1"), ROUND_HALF_UP) if value < 10 else value.quantize(Decimal(1), ROUND_HALF_UP)
    key = "segments.lifecycle.days_one" if shown == 1 else "segments.lifecycle.days"
    return plain(shown) if lang is None else text(key, lang, n=plain(shown))
