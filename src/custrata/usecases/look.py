"""Looking at results: share tables, explanations and the report model, of a published run or of one in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.explain import Evidence, Explanation, atom_columns, explain_row
from custrata.core.facts.columns import RATIO
from custrata.core.facts.interactions import SHOWN as INTERACTIONS_SHOWN
from custrata.core.identity.apply import ORIGINAL
from custrata.core.levels.ladder import Ladder
from custrata.core.measure.concentration import concentration, curve_query, gini_query
from custrata.core.measure.model import (
    Concentration,
    CrossCell,
    MetricNote,
    ReportModel,
    SegmentReport,
    ShareRow,
    SourceRows,
)
from custrata.core.measure.shares import share_query, share_rows
from custrata.core.metrics.base import Context
from custrata.core.metrics.membership import joining_days
from custrata.core.scheme.model import Scheme
from custrata.core.segments.base import Class, Params, Segment
from custrata.locale import Lang, source_title, text
from custrata.usecases.evaluate import Totals
from custrata.usecases.fact_set import SHOWN
from custrata.usecases.levels.shares import ladder_report
from custrata.usecases.ports import Engine

#: Customers of a name that are offered where somebody gives one in place of an id.
_NAMED = 5
_SHOWN = 20
"""Facts of each kind behind a class that are shown."""


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
        """The classes of a segment, or the levels of a ladder, and what those are called who have none."""
        self._require(name)
        if name in self.scheme.levels:
            return self.scheme.levels[name].classes(), self.scheme.levels[name].missing_class()
        scope = self.scheme.scope(name, self.as_of, self.params)
        segment = self.scheme.segments[name]
        return segment.classes(self.params[name], scope), segment.missing_class()

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

    def explain(self, customer_id: str, lang: Lang | None = None, shown: int = _SHOWN) -> Explanation:
        """Numbers, cuts, rules and facts behind every class of one customer."""
        asked = str(customer_id)
        customer_id = self.same_as.get(asked, asked)
        t = self.exact(customer_id)
        rows = self.engine.rows(t.mutate(**atom_columns(self.scheme, t)))
        if not rows:
            raise CustrataError(self._unknown(str(customer_id)))
        told = Evidence(
            *self._orders(customer_id, shown),
            *self._latest(self.interactions, customer_id, INTERACTIONS_SHOWN, ("kind", "id"), shown),
            self._latest(self.assets, customer_id, ("kind", "day", "value"), ("kind", "value"), shown)[0],
        )
        joined = self.joining_day(customer_id)
        lang = lang or self.scheme.lang
        found = explain_row(self.scheme, self.params, self.as_of, rows[0], told, lang, joined)
        return replace(found, asked=asked) if asked != customer_id else found

    def joining_day(self, customer_id: str) -> date | None:
        """The day from which the membership years of a customer count, as in `joining_days`; null where he has none, or
        where no metric asks for it."""
        if self.orders is None or not self.scheme.by_membership_year:
            return None
        people = self.people if self.people is not None and "joined_at" in self.people.columns else None
        own = self.orders.filter(self.orders.customer_id == customer_id)
        if people is not None:
            people = people.filter(people.customer_id.cast(dt.string) == customer_id)
        found = self.engine.rows(joining_days(own, people))
        return found[0]["joined"] if found else None

    def exact(self, customer_id: str) -> ir.Table:
        """The row of one customer as conditions are asked of it, attributes as `@name`; no row where there is none."""
        t: Any = self.customers.filter(self.customers.customer_id == customer_id)
        if self.people is not None:
            have = [a for a in self.scheme.attributes if a in self.people.columns]
            own = self.people.filter(self.people.customer_id.cast(dt.string) == customer_id)
            people = own.select(_who=own.customer_id.cast(dt.string), **{f"@{a}": own[a] for a in have})
            t = t.left_join(people, t.customer_id == people["_who"]).drop("_who")
        # A run publishes ratios as floats; conditions are told on the decimals that classes were assigned by.
        return t.mutate(**{c: t[c].round(9).cast(RATIO) for c, kind in t.schema().items() if kind.is_floating()})

    def _orders(self, customer_id: str, most: int) -> tuple[list[dict[str, Any]], int]:
        """The latest orders of one customer, each with the id under which it was booked where that is another one."""
        orders, total = self._latest(self.orders, customer_id, SHOWN, ("order_id",), most)
        booked: dict[str, list[str]] = {}
        if self.original_ids is not None and orders:
            t = self.original_ids.filter(self.original_ids.customer_id == customer_id)
            for r in self.engine.rows(t.order_by(["order_id", ORIGINAL])):
                booked.setdefault(r["order_id"], []).append(r[ORIGINAL])
        return [{**o, ORIGINAL: ", ".join(booked.get(o["order_id"], ())) or None} for o in orders], total

    def _latest(
        self, facts: ir.Table | None, customer_id: str, columns: Sequence[str], then: Sequence[str], most: int
    ) -> tuple[list[dict[str, Any]], int]:
        """The latest facts of one customer, and how many there are; of one day in the order of `then`."""
        if facts is None:
            return [], 0
        who = facts.customer_id
        own = facts.filter((who if who.type().is_string() else who.cast(dt.string)) == str(customer_id))
        ordered = own.select(*columns).order_by([ibis.desc("day"), *map(ibis.asc, then)])
        total = self.engine.rows(own.aggregate(n=own.count()))[0]["n"]
        return self.engine.rows(ordered.limit(most)), int(total)

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
        found = self.same_as.get(str(customer_id), str(customer_id))
        own = self.customers.filter(self.customers.customer_id == found)
        if not self.engine.rows(own.aggregate(n=own.count()))[0]["n"]:
            # As it was asked for: the id under which it counts is perhaps not one that this reader may know.
            raise CustrataError(self._unknown(str(customer_id)))
        return found

    def _unknown(self, customer_id: str) -> Problem:
        like = self.customers.filter(self.customers.customer_id.contains(customer_id.strip().lstrip("0") or "0"))
        near = [
            r["customer_id"] for r in self.engine.rows(like.select("customer_id").order_by("customer_id").limit(50))
        ]
        found = self._by_name(customer_id) or did_you_mean(customer_id, near)
        return Problem("E-RUN-004", self.run_id, {"id": customer_id, "suggestion": found})

    def _by_name(self, said: str) -> str:
        """Ids of customers whose name holds what was said, each with its name; empty where there are none."""
        people = self.people
        if people is None or "name" not in people.columns or not said.strip():
            return ""
        same = people.filter(people.name.cast(dt.string).lower().contains(said.strip().lower()))
        rows = self.engine.rows(same.select("customer_id", "name").order_by("customer_id").limit(_NAMED + 1))
        told = ", ".join(f"{r['customer_id']} {r['name']}" for r in rows[:_NAMED])
        return f"{told} …" if len(rows) > _NAMED else told

    def _require(self, name: str) -> None:
        if name not in self.scheme.segments and name not in self.scheme.levels:
            known = [*self.scheme.segments, *self.scheme.levels]
            values = {"name": name, "known": ", ".join(known), "suggestion": did_you_mean(name, known)}
            raise CustrataError(Problem("E-RUN-003", self.run_id, values))

    def report(self, lang: Lang) -> ReportModel:
        """Everything a report shows, in one language."""
        totals = self.totals
        segments = [self.segment_report(name, lang) for name in self.classified]
        return ReportModel(
            title=self.scheme.name, as_of=self.as_of, currency=self.scheme.currency, run_id=self.run_id,
            published_at=self.published_at, customers=totals.customers,
            buyers=totals.buyers, spend=totals.spend, orders=totals.orders,
            first_day=self.first_day, last_day=self.last_day, segments=segments,
            concentration=self.concentration(lang), metrics=[self.metric_note(n, lang) for n in self.scheme.metrics],
            sources=[_named(r, lang) for r in self.sources],
            scheme_text=self.scheme.text, version=self.version,
        )  # fmt: skip

    def metric_note(self, name: str, lang: Lang) -> MetricNote:
        """A metric as people are told of it, under the name that the scheme gives it."""
        metric = self.scheme.metrics[name]
        own = metric.window.own
        first, last = (None, None) if own else metric.bounds(Context(self.as_of, self.scheme.purchase.by))
        unit = "weeks" if getattr(metric, "in_", "") == "weeks" else getattr(metric, "unit_", metric.unit)
        kind = metric.zh if lang == "zh" else metric.kind.replace("_", " ")
        window = None if first is None or last is None else (first, last)
        label = metric.label.in_(lang) if metric.label is not None else ""
        return MetricNote(name, kind, metric.sentence(lang), text(f"metrics.unit.{unit}", lang), window, label, own)

    def concentration(self, lang: Lang, segment: str | None = None) -> Concentration | None:
        """The concentration curve of the metric of a share segment (the first one, if none is named)."""
        abc = segment or next((n for n, s in self.scheme.segments.items() if s.chart == "concentration"), None)
        metric = self.scheme.segments[abc].inputs()[0] if abc else self.scheme.basis("monetary")
        everybody = self.engine.rows(self.customers.aggregate(n=self.customers.count()))[0]["n"]
        sums = self.engine.rows(gini_query(self.customers, metric))[0]
        points = self.engine.rows(curve_query(self.customers, metric, int(sums["n"] or 0), everybody))
        cuts = []
        if abc:
            total = float(sums["total"] or 0)
            rows = [r for r in self.summary(abc, lang) if r.key != "missing"]
            cuts = [(r.class_, r.customers, float(r.spend) / total) for r in rows[:-1] if total > 0]
        return concentration(points, sums, everybody, cuts)

    def segment_report(self, name: str, lang: Lang) -> SegmentReport:
        self._require(name)
        if name in self.scheme.levels:
            return ladder_report(self.scheme, name, self.summary(name, lang), lang)
        segment = self.scheme.segments[name]
        scope = self.scheme.scope(name, self.as_of, self.params)
        classes, missing = self.segment_class_labels(name)
        rows = self.summary(name, lang)
        sentences = segment.sentences(self.params[name], scope, lang)
        colon = "：" if lang == "zh" else ": "
        rules = [f"{c.label(lang)}{colon}{sentences[c.key]}" for c in classes if c.key in sentences][:30]
        crossed = segment.reads == "segments"
        return SegmentReport(
            name=segment.label.in_(lang) if segment.label else name, kind=segment.kind, rules=rules, rows=rows,
            spend_metric=self.scheme.basis("monetary", name), class_order=[r.class_ for r in rows],
            missing_class=missing.label(lang) if any(r.key == "missing" for r in rows) else None,
            cross=self._cells(name, segment, lang) if crossed else (),
            dimensions=self._dimensions(segment, lang) if crossed else (), chart=segment.chart,
        )  # fmt: skip

    def _cells(self, name: str, segment: Any, lang: Lang) -> list[CrossCell]:
        t, spend = self.customers, self.scheme.basis("monetary", name)
        found = t.group_by(list(segment.inputs())).aggregate(customers=t.count(), spend=t[spend].sum())
        names = {n: self._translation(n, lang) for n in segment.inputs()}
        return [
            CrossCell(
                {n: names[n].get(r[n], r[n]) for n in segment.inputs()}, r["customers"], Decimal(str(r["spend"] or 0))
            )
            for r in self.engine.rows(found)
        ]

    def _dimensions(self, segment: Any, lang: Lang) -> list[tuple[str, list[str]]]:
        found = []
        for name in segment.inputs():
            classes, missing = self.segment_class_labels(name)
            t = self.customers
            lacking = self.engine.rows(t.aggregate(n=t.count(where=t[name] == missing.label(self.scheme.lang))))[0]["n"]
            found.append((name, [c.label(lang) for c in [*classes, *([missing] if lacking else [])]]))
        return found

    def _translation(self, name: str, lang: Lang) -> dict[str, str]:
        classes, missing = self.segment_class_labels(name)
        return {c.label(self.scheme.lang): c.label(lang) for c in [*classes, missing]}


def _named(rows: SourceRows, lang: Lang) -> SourceRows:
    """Source and reasons in words."""
    why = {text(f"cli.x_{reason}", lang): n for reason, n in rows.excluded_by.items()}
    return replace(rows, source=source_title(rows.source, lang), excluded_by=why)


def _relabelled(row: ShareRow, classes: list[Class], lang: Lang, from_: Lang) -> ShareRow:
    if lang == from_:
        return row
    names = {c.label(from_): c.label(lang) for c in classes}
    return ShareRow(**{**row.__dict__, "class_": names.get(row.class_, row.class_)})
