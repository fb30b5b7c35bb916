"""Scheme file → checked Scheme: reads every part, collects every problem, and only then gives up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from custrata.core.conditions import Condition, Field, bind
from custrata.core.conditions.bind import spellings
from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.facts.columns import CUSTOMERS
from custrata.core.metrics.base import REGISTRY as METRICS
from custrata.core.metrics.base import Metric
from custrata.core.registry import Registry
from custrata.core.scheme.explain_errors import explain
from custrata.core.scheme.fingerprint import fingerprint, neutral_condition
from custrata.core.scheme.model import NAME, RESERVED, Head, Scheme
from custrata.core.scheme.yaml import Document, read
from custrata.core.segments.base import REGISTRY as SEGMENTS
from custrata.core.segments.base import Scope, Segment
from custrata.core.segments.matrix import Matrix
from custrata.core.segments.rules import Rules
from custrata.locale import Lang

FILE_NAMES = ("scheme.yaml", "scheme.yml", "方案.yaml", "方案.yml")
#: Every scheme has these; where none of a kind is written, this one is added under this name.
_DEFAULTS = {"spend": "monetary", "orders": "frequency", "recency": "recency"}
_HAN = re.compile(r"[\u4e00-\u9fff]")


def find(path: Path) -> Path:
    """The scheme file that a path means: itself, or the one in the folder."""
    if path.is_dir():
        for name in FILE_NAMES:
            if (path / name).is_file():
                return path / name
        raise CustrataError(Problem("E-SCHEME-020", str(path), {"names": ", ".join(FILE_NAMES)}))
    if not path.is_file():
        near = did_you_mean(path.name, (p.name for p in path.parent.glob("*.y*ml")) if path.parent.is_dir() else ())
        raise CustrataError(Problem("E-SCHEME-021", str(path), {"suggestion": near}))
    return path


def load(path: Path) -> Scheme:
    """Reads and checks a scheme file (or the one in a folder)."""
    file = find(path)
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = file.read_text("gb18030")
        except UnicodeDecodeError:
            raise CustrataError(Problem("E-SCHEME-022", file.name, {})) from None
    except OSError as error:
        raise CustrataError(Problem("E-SCHEME-023", str(file), {"why": error.strerror or str(error)})) from None
    return parse(text, file.name, file)


def parse(text: str, name: str = "scheme.yaml", path: Path | None = None) -> Scheme:
    """Checks the text of a scheme; raises one `CustrataError` with all problems, in the order of the lines."""
    document = read(text, name)
    problems: list[Problem] = []
    head = _head(document, problems)
    metrics = dict(_models(document, "metrics", METRICS, problems))
    segments = dict(_models(document, "segments", SEGMENTS, problems))
    _names(document, metrics, segments, problems)
    if head is None:
        raise _sorted(problems)
    lang = head.language or _language(document)
    added = _add_defaults(metrics, segments)
    attributes = _attributes(head, segments)
    order = _order(document, metrics, segments, attributes, problems)
    if order is not None and not problems:
        _bind(document, lang, metrics, segments, attributes, order, problems)
    if problems:
        raise _sorted(problems)
    assert order is not None
    read_names = {n for s in segments.values() for n in s.inputs()}
    used = {n.removeprefix("@") for n in read_names if n.startswith("@") or (n not in metrics and n not in segments)}
    plain_head = head.model_dump(mode="json", exclude={"scheme", "language", "metrics", "segments", "sources"})
    plain_head["rows"] = head.sources.model_dump(mode="json")
    dumped = {
        section: {n: {"kind": m.kind, **m.model_dump(mode="json")} for n, m in models.items()}
        for section, models in (("metrics", metrics), ("segments", segments))
    }
    places = _class_places(segments, lang, metrics)
    for n, segment in segments.items():
        if isinstance(segment, Rules):
            bound = segment.conditions
            dumped["segments"][n]["rules"] = {
                c: neutral_condition(bound[c], places) if c in bound else "else" for c in segment.rules
            }
        elif isinstance(column := getattr(segment, "column", None), str):
            dumped["segments"][n]["field"] = column
    for n, metric in metrics.items():
        if isinstance(column := getattr(metric, "column", None), str):
            dumped["metrics"][n]["field"] = column
    return Scheme(
        name=head.scheme, lang=lang, currency=head.currency, timezone=head.timezone, as_of=head.as_of,
        purchase=head.purchase, sources=head.sources, metrics=metrics, segments=segments, order=order,
        default_metrics=added, attributes=tuple(a for a in attributes if a in used), text=text,
        fingerprint=fingerprint(plain_head, dumped), path=path,
    )  # fmt: skip


def _add_defaults(metrics: dict[str, Metric], segments: Mapping[str, Segment]) -> tuple[str, ...]:
    """Adds the kinds that every scheme has where none is written; a name that is taken is left to whoever has it."""
    taken = {name.casefold() for name in (*metrics, *segments)}
    wanted = {n: kind for n, kind in _DEFAULTS.items() if not any(m.kind == kind for m in metrics.values())}
    added = {n if n not in taken else f"{n}_lifetime": kind for n, kind in wanted.items()}
    metrics.update({n: METRICS.all()[kind]() for n, kind in added.items()})
    return tuple(added)


def _language(document: Document) -> Lang:
    """Chinese where a name, a class or a label is; headers of files and comments say nothing of the reader."""
    words = {key: value for key, value in document.data.items() if key not in ("sources", "数据源")}
    return "zh" if _HAN.search(repr(words)) else "en"


def _head(document: Document, problems: list[Problem]) -> Head | None:
    try:
        return Head.model_validate(document.data)
    except ValidationError as error:
        problems.extend(explain(error, Head, document, ()))
        return None


def _section(document: Document, name: str) -> tuple[str, Any]:
    """The key as written (English or Chinese) and what stands under it."""
    chinese = {v: k for k, v in Head.chinese_keys().items()}
    key = name if name in document.data else chinese[name]
    return key, document.data.get(key)


def _models(
    document: Document, section: str, registry: Registry[Any], problems: list[Problem]
) -> Iterator[tuple[str, Any]]:
    key, items = _section(document, section)
    if not isinstance(items, Mapping):
        return
    for name, written in items.items():
        path = (key, name)
        place = document.place(path)
        if "：" in f"{name}{written if isinstance(written, str) else ''}" or (
            isinstance(written, Mapping) and any("：" in str(k) for k in written)
        ):
            problems.append(Problem("E-SCHEME-018", place, {"text": str(name)[:60]}))
            continue
        if not isinstance(written, Mapping):
            problems.append(Problem("E-SCHEME-006", place, {"name": str(written), "known": ", ".join(registry.all())}))
            continue
        kinds = [k for k in written if registry.get(str(k)) is not None]
        if len(kinds) > 1:
            # `{share: category, top: …}`: an option of one kind may be called as another kind is.
            kinds = [k for k in kinds if not _is_option(registry.get(str(kinds[0])), k)] or kinds[:1]
        if len(kinds) != 1:
            first = next(iter(written), "")
            values = {"name": str(first), "known": ", ".join(registry.all())}
            problems.append(
                Problem("E-SCHEME-006", place, values | {"suggestion": did_you_mean(str(first), registry.names())})
            )
            continue
        model: Any = registry.get(str(kinds[0]))
        rest = {k: v for k, v in written.items() if k != kinds[0]}
        try:
            yield str(name), model.model_validate({**rest, model.short: written[kinds[0]]})
        except ValidationError as error:
            problems.extend(explain(error, model, document, path, kind=str(kinds[0])))


def _is_option(model: Any, key: Any) -> bool:
    fields = {info.alias or name for name, info in model.model_fields.items()} | set(model.chinese_keys())
    return key in fields and key != model.short


def _names(
    document: Document, metrics: Mapping[str, Any], segments: Mapping[str, Any], problems: list[Problem]
) -> None:
    for section, models in (("metrics", metrics), ("segments", segments)):
        key, _ = _section(document, section)
        for name in models:
            if not NAME.match(name) or name.startswith("__"):
                problems.append(Problem("E-SCHEME-010", document.place((key, name)), {"name": name}))
            if name.casefold() in RESERVED:
                problems.append(Problem("E-SCHEME-011", document.place((key, name)), {"name": name}))
    key, _ = _section(document, "segments")
    taken: dict[str, str] = {}
    for section, models in (("metrics", metrics), ("segments", segments)):
        for name in models:
            # An engine's columns are the same in upper and lower case.
            if taken.setdefault(name.casefold(), f"{section}.{name}") != f"{section}.{name}":
                place = document.place((_section(document, section)[0], name))
                problems.append(Problem("E-SCHEME-007", place, {"name": name}))


def _attributes(head: Head, segments: Mapping[str, Segment]) -> dict[str, str]:
    """Columns of the customers source and their types; where it has no mapping, whatever attribute segments read."""
    customers = head.sources.customers
    known = {c.name: c.type for c in CUSTOMERS if c.name != "customer_id"}
    if customers is None or not customers.columns:
        read_names = [n.removeprefix("@") for s in segments.values() for n in s.inputs() if n.startswith("@")]
        return {**dict.fromkeys(read_names, "text"), **known}
    return {**known, **{c: known.get(c, "text") for c in customers.columns if c != "customer_id"}}


def _order(
    document: Document, metrics: Mapping[str, Metric], segments: Mapping[str, Segment],
    attributes: Mapping[str, str], problems: list[Problem],
) -> tuple[str, ...] | None:  # fmt: skip
    """Segments after those they read; unknown names and circles are problems."""
    key, _ = _section(document, "segments")
    written = {str(n) for section in ("metrics", "segments") for n in _section(document, section)[1] or {}}
    known = {*metrics, *segments, *attributes, *written}
    good = True
    for name, segment in segments.items():
        for read_name in segment.inputs():
            bare = read_name.removeprefix("@")
            there = attributes if read_name.startswith("@") else known
            if not read_name.startswith("@") and bare in known and not _fits(bare, segment, metrics, segments, written):
                good = False
                problems.append(_unfit(bare, segment, metrics, segments, document.place((key, name))))
            elif bare not in there and not isinstance(segment, Rules):
                good = False
                values = {"name": bare, "known": ", ".join(sorted(there))}
                near = did_you_mean(bare, there)
                problems.append(Problem("E-SCHEME-003", document.place((key, name)), values | {"suggestion": near}))
    done: dict[str, None] = {}

    def visit(name: str, trail: tuple[str, ...]) -> bool:
        if name in trail:
            circle = " → ".join([*trail[trail.index(name) :], name])
            problems.append(Problem("E-SCHEME-008", document.place((key, name)), {"circle": circle}))
            return False
        if name in done:
            return True
        # A name that a metric has as well is told of already.
        fine = all(visit(n, (*trail, name)) for n in segments[name].inputs() if n in segments and n not in metrics)
        done[name] = None
        return fine

    sound = all(visit(name, ()) for name in segments if name not in done)
    return tuple(done) if good and sound else None


def _numbers(metrics: Mapping[str, Metric]) -> list[str]:
    return [n for n, m in metrics.items() if getattr(m, "unit_", m.unit) not in ("date", "text")]


def _fits(
    name: str, segment: Segment, metrics: Mapping[str, Metric], segments: Mapping[str, Segment], written: set[str]
) -> bool:
    """Whether a model can read what stands behind a name: a matrix reads segments, the others read numbers."""
    if isinstance(segment, Rules) or (name in written and name not in metrics and name not in segments):
        return True  # What is broken itself has been told of already.
    return name in segments if isinstance(segment, Matrix) else name in _numbers(metrics)


def _unfit(
    name: str, segment: Segment, metrics: Mapping[str, Metric], segments: Mapping[str, Segment], place: str
) -> Problem:
    crosses = isinstance(segment, Matrix)
    values = {"name": name, "known": ", ".join(segments if crosses else _numbers(metrics))}
    wanted = {"wanted": "segment" if crosses else "number", "wanted_zh": "客群" if crosses else "数值指标"}
    return Problem("E-SCHEME-041", place, values | wanted)


def _bind(
    document: Document, lang: Lang, metrics: Mapping[str, Metric], segments: Mapping[str, Segment],
    attributes: Mapping[str, str], order: tuple[str, ...], problems: list[Problem],
) -> None:  # fmt: skip
    """Checks labels, and resolves class names inside rules."""
    key, _ = _section(document, "segments")
    kinds: dict[str, Any] = {"date": "date", "text": "text"}
    fields = {n: Field({"day": "date"}.get(t, "text")) for n, t in attributes.items()}  # type: ignore[arg-type]
    fields |= {n: Field(kinds.get(getattr(m, "unit_", m.unit), "number")) for n, m in metrics.items()}
    scope = Scope("", lang, date(2000, 1, 1), metrics, segments)
    for name in order:
        segment = segments[name]
        if isinstance(segment, Rules):
            bound: dict[str, Condition] = {}
            for class_, condition in segment.rules.items():
                if condition is None:
                    continue
                place = document.place((key, name, *_rules_key(document, key, name), class_))
                bound[class_], found = bind(condition, fields, place)
                problems.extend(found)
            segment.bind(bound)
        fields[name] = Field("class", _class_spellings(segment, scope.of(name), document.place((key, name)), problems))


def _rules_key(document: Document, key: str, name: str) -> tuple[str, ...]:
    written = document.data[key][name]
    return tuple(k for k in ("rules", "规则") if k in written)


def _class_spellings(segment: Segment, scope: Scope, place: str, problems: list[Problem]) -> dict[str, str] | None:
    """Every spelling of every class; null where the classes are only known after the fit."""
    if segment.open_ended():
        return None
    known = [*segment.classes(None, scope), segment.missing_class()]
    labels = [c.label(scope.lang) for c in known]
    for label in sorted({x for x in labels if labels.count(x) > 1}):
        problems.append(Problem("E-SCHEME-012", place, {"label": label}))
    unknown = set(segment.labels) - {c.key for c in known}
    for key in sorted(unknown):
        names = [c.key for c in known]
        values = {"name": key, "known": ", ".join(names), "suggestion": did_you_mean(key, names)}
        problems.append(Problem("E-SCHEME-015", place, values | {"segment": scope.name}))
    return spellings([(c.key, c.zh, c.en) for c in known], scope.lang)


def _class_places(
    segments: Mapping[str, Segment], lang: Lang, metrics: Mapping[str, Metric]
) -> dict[str, dict[str, str]]:
    """Segment → class label → place among its classes, where the scheme alone tells the classes."""
    scope = Scope("", lang, date(2000, 1, 1), metrics, segments)
    return {
        name: {c.label(lang): f"#{i}" for i, c in enumerate([*s.classes(None, scope.of(name)), s.missing_class()])}
        for name, s in segments.items()
        if not s.open_ended()
    }


def _sorted(problems: list[Problem]) -> CustrataError:
    def line(p: Problem) -> int:
        match = re.search(r":(\d+)", p.place)
        return int(match[1]) if match else 0

    return CustrataError(*sorted(problems, key=line))
