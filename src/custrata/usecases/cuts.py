"""The cuts of a segment of a published run: which can be turned, and the model with others."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from custrata.core.errors import CustrataError, Fault, Problem
from custrata.core.scheme.edit import with_value
from custrata.core.scheme.explain_errors import explain
from custrata.core.scheme.model import Head
from custrata.core.scheme.yaml import Document, read
from custrata.core.segments.base import Segment
from custrata.core.segments.dials import Dials, dials, turned
from custrata.locale import LANGS
from custrata.usecases.look import Result


def dials_of(result: Result, name: str) -> Dials | None:
    """The cuts of a segment; null where it has none that can be turned."""
    if name not in result.scheme.segments:
        return None
    model, scope = result.scheme.segments[name], result.scheme.scope(name, result.as_of, result.params)
    _, written = _written(result.scheme.text, name)
    return dials(model, result.params[name], scope) if written is not None else None


def recut(result: Result, name: str, answers: Mapping[str, str]) -> Segment:
    """The model of a segment with other cuts. `answers` are numbers by the key of their dial.

    Raises `CustrataError`: E-WEB-030 an answer is no number; what reading a scheme raises where the cuts do not fit.
    """
    model = result.scheme.segments[name]
    document, written = _written(result.scheme.text, name)
    assert written is not None
    return _validated(model, document, name, _turned(model, written, answers))


def with_cuts(text: str, scheme: Any, name: str, answers: Mapping[str, str]) -> str:
    """The text of a scheme with other cuts of one of its segments; everything else of it stays as it is written.

    `scheme` is the text, checked. Raises as `recut` does, and E-WEB-031 where the text has no such segment.
    """
    document, written = _written(text, name)
    model = scheme.segments.get(name)
    if written is None or model is None:
        raise CustrataError(Problem("E-WEB-031", document.name, {"name": name}))
    new = _turned(model, written, answers)
    _validated(model, document, name, new)
    return with_value(text, (_section(document), name), new)


def _turned(model: Segment, written: Mapping[str, Any], answers: Mapping[str, str]) -> dict[str, Any]:
    try:
        return turned(model, written, answers)
    except Fault as fault:
        values = {key: fault.text(lang) for lang, key in zip(LANGS, ("why_zh", "why"), strict=True)}
        raise CustrataError(Problem("E-WEB-030", "", values)) from None


def _validated(model: Segment, document: Document, name: str, written: Mapping[str, Any]) -> Segment:
    kinds = {model.kind, model.zh}
    kind = next(k for k in written if k in kinds)
    rest = {k: v for k, v in written.items() if k != kind}
    try:
        return type(model).model_validate({**rest, model.short: written[kind]})
    except ValidationError as error:
        path = (_section(document), name)
        raise CustrataError(*explain(error, type(model), document, path, kind=kind)) from None


def _section(document: Document) -> str:
    chinese = next(zh for zh, field in Head.chinese_keys().items() if field == "segments")
    return "segments" if "segments" in document.data else chinese


def _written(text: str, name: str) -> tuple[Document, Mapping[str, Any] | None]:
    """A segment as it stands in the text; null where it does not."""
    document = _document(text)
    found = (document.data.get(_section(document)) or {}).get(name)
    return document, found if isinstance(found, Mapping) else None


@lru_cache(maxsize=8)
def _document(text: str) -> Document:
    return read(text, "scheme.yaml")
