"""Scheme file → checked Scheme: reads every part, collects every problem, and only then gives up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from custrata.core.errors import CustrataError, Problem, did_you_mean
from custrata.core.identity.policy import Identity
from custrata.core.levels.ladder import Ladder
from custrata.core.metrics.base import REGISTRY as METRICS
from custrata.core.metrics.base import Metric
from custrata.core.names import attribute_labels
from custrata.core.registry import Registry
from custrata.core.schedule.options import Keep, Schedule
from custrata.core.scheme.explain_errors import explain
from custrata.core.scheme.fingerprint import fingerprint
from custrata.core.scheme.model import Head, Scheme
from custrata.core.scheme.references import References, attributes, check_names, written_under
from custrata.core.scheme.repair import explained
from custrata.core.scheme.yaml import Document, read, too_large
from custrata.core.segments.base import REGISTRY as SEGMENTS
from custrata.core.segments.base import Segment
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
        if (error := too_large(file.stat().st_size, file.name)) is not None:
            raise error
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
    try:
        return _checked(text, name, path)
    except CustrataError as error:
        found = error

    def again(mended: str) -> Sequence[Problem]:
        try:
            _checked(mended, name, path)
        except CustrataError as error:
            return error.problems
        return ()

    raise _sorted(explained(found.problems, text, name, again)) from None


# One command asks for its scheme more than once (which language it is in, what it decides), and a form for the one in
# force beside what is being typed: a text is checked once.
@lru_cache(maxsize=4)
def _checked(text: str, name: str, path: Path | None) -> Scheme:
    document = read(text, name)
    problems: list[Problem] = []
    head = _head(document, problems)
    metrics = dict(_models(document, "metrics", METRICS, problems))
    segments = dict(_models(document, "segments", SEGMENTS, problems))
    ladders = dict(_ladders(document, problems))
    check_names(document, {"metrics": metrics, "segments": segments, "levels": ladders}, problems)
    if head is None:
        raise _sorted(problems)
    _check_schedule(document, head, problems)
    lang = head.language or _language(document)
    added = _add_defaults(metrics, segments)
    dates = head.sources.customers.dates if head.sources.customers is not None else "ymd"
    grouped = [n for m in metrics.values() for n in m.inputs() if n not in segments]
    columns = attributes(head, [*segments.values(), *ladders.values()], grouped)
    headings = head.sources.customers.columns if head.sources.customers is not None else {}
    told = attribute_labels({n: headings.get(n) for n in columns})
    known = References(document, lang, metrics, segments, columns, dates, told)
    order = known.order(problems)
    known.check_metrics(problems)
    if order is not None and not problems:
        segments, fields = known.bind(order, problems)
        ladders = known.bind_ladders(ladders, fields, problems)
    if problems:
        raise _sorted(problems)
    assert order is not None
    read_names = {n for s in (*segments.values(), *ladders.values()) for n in s.inputs()}
    used = {n.removeprefix("@") for n in read_names if n.startswith("@") or (n not in metrics and n not in segments)}
    used |= set(grouped)
    care = {"schedule", "keep"}
    apart = {"scheme", "language", "metrics", "segments", "levels", "sources", *care}
    plain_head = head.model_dump(mode="json", exclude=apart)
    plain_head["rows"] = head.sources.rules()
    return Scheme(
        name=head.scheme, lang=lang, currency=head.currency, timezone=head.timezone, as_of=head.as_of,
        purchase=head.purchase, sources=head.sources, metrics=metrics, segments=segments, order=order,
        identity=head.identity or Identity(), default_metrics=added,
        attributes=tuple(a for a in known.attributes if a in used), text=text,
        fingerprint=fingerprint(
            plain_head, metrics, segments, ladders, known.class_places(segments),
            head.model_dump(mode="json", include=care, exclude_none=True),
        ),
        path=path, levels=ladders, places=_places(document), schedule=head.schedule or Schedule(),
        keep=head.keep or Keep(),
    )  # fmt: skip


def _check_schedule(document: Document, head: Head, problems: list[Problem]) -> None:
    """Levels can be reviewed by the calendar only where there are some."""
    if head.schedule is not None and head.schedule.levels is not None and not written_under(document, "levels")[1]:
        key, items = written_under(document, "schedule")
        job = next(k for k in items if k in ("levels", "等级"))
        problems.append(Problem("E-PLAN-001", document.place((key, job)), {}))


def _places(document: Document) -> dict[str, str]:
    """Name of a metric, segment or ladder → the line it stands on."""
    parts = [written_under(document, part) for part in ("metrics", "segments", "levels")]
    return {str(name): document.place((key, name)) for key, items in parts for name in items or ()}


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


def _models(
    document: Document, section: str, registry: Registry[Any], problems: list[Problem]
) -> Iterator[tuple[str, Any]]:
    key, items = written_under(document, section)
    if not isinstance(items, Mapping):
        return
    for name, written in items.items():
        path = (key, name)
        place = document.place(path)
        if not isinstance(written, Mapping):
            problems.append(_no_kind(str(name), written, place, registry))
            continue
        kinds = [k for k in written if registry.get(str(k)) is not None]
        if len(kinds) > 1:
            # `{share: category, top: …}`: an option of one kind may be called as another kind is.
            kinds = [k for k in kinds if not _is_option(registry.get(str(kinds[0])), k)] or kinds[:1]
        if len(kinds) != 1:
            problems.append(_no_kind(str(name), next(iter(written), None), place, registry))
            continue
        model: Any = registry.get(str(kinds[0]))
        rest = {k: v for k, v in written.items() if k != kinds[0]}
        try:
            yield str(name), model.model_validate({**rest, model.short: written[kinds[0]]})
        except ValidationError as error:
            problems.extend(explain(error, model, document, path, kind=str(kinds[0])))


def _ladders(document: Document, problems: list[Problem]) -> Iterator[tuple[str, Ladder]]:
    key, items = written_under(document, "levels")
    for name, written in (items if isinstance(items, Mapping) else {}).items():
        try:
            yield str(name), Ladder.model_validate(written)
        except ValidationError as error:
            problems.extend(explain(error, Ladder, document, (key, name)))


def _no_kind(name: str, written: Any, place: str, registry: Registry[Any]) -> Problem:
    """`abc:` with nothing behind it, `abc: monetary`, or a word that is no kind."""
    kinds = registry.all()
    known = {"known": ", ".join(kinds), "known_zh": "、".join(f"{m.zh} {kind}" for kind, m in kinds.items())}
    if written is None or written == "":
        meaning = {"meaning": f"one of {known['known']}", "meaning_zh": f"其中之一：{known['known_zh']}"}
        return Problem("E-SCHEME-045", place, {"name": name, **meaning})
    if isinstance(written, str) and registry.get(written) is not None:
        return Problem("E-SCHEME-054", place, {"name": name, "kind": written, "example": f"{{{written}: …}}"})
    return Problem("E-SCHEME-006", place, {"name": _short(written), **known, "suggestion": _near(written, registry)})


def _short(value: Any) -> str:
    return f"{value}" if len(f"{value}") <= 60 else f"{value}"[:57] + "…"


def _near(written: Any, registry: Registry[Any]) -> str:
    return did_you_mean(written, registry.names()) if isinstance(written, str) else ""


def _is_option(model: Any, key: Any) -> bool:
    fields = {info.alias or name for name, info in model.model_fields.items()} | set(model.chinese_keys())
    return key in fields and key != model.short


def _sorted(problems: list[Problem]) -> CustrataError:
    def line(p: Problem) -> int:
        match = re.search(r":(\d+)", p.place)
        return int(match[1]) if match else 0

    return CustrataError(*sorted(problems, key=line))
