"""What a scheme's parts say of each other: every name exists and fits, no circles, class names mean classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from custrata.core.conditions import Field
from custrata.core.conditions.bind import called, spellings
from custrata.core.errors import Problem, did_you_mean
from custrata.core.facts.columns import CUSTOMERS
from custrata.core.facts.spelled import DateOrder
from custrata.core.levels.ladder import Ladder
from custrata.core.metrics.base import Metric
from custrata.core.scheme.model import NAME, RESERVED, Head
from custrata.core.scheme.yaml import Document
from custrata.core.segments.base import Place, Scope, Segment
from custrata.core.strict import Bilingual
from custrata.locale import Lang

#: Parts of a scheme are checked before any date is known; no class depends on it.
_NO_DAY = date(2000, 1, 1)


def written_under(document: Document, name: str) -> tuple[str, Any]:
    """The key of `metrics`, `segments` or `levels` as written (English or Chinese), and what stands under it."""
    chinese = {v: k for k, v in Head.chinese_keys().items()}
    key = name if name in document.data else chinese[name]
    return key, document.data.get(key)


def check_names(document: Document, parts: Mapping[str, Mapping[str, Any]], problems: list[Problem]) -> None:
    """Names can be said without quotes, are not taken by columns of the result, and are not used twice. `parts` are
    the parts of the scheme by their key."""
    taken: dict[str, str] = {}
    for part, models in parts.items():
        key, _ = written_under(document, part)
        for name in models:
            place = document.place((key, name))
            if not NAME.match(name) or name.startswith("__"):
                problems.append(Problem("E-SCHEME-010", place, {"name": name}))
            if name.casefold() in RESERVED:
                problems.append(Problem("E-SCHEME-011", place, {"name": name}))
            # An engine's columns are the same in upper and lower case.
            if taken.setdefault(name.casefold(), f"{part}.{name}") != f"{part}.{name}":
                problems.append(Problem("E-SCHEME-007", place, {"name": name}))


def attributes(head: Head, readers: Iterable[Segment | Ladder], more: Iterable[str] = ()) -> dict[str, str]:
    """Columns of the customers source and their types; where it has no mapping, whatever attribute some segment or
    ladder reads, and `more`."""
    customers = head.sources.customers
    known = {c.name: c.type for c in CUSTOMERS if c.name != "customer_id"}
    if customers is None or not customers.columns:
        read_names = [n.removeprefix("@") for s in readers for n in s.inputs() if n.startswith("@")]
        return {**dict.fromkeys([*read_names, *more], "text"), **known}
    return {**known, **{c: known.get(c, "text") for c in customers.columns if c != "customer_id"}}


@dataclass(frozen=True)
class References:
    """The parts of one scheme file, and where they stand."""

    document: Document
    lang: str
    metrics: Mapping[str, Metric]
    segments: Mapping[str, Segment]
    attributes: Mapping[str, str]
    """Columns of the customers and their types."""
    dates: DateOrder = "ymd"
    """How the customers source writes dates."""
    called: Mapping[str, Bilingual] = field(default_factory=dict)
    """What people call the columns of the customers."""

    def order(self, problems: list[Problem]) -> tuple[str, ...] | None:
        """Segments after those they read; null where a name is unknown or they run in a circle."""
        good = [self._inputs_fit(name, problems) for name in self.segments]
        done: dict[str, None] = {}

        def visit(name: str, trail: tuple[str, ...]) -> bool:
            if name in trail:
                circle = " → ".join([*trail[trail.index(name) :], name])
                problems.append(Problem("E-SCHEME-008", self._line(name), {"circle": circle}))
                return False
            if name in done:
                return True
            # A name that a metric has as well is told of already.
            inputs = [n for n in self.segments[name].inputs() if n in self.segments and n not in self.metrics]
            fine = all(visit(n, (*trail, name)) for n in inputs)
            done[name] = None
            return fine

        sound = all(visit(name, ()) for name in self.segments if name not in done)
        return tuple(done) if all(good) and sound else None

    def check_metrics(self, problems: list[Problem]) -> None:
        """What metrics read of segments is there, and does not come from a prediction itself."""
        for name, metric in self.metrics.items():
            for wanted in metric.inputs():
                if wanted in self.segments and wanted not in self.metrics:
                    ahead = self._predictions_of(wanted, ())
                    if ahead:
                        values = {"metric": name, "name": wanted, "prediction": ahead}
                        problems.append(Problem("E-SCHEME-065", self._metric_line(name), values))
                elif wanted in self.metrics:
                    known = ", ".join([*self.segments, *self.attributes])
                    values = {"name": wanted, "known": known, "wanted": "segment", "wanted_zh": "客群"}
                    problems.append(Problem("E-SCHEME-041", self._metric_line(name), values))
                elif wanted not in self.attributes:
                    options = [*self.segments, *self.attributes]
                    values = {"name": wanted, "known": ", ".join(options), "suggestion": did_you_mean(wanted, options)}
                    problems.append(Problem("E-SCHEME-003", self._metric_line(name), values))

    def _predictions_of(self, name: str, trail: tuple[str, ...]) -> str:
        """The first prediction that a segment reads, through other segments too; empty where there is none."""
        for one in self.segments[name].inputs():
            if one in self.metrics and self.metrics[one].base == "predicted":
                return one
            # A circle is told of where segments are put in order.
            if one in self.segments and one not in self.metrics and one not in trail:
                found = self._predictions_of(one, (*trail, name))
                if found:
                    return found
        return ""

    def bind(
        self, order: tuple[str, ...], problems: list[Problem]
    ) -> tuple[dict[str, Segment], dict[str, Field]]:  # fmt: skip
        """The segments with the names in their conditions resolved, and all that may be named after them."""
        kinds: dict[str, Any] = {"date": "date", "text": "text"}
        types = {n: "date" if t == "day" else "text" for n, t in self.attributes.items()}
        fields = {
            n: Field(t, attribute=True, dates=self.dates, label=self.called.get(n))  # type: ignore[arg-type]
            for n, t in types.items()
        }
        fields |= {
            n: Field(kinds.get(getattr(m, "unit_", m.unit), "number"), label=m.label) for n, m in self.metrics.items()
        }
        bound = dict(self.segments)
        for name in order:
            bound[name], found = bound[name].bind(fields, self._place(name))
            problems.extend(found)
            scope = self._scope(bound).of(name)
            missing = bound[name].missing_class().label(scope.lang)
            known = [(c.key, c.zh, c.en) for c in bound[name].all_classes(None, scope)]
            fields[name] = Field(
                "class", self._class_spellings(bound[name], scope, problems), missing, label=bound[name].label,
                called=called(known, scope.lang),
            )  # fmt: skip
        return bound, fields

    def bind_ladders(
        self, ladders: Mapping[str, Ladder], fields: Mapping[str, Field], problems: list[Problem]
    ) -> dict[str, Ladder]:
        """The ladders with the names in their conditions resolved."""
        key, items = written_under(self.document, "levels")
        bound = {}
        for name, ladder in ladders.items():

            def place(part: str, name: str = name) -> str:
                spelled = {part, *(zh for zh, field in Ladder.chinese_keys().items() if field == part)}
                return self.document.place((key, name, *(k for k in items[name] if k in spelled)))

            bound[name], found = ladder.bind(fields, place)
            problems.extend(found)
        return bound

    def class_places(self, segments: Mapping[str, Segment]) -> dict[str, dict[str, str]]:
        """Segment → class label → place among its classes, where the scheme alone tells the classes."""
        scope = self._scope(segments)
        found = {}
        for name, segment in segments.items():
            if not segment.open_ended(scope.of(name)):
                classes = segment.all_classes(None, scope.of(name))
                found[name] = {c.label(scope.lang): f"#{i}" for i, c in enumerate(classes)}
        return found

    def _scope(self, segments: Mapping[str, Segment]) -> Scope:
        lang: Lang = "zh" if self.lang == "zh" else "en"
        return Scope("", lang, _NO_DAY, self.metrics, segments, attributes=self.called)

    def _metric_line(self, name: str) -> str:
        return self.document.place((written_under(self.document, "metrics")[0], name))

    def _line(self, name: str) -> str:
        return self.document.place((written_under(self.document, "segments")[0], name))

    def _place(self, name: str) -> Place:
        key, items = written_under(self.document, "segments")
        model = self.segments[name]

        def place(option: str, class_: str) -> str:
            spelled = {option, *(zh for zh, field in model.chinese_keys().items() if field == option)}
            spelled |= {model.kind, model.zh} if option == model.short else set()
            under = [k for k in items[name] if k in spelled]
            return self.document.place((key, name, *under, class_))

        return place

    def _inputs_fit(self, name: str, problems: list[Problem]) -> bool:
        """Whether all that a model reads is there and of the kind it can read; conditions tell of their own names."""
        segment, good = self.segments[name], True
        if segment.reads == "anything":
            return True
        wanted = {"segments": list(self.segments), "numbers": self._numbers(), "attributes": list(self.attributes)}
        known = wanted[segment.reads]
        there = {*self.metrics, *self.segments, *self.attributes}
        # What stands in the file but could not be read has been told of already.
        parts = [written_under(self.document, part)[1] or {} for part in ("metrics", "segments")]
        broken = {str(n) for part in parts for n in part} - there
        for bare in (n.removeprefix("@") for n in segment.inputs()):
            if bare in known or (bare in broken and segment.reads != "attributes"):
                continue
            good = False
            if bare in there and segment.reads != "attributes":
                words = {"segments": ("segment", "客群"), "numbers": ("number", "数值指标")}[segment.reads]
                values = {"name": bare, "known": ", ".join(known), "wanted": words[0], "wanted_zh": words[1]}
                problems.append(Problem("E-SCHEME-041", self._line(name), values))
            else:
                options = known if segment.reads == "attributes" else sorted(there)
                values = {"name": bare, "known": ", ".join(options), "suggestion": did_you_mean(bare, options)}
                problems.append(Problem("E-SCHEME-003", self._line(name), values))
        return good

    def _numbers(self) -> list[str]:
        return [n for n, m in self.metrics.items() if getattr(m, "unit_", m.unit) not in ("date", "text")]

    def _class_spellings(self, segment: Segment, scope: Scope, problems: list[Problem]) -> dict[str, str] | None:
        """Every spelling of every class; null where the classes are only known after the fit."""
        known = segment.all_classes(None, scope)
        if segment.open_ended(scope):
            return None
        place = self._line(scope.name)
        labels, keys = [c.label(scope.lang) for c in known], [c.key for c in known]
        for label in sorted({x for x in labels if labels.count(x) > 1} | {x for x in keys if keys.count(x) > 1}):
            problems.append(Problem("E-SCHEME-012", place, {"label": label}))
        for key in sorted(set(segment.labels) - set(keys)):
            values = {"name": key, "known": ", ".join(keys), "suggestion": did_you_mean(key, keys)}
            problems.append(Problem("E-SCHEME-015", place, values | {"segment": scope.name}))
        return spellings([(c.key, c.zh, c.en) for c in known], scope.lang)
