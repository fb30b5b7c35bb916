"""The audit as one HTML file: no script, no network, printable, readable on a phone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from custrata.charts import theme
from custrata.core.audit.finding import MOST_EXAMPLES, Finding
from custrata.core.audit.model import Audit
from custrata.core.audit.score import points
from custrata.locale import Lang
from custrata.report import numbers
from custrata.report.audit_words import Words

#: Examples that are shown at once; the others can be opened.
_SHOWN = 5
assert _SHOWN < MOST_EXAMPLES
#: Nothing but its own style may come into the page; cells come from users.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render(audit: Audit, lang: Lang) -> str:
    """The whole page in one language; everything that comes from users is escaped."""
    words = Words(audit, lang)
    most = max((abs(m.net) for m in audit.months), default=0) or 1
    return _template().render(
        audit=audit,
        lang=lang,
        w=words,
        t=words.face,
        number=numbers.number,
        percent=lambda share: numbers.percent(share, lang),
        points=points,
        figure=_points_words,
        plain=_bound,
        places=_by_source,
        shown=_SHOWN,
        longest=float(most),
        csp=_POLICY,
        css=Markup(_own("report.css") + "\n" + _own("audit.css")),
        palette=Markup(f":root {{ {theme.css_variables(theme.LIGHT)} }}"),
        palette_dark=Markup(f":root {{ {theme.css_variables(theme.DARK)} }}"),
    )


def _points_words(value: float) -> str:
    """Points of a part: whole where they are.

    >>> _points_words(95.0), _points_words(98.5)
    ('95', '98.5')
    """
    return f"{value:g}"


def _bound(value: date | Decimal | None) -> str:
    """The lowest or highest value of a column, whose unit nobody knows.

    >>> _bound(Decimal("12.5000")), _bound(date(2024, 3, 1)), _bound(None)
    ('12.5', '2024-03-01', '—')
    """
    if value is None or isinstance(value, date):
        return numbers.NONE if value is None else value.isoformat()
    whole = value == value.to_integral_value()
    return numbers.number(value) if whole else f"{value.normalize():,f}"


def _by_source(finding: Finding) -> bool:
    """Whether the examples of a finding stand in several sources, so that each must be named."""
    return len({e.source for e in finding.examples}) > 1


@lru_cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("custrata.report"), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("audit.html.j2")


@lru_cache
def _own(name: str) -> str:
    return (files("custrata.report") / "templates" / name).read_text("utf-8").strip()
