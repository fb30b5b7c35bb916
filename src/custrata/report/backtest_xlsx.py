"""The back-test as a workbook: what it says, the figures of each day, the curves with the charts that Excel draws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xlsxwriter

from custrata.charts.theme import LIGHT
from custrata.core.predict.backtest import RULE, Backtest, Mean
from custrata.locale import Lang, text
from custrata.report import backtest_words as words
from custrata.report.sheet import FONT, Sheet, Styles, sheet_names

_STYLES = ["decimal", "percent", "decimal", "percent", "number", "percent"]


def write(found: Backtest, path: Path, lang: Lang) -> None:
    """Writes the workbook; text never becomes a formula or a link."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), {**options, "default_date_format": "yyyy-mm-dd"}) as book:
        title = text("predict.title", lang)
        book.set_properties({"title": f"{title} · {found.title}"})
        styles, keys = Styles(book), ("title", "days_title", "gain_title", "calibration_title")
        names = sheet_names([text(f"predict.{key}", lang) for key in keys])
        _summary(Sheet(book, names[0], styles), found, lang)
        _days(Sheet(book, names[1], styles), found, lang)
        if found.best() is not None:
            _gains(Sheet(book, names[2], styles), found, lang)
            _calibration(Sheet(book, names[3], styles), found, lang)


def write_trust(sheet: Sheet, found: Backtest | None, lang: Lang) -> None:
    """How far to trust predictions, below the table that tells what they mean."""
    sheet.subtitle(text("predict.trust_title", lang))
    if found is None:
        sheet.note(text("predict.never_made", lang))
        return
    day = found.at.date() if found.at is not None else "–"
    sheet.note(words.trust(found, lang))
    sheet.note(text("predict.made", lang, day=day, as_of=found.as_of))
    sheet.subheader(words.headings(lang), range(1, 7))
    for mean in found.means():
        sheet.row([words.way(mean.by, lang), *_figures(mean)], ["text", *_STYLES])


def _figures(mean: Mean) -> list[Any]:
    return [getattr(mean, column) for column in words.COLUMNS]


def _summary(sheet: Sheet, found: Backtest, lang: Lang) -> None:
    sheet.title(f"{text('predict.title', lang)} · {found.title}")
    for said in (words.head(found, lang), words.trust(found, lang), *words.sentences(found, lang)):
        sheet.note(said)
    for note in found.notes:
        sheet.note(note.text(lang))
    sheet.gap()
    sheet.header(words.headings(lang), numeric=range(1, 7))
    for mean in found.means():
        sheet.row([words.way(mean.by, lang), *_figures(mean)], ["bold", *_STYLES])
    if found.day_means():
        sheet.gap()
        sheet.subtitle(text("predict.days.title", lang))
        for said in (*words.day_sentences(found, lang), text("predict.days.note", lang)):
            sheet.note(said)
        sheet.subheader(words.day_headings(lang), range(1, 7))
        for day in found.day_means():
            values = [text(f"predict.days.by.{day.by}", lang), *(getattr(day, c) for c in words.DAYS)]
            sheet.row(values, ["bold", "decimal", "decimal", *["percent"] * 4])
    sheet.gap()
    sheet.subtitle(text("predict.means_title", lang))
    for name, meaning in words.meanings(lang):
        sheet.note(f"{name}{text('report.colon', lang)}{meaning}")
    sheet.finish()


def _days(sheet: Sheet, found: Backtest, lang: Lang) -> None:
    def t(key: str) -> str:
        return text(f"predict.{key}", lang)

    sheet.title(t("days_title"))
    heads = [t("as_of"), t("until"), t("customers"), t("share"), *words.headings(lang)]
    sheet.header(heads, numeric=[0, 1, 2, 3, *range(5, 11)])
    for cut in found.cuts:
        one = Backtest(found.as_of, found.horizon, [cut])
        for trial in cut.trials:
            share = None if trial.risk is None else trial.risk.share
            values = [cut.as_of, cut.until, cut.customers, share, words.way(trial.by, lang)]
            sheet.row([*values, *_figures(one.mean(trial.by))], ["date", "date", "count", "percent", "text", *_STYLES])
    sheet.filter()
    sheet.finish()


def _gains(sheet: Sheet, found: Backtest, lang: Lang) -> None:
    sheet.title(text("predict.gain_title", lang))
    ways = {m.by: dict(found.gains(m.by)) for m in found.means() if m.ranking is not None}
    sheet.header([text("predict.chart.reached", lang), *(words.way(by, lang) for by in ways)], range(len(ways) + 1))
    first = sheet.line
    for x in ways[RULE] if RULE in ways else next(iter(ways.values())):
        sheet.row([x, *(points[x] for points in ways.values())], ["percent"] * (len(ways) + 1))
    last = sheet.line - 1
    chart = sheet.book.add_chart({"type": "scatter", "subtype": "straight_with_markers"})
    for i, color in zip(range(len(ways)), ("accent", "spend", "class-2", "class-3", "class-4"), strict=False):
        series = {"name": [sheet.name, first - 1, i + 1], "categories": [sheet.name, first, 0, last, 0],
                  "values": [sheet.name, first, i + 1, last, i + 1]}  # fmt: skip
        line = {"color": LIGHT[color], "width": 2}
        marker = {"type": "circle", "size": 5, "fill": line, "border": line}
        chart.add_series({**series, "line": line, "marker": marker})
    _axes(chart, text("predict.chart.reached", lang), text("predict.chart.found", lang))
    chart.set_legend({"position": "top"})
    sheet.sheet.insert_chart(last + 2, 0, chart)
    sheet.finish()


def _calibration(sheet: Sheet, found: Backtest, lang: Lang) -> None:
    def t(key: str) -> str:
        return text(f"predict.{key}", lang)

    best = found.best()
    assert best is not None
    sheet.title(f"{t('calibration_title')} · {words.way(best.by, lang)}")
    sheet.header([t("as_of"), t("customers"), t("chart.predicted"), t("chart.came")], numeric=range(4))
    first = sheet.line
    for day, group in found.calibration(best.by):
        sheet.row([day, group.customers, group.predicted, group.actual], ["date", "count", "percent", "percent"])
    last = sheet.line - 1
    sheet.filter()
    chart = sheet.book.add_chart({"type": "scatter"})
    mark = {"color": LIGHT["spend"]}
    chart.add_series(
        {"name": words.way(best.by, lang), "categories": [sheet.name, first, 2, last, 2],
         "values": [sheet.name, first, 3, last, 3],
         "marker": {"type": "circle", "size": 7, "fill": mark, "border": mark}}
    )  # fmt: skip
    _axes(chart, t("chart.predicted"), t("chart.came"))
    chart.set_legend({"none": True})
    sheet.sheet.insert_chart(first, 5, chart)
    sheet.finish()


def _axes(chart: Any, across: str, up: str) -> None:
    font = {"name": FONT, "size": 9, "bold": False, "color": LIGHT["muted"]}
    grid = {"visible": True, "line": {"color": LIGHT["line"], "width": 0.75}}
    axis = {"min": 0, "max": 1, "num_format": "0%", "num_font": font, "name_font": font, "major_gridlines": grid}
    chart.set_x_axis({**axis, "name": across})
    chart.set_y_axis({**axis, "name": up})
    chart.set_title({"none": True})
    chart.set_size({"width": 620, "height": 400})
