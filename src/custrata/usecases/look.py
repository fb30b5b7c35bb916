"""Looking at results: share tables, explanations and the report model, of a published run or of one in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.explain import Explanation
from custrata.core.levels.ladder import Ladder
from custrata.core.measure.model import (
    Concentration,
    MetricNote,
    ReportModel,
    SegmentReport,
    ShareRow,
    SourceRows,
)
from custrata.core.measure.shares import share_query, share_rows
from custrata.core.scheme.model import Scheme
from custrata.core.segments.base import Class, Params, Segment
from custrata.locale import Lang
from custrata.usecases import look_one, look_report
from custrata.usecases.evaluate import Totals
from custrata.usecases.look_one import SHOWN_FACTS
from custrata.usecases.metric_notes import metric_note
from custrata.usecases.ports import Engine


@dataclass
class Result:
    """Classified customers, wherever they came from."""

    scheme: Scheme
    params: Mapping[str, Params]
    as_of: date
    engine: Engine
    customers: ir.Table
    orders: ir.Table | None
    people: ir.Table | None
    """The customers source, for the attributes that rules read."""
    totals: Totals
    published_at: datetime
    run_id: str = ""
    sources: tuple[SourceRows, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    version: str = ""
    same_as: Mapping[str, str] = field(default_factory=dict)
    """Ids that count under another one."""
    interactions: ir.Table | None = None
    """As `Facts.shown_interactions`."""
    assets: ir.Table | None = None
    """customer_id, kind, day and value of what is held."""
    folder: Path | None = None
    """Where the files of the run lie; null for a result in memory."""
    original_ids: ir.Table | None = None
    """As `Facts.original_ids`."""
    everybody: ir.Table | None = None
    """All customers, where `customers` are those that a reader may see: cuts are found among all. Never shown."""
    lines: ir.Table | None = None
    """What was bought, as `bought_lines` has it; null where the run keeps none."""
    corrections: ir.Table | None = None
    """What people corrected in profiles and the run used, as `Overlay.table` has it; null where there is none."""
    products: ir.Table | None = None
    """The products that the lines name by number."""
    predictions: Mapping[str, Any] | None = None
    """What predictions were fitted to, as `Predictions.params` has it, for a result in memory."""

    @property
    def classified(self) -> list[str]:
        """What customers have a class of: the segments, then the ladders on which anybody was placed."""
        return [*self.scheme.segments, *(n for n in self.scheme.levels if n in self.customers.columns)]

    def labelled(self, *names: str) -> ir.Table:
        """The customers with a label of these ladders (and segments) for everybody, also for who is on no level."""
        t, filled = self.customers, {}
        for name in (n for n in names if n in self.scheme.levels):
            none = self.scheme.levels[name].missing_class().label(self.scheme.lang)
            filled[name] = t[name].fill_null(none) if name in t.columns else ibis.literal(none)
        return t.mutate(**filled) if filled else t

    def segment_class_labels(self, name: str) -> tuple[list[Class], Class]:
        """The classes of a segment, or the levels of a ladder, and what those are called who have none. Of classes that
        the data made (an industry, a favourite category) a reader of some customers is told those of his own only: the
        names of the others tell of customers whom he does not see."""
        self.require(name)
        if name in self.scheme.levels:
            return self.scheme.levels[name].classes(), self.scheme.levels[name].missing_class()
        scope = self.scheme.scope(name, self.as_of, self.params)
        segment = self.scheme.segments[name]
        classes = list(segment.classes(self.params[name], scope))
        if self.everybody is not None and segment.open_ended(scope) and name in self.customers.columns:
            own = {r["label"] for r in self.engine.rows(self.customers.select(label=name).distinct())}
            classes = [c for c in classes if c.label(self.scheme.lang) in own]
        return classes, segment.missing_class()

    def summary(self, name: str, lang: Lang | None = None) -> list[ShareRow]:
        """The share table of a segment or ladder, labels in `lang` (default: the scheme's)."""
        classes, missing = self.segment_class_labels(name)
        spend, orders, recency = (self.scheme.basis(k, name) for k in ("monetary", "frequency", "recency"))
        found = self.engine.rows(share_query(self.labelled(name), name, spend, orders, recency))
        segment = self.scheme.segments.get(name)
        occurring = {r["class_"] for r in found}
        there = segment.occurring(classes, occurring, self.scheme.lang) if segment is not None else classes
        rows = share_rows(found, there, missing, self.scheme.lang)
        return [_relabelled(row, [*classes, missing], lang or self.scheme.lang, self.scheme.lang) for row in rows]

    def explain(self, customer_id: str, lang: Lang | None = None, shown: int = SHOWN_FACTS) -> Explanation:
        """Numbers, cuts, rules and facts behind every class of one customer."""
        return look_one.explain(self, customer_id, lang, shown)

    def joining_day(self, customer_id: str) -> date | None:
        """The day from which the membership years of a customer count, as in `joining_days`; null where he has none, or
        where no metric asks for it."""
        return look_one.joining_day(self, customer_id)

    def exact(self, customer_id: str) -> ir.Table:
        """The row of one customer as conditions are asked of it, attributes as `@name`; no row where there is none."""
        return look_one.exact(self, customer_id)

    def meant(self, name: str) -> str:
        """The segment or ladder that somebody means: by its name, in whatever case, or by what it is called in either
        language. What is none stays as it is."""
        if name in self.classified:
            return name
        wanted = name.strip().casefold()
        models: dict[str, Segment | Ladder] = {**self.scheme.segments, **self.scheme.levels}
        for key, model in models.items():
            labels = [model.label.zh, model.label.en] if model.label is not None else []
            if wanted in {w.casefold() for w in (key, *labels)}:
                return key
        return name

    def surviving(self, customer_id: str) -> str:
        """The id under which a customer counts. Raises E-RUN-004 where there is none of that id."""
        return look_one.surviving(self, customer_id)

    def require(self, name: str) -> None:
        """E-RUN-003 for what is neither a segment nor a ladder."""
        if name not in self.scheme.segments and name not in self.scheme.levels:
            known = [*self.scheme.segments, *self.scheme.levels]
            values = {"name": name, "known": ", ".join(known), "suggestion": did_you_mean(name, known)}
            raise CustrataError(Problem("E-RUN-003", self.run_id, values))

    def report(self, lang: Lang) -> ReportModel:
        """Everything a report shows, in one language."""
        return look_report.report_model(self, lang)

    def metric_note(self, name: str, lang: Lang) -> MetricNote:
        """A metric as people are told of it, under the name that the scheme gives it."""
        return metric_note(self.scheme, self.as_of, name, lang)

    def concentration(self, lang: Lang, segment: str | None = None) -> Concentration | None:
        """The concentration curve of the metric of a share segment (the first one, if none is named)."""
        return look_report.concentration_of(self, lang, segment)

    def segment_report(self, name: str, lang: Lang) -> SegmentReport:
        """The share table of a segment or ladder with its rules, and its cross where it crosses others."""
        return look_report.segment_report(self, name, lang)


def _relabelled(row: ShareRow, classes: list[Class], lang: Lang, from_: Lang) -> ShareRow:
    if lang == from_:
        return row
    names = {c.label(from_): c.label(lang) for c in classes}
    return ShareRow(**{**row.__dict__, "class_": names.get(row.class_, row.class_)})
