"""The columns of a list of customers: id and name, metrics, classes and levels, and what the source tells of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.locale import Lang, text
from custrata.report.tables import window_words
from custrata.usecases.customers.asked import attributes
from custrata.usecases.customers.veil import Hidden, hidden_columns
from custrata.usecases.listing import ranking, segment_title
from custrata.usecases.look import Result
from custrata.usecases.names import attribute_title

Style = Literal["id", "text", "class", "money", "number", "count", "percent", "date"]
Group = Literal["who", "level", "segment", "metric", "attribute"]

#: The key of the id; an attribute has its name with an @ before it, since a segment may be called as it is.
ID = "customer_id"
NAME = "@name"
_STYLES: Mapping[str, Style] = {
    "money": "money", "count": "count", "days": "count", "ratio": "percent", "date": "date", "text": "text",
}  # fmt: skip
#: Segments among the columns that are shown where nobody chose any.
_LEADING = 3


@dataclass(frozen=True)
class ListColumn:
    """A column: `key` in addresses, `title` for people, `meaning` in a sentence, how it is `hidden` from the reader,
    and the `days` that a number counts."""

    key: str
    title: str
    style: Style
    group: Group
    meaning: str = ""
    hidden: Hidden | None = None
    days: str = ""

    @property
    def attribute(self) -> str | None:
        """The column of the customers source that it is."""
        return self.key[1:] if self.key.startswith("@") else None

    @property
    def numeric(self) -> bool:
        return self.style in ("money", "number", "count", "percent")


def list_columns(result: Result, lang: Lang) -> dict[str, ListColumn]:
    """Every column that a list can have, by its key, in the order in which people look for them."""
    scheme, hidden = result.scheme, hidden_columns(result)
    found = [ListColumn(ID, text("report.customer_id", lang), "id", "who", text("report.customer_id_is", lang))]
    told = attributes(result)

    def attribute(name: str) -> ListColumn:
        title = text(f"report.{name}", lang) if name == "name" else attribute_title(scheme, name, lang)
        style: Style = "date" if told[name] == "date" else "text"
        return ListColumn(f"@{name}", title, style, "who" if name == "name" else "attribute", "", hidden.get(name))

    if "name" in told:
        found.append(attribute("name"))
    for name in [*scheme.levels, *scheme.segments]:
        if name in result.classified:
            group: Group = "level" if name in scheme.levels else "segment"
            found.append(ListColumn(name, segment_title(scheme, name, lang), "class", group))
    for name, metric in scheme.metrics.items():
        if name not in result.customers.columns:
            continue
        note, kind = result.metric_note(name, lang), result.customers[name].type()
        style = _STYLES.get(getattr(metric, "unit_", metric.unit), "number" if kind.is_numeric() else "text")
        style = "number" if style == "count" and not kind.is_integer() else style
        # Money says its days always: there is spend of a month, of a year, of all times.
        counts = style == "money" and metric.base != "predicted"
        days = window_words(note, result.as_of, lang) if counts or note.window is not None or note.own else ""
        found.append(ListColumn(name, note.title, style, "metric", note.sentence, days=days))
    found += [attribute(name) for name in told if name != "name"]
    return {c.key: c for c in found}


def usual_columns(result: Result, known: Mapping[str, ListColumn]) -> list[str]:
    """The columns of a list for which nobody chose any: who it is, the level, spend, orders and recency, and the first
    segments that are no crosses of others."""
    scheme = result.scheme
    levels = [k for k, c in known.items() if c.group == "level"]
    basis = [scheme.basis(kind, ranking(scheme)) for kind in ("monetary", "frequency", "recency")]
    segments = [k for k, c in known.items() if c.group == "segment" and scheme.segments[k].reads != "segments"]
    wanted = [ID, NAME, *levels, *basis, *segments[:_LEADING]]
    return [k for k in dict.fromkeys(wanted) if k in known]


def named(known: Mapping[str, ListColumn], key: str) -> ListColumn:
    """The column of a key. Raises E-WEB-020 where there is none: a list never leaves a filter out unsaid."""
    if key not in known:
        titles = {c.title: k for k, c in known.items()}
        near = did_you_mean(key, known) or did_you_mean(key, titles)
        values = {"name": key, "known": ", ".join(known), "suggestion": near}
        raise CustrataError(Problem("E-WEB-020", key, values))
    return known[key]
