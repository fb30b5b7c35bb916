"""The report as one HTML file that needs nothing but a browser: no network, no server, no fonts of its own."""

from __future__ import annotations

import base64
import hashlib
import json
from decimal import Decimal
from functools import lru_cache, partial
from importlib.resources import files
from typing import Any

import jinja2
import vl_convert
from markupsafe import Markup

from custrata.charts import theme
from custrata.charts.numbers import signed
from custrata.core.measure.model import ReportModel
from custrata.locale import Lang, counted, text
from custrata.report import backtest_words, levels_words, numbers, tables
from custrata.report.drift_told import drift_told
from custrata.report.figures import Figure, concentration_figure, segment_figures, shows_concentration
from custrata.report.levels_figures import movement_figures
from custrata.report.migration_matrix import matrix_of


def render(model: ReportModel, lang: Lang) -> str:
    """The whole page in one language.

    Class names, rules, file names and the scheme come from users: everything is escaped, also within the charts'
    data, and the page allows no script but its own two and no request to anywhere.
    """
    sections = [
        {"segment": segment, "number": i, "figures": segment_figures(model, segment, i, lang), "moved": moved}
        for i, segment in enumerate(model.segments, 1)
        for moved in [movement_figures(segment.movement, f"moved-{i}", lang) if segment.movement else []]
    ]
    matrix = model.drift is not None and bool(model.drift.moves)
    styles = ["levels.css"] if matrix or any(segment.movement for segment in model.segments) else []
    overview: list[Figure] = []
    if model.concentration and model.concentration.points and not shows_concentration(model):
        overview = [concentration_figure(model.concentration, "overview", lang)]
    return (
        environment(lang)
        .get_template("report.html.j2")
        .render(
            **frame(lang, *styles),
            model=model,
            sections=sections,
            overview=overview,
            lead=tables.lead(model, _money(model.spend, model.currency, lang, brief=True), lang),
            shown=model.largest.customers[:_LARGEST] if model.largest else [],
            aov=tables.average_order_value(model),
            span=tables.span_days(model),
            unit=numbers.money_unit(lang, model.currency),
            trusted=backtest_words,
            drift=drift_told(model.drift, lang) if model.drift else None,
        )
    )


def frame(lang: Lang, *styles: str) -> dict[str, Any]:
    """What every page needs: its language, looks (`styles` are further files), scripts, and what it may do."""
    return {
        "lang": lang,
        "css": Markup("\n".join(_own(name) for name in ("report.css", *styles))),
        "palette": Markup(f":root {{ {theme.css_variables(theme.LIGHT)} }}"),
        "palette_dark": Markup(f":root {{ {theme.css_variables(theme.DARK)} }}"),
        "bundle": Markup(_bundle()),
        "start": Markup(_own("report.js")),
        "csp": content_security_policy(),
    }


def inline_json(value: Any) -> Markup:
    """JSON that is safe between <script> tags: nothing in it can end the element or open a comment.

    >>> print(inline_json({"class": "</script><b>"}))
    {"class":"\\u003c/script\\u003e\\u003cb\\u003e"}
    """
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(written)


def content_security_policy() -> str:
    """What the page may do: run its own two scripts (Vega compiles expressions, hence eval), and fetch nothing."""
    scripts = " ".join(f"'sha256-{_sha256(script)}'" for script in (_bundle(), _own("report.js")))
    return f"default-src 'none'; script-src 'unsafe-eval' {scripts}; style-src 'unsafe-inline'; img-src data: blob:"


def bar(share: float | None) -> str:
    """The length of a bar inside a cell, 0..1 of what the cell has room for.

    >>> bar(0.4564), bar(None), bar(-0.1), bar(1.2)
    ('0.456', '0', '0.000', '1.000')
    """
    return "0" if share is None else f"{min(1.0, max(0.0, share)):.3f}"


@lru_cache
def environment(lang: Lang) -> jinja2.Environment:
    """The templates, with words and numbers in one language; what comes from users is escaped."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("custrata.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        count=partial(numbers.count, lang=lang),
        percent=partial(numbers.percent, lang=lang),
        days=partial(numbers.days, lang=lang),
        day=partial(numbers.day, lang=lang),
        number=numbers.number,
        bar=bar,
        json=inline_json,
        kind=partial(tables.kind_name, lang=lang),
        signed=signed,
        cause=partial(levels_words.cause_word, lang=lang),
        ground=partial(levels_words.ground_word, lang=lang),
    )
    made.globals.update(
        w=lambda key, **values: text(f"levels_report.{key}", lang, **values),
        grounds_of=levels_words.grounds_of,
        net=lambda rows, ground: sum(m.net(ground) for m in rows),
        matrix_of=partial(matrix_of, lang=lang),
        grace_word=partial(levels_words.grace_word, lang=lang),
        until_word=partial(levels_words.until_word, lang=lang),
        t=lambda key, **values: text(f"report.{key}", lang, **values),
        foreseen=lambda key, **values: text(f"predict.{key}", lang, **values),
        told=lambda key, **values: text(key, lang, **values),
        drifted=lambda key, **values: text(f"drift.{key}", lang, **values),
        money=partial(_money, lang=lang),
        spend_digits=numbers.spend_digits,
        totals=tables.totals,
        ordered=tables.ordered,
        fullest_cells=tables.fullest_cells,
        rules=partial(tables.rules, lang=lang),
        basis_lines=partial(tables.basis_lines, lang=lang),
        recency_unit=partial(tables.recency_unit, lang=lang),
        counted=lambda key, n: counted(f"report.{key}", n, lang),
    )
    return made


def _money(value: Decimal | None, currency: str, lang: Lang, *, brief: bool = False) -> str:
    return numbers.money(value, lang, currency, brief=brief, digits=numbers.spend_digits([value]))


_LARGEST = 20
"""Customers on the page; the workbook lists more."""


@lru_cache
def _own(name: str) -> str:
    return (files(__package__) / "templates" / name).read_text("utf-8").strip()


@lru_cache
def _bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed as vl-convert carries them."""
    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    if "</script" in script.lower() or "<!--" in script:
        script = script.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    return script.strip()


def _sha256(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
