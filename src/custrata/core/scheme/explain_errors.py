"""What pydantic found wrong with a part of a scheme, said as a person would: code, line, value, mend."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ValidationError

from custrata.core.errors import Fault, Problem, Refusal, did_you_mean
from custrata.core.scheme.fields import Path, field_at, keys_of, meaning_of, model_at, spellings, written
from custrata.core.scheme.yaml import Document
from custrata.core.windows import EXAMPLES, NAMES
from custrata.locale import catalog

#: Prefix of a ValueError raised by a model (`prefix:detail:detail`) → code and the names of its details.
_RAISED: dict[str, tuple[str, tuple[str, ...]]] = {
    "bounds": ("E-SCHEME-014", ("why", "name")),
    "shares": ("E-SCHEME-024", ("total",)),
    "rising": ("E-SCHEME-025", ("value",)),
    "one_of": ("E-SCHEME-026", ("options",)),
    "each_metric": ("E-SCHEME-027", ("metrics",)),
    "range": ("E-SCHEME-028", ("value", "low", "high")),
    "pair": ("E-SCHEME-029", ("name",)),
    "column": ("E-SCHEME-042", ("name", "suggestion")),
    "twice": ("E-SCHEME-030", ("value",)),
    "needs": ("E-SCHEME-031", ("option",)),
    "undiscounted": ("E-SCHEME-070", ("column",)),
    "condition": ("E-SCHEME-013", ("name", "at", "found", "expected")),
    "timezone": ("E-SCHEME-009", ("value",)),
    "as_of": ("E-SCHEME-033", ("value",)),
}
_BOUND_FAULTS = {"order": "E-SCHEME-014", "direction": "E-SCHEME-034", "else_last": "E-SCHEME-035",
                 "no_else": "E-SCHEME-036"}  # fmt: skip
_NAMED_CLASS = {*_BOUND_FAULTS.values(), "E-SCHEME-013"}
#: More than anybody mends in one go; each costs a search for near names.
_MOST = 100


def explain(
    error: ValidationError, model: type[BaseModel], document: Document, path: Path, kind: str = ""
) -> list[Problem]:
    """One problem for every fault of `error`, which came from reading `model` at `path`; `kind` is the key that named
    the model, standing in the file for its `short` field."""
    found = [_Item(item, model, document, path, kind).problem() for item in error.errors(include_url=False)[:_MOST]]
    # A union reports once for every branch it tried; the one that can name the alternatives says most.
    best: dict[str, Problem] = {}
    for p in sorted(found, key=lambda p: p.code == "E-SCHEME-005", reverse=True):
        if p.code not in ("E-SCHEME-005", "E-SCHEME-037", "E-SCHEME-045", "E-SCHEME-053"):
            best[f"{p.place} {p.code} {p.values}"] = p
        else:
            best.setdefault(p.place, p)
    return list(best.values())


@dataclass(frozen=True)
class _Item:
    """One fault as pydantic tells it."""

    item: Any
    model: type[BaseModel]
    document: Document
    path: Path
    kind: str

    @property
    def loc(self) -> Path:
        return tuple(self.item["loc"])

    @property
    def where(self) -> Path:
        """The path as the file spells it, as far as it goes."""
        if not self.loc:
            # What a whole model refuses stands on the line of its main part: an expression, say.
            return (*self.path, self.kind) if self.kind else self.path
        return written(self.document.data, self.path, self.model, self.loc, self.kind)

    @property
    def key(self) -> str:
        """The option, as the file spells it."""
        said = [str(part) for part in self.where[len(self.path) :] if not isinstance(part, int)]
        return said[-1] if said else self.kind

    def problem(self) -> Problem:
        type_, place = self.item["type"], self.document.place(self.where)
        if type_ == "extra_forbidden":
            model, name = model_at(self.model, self.loc[:-1]), str(self.loc[-1])
            values = {"key": name, "known": ", ".join(keys_of(model))}
            return Problem("E-SCHEME-002", place, values | {"suggestion": did_you_mean(name, spellings(model))})
        if type_ == "missing" and not isinstance(self.loc[-1], int):
            return self._missing(place)
        if type_ == "value_error":
            return self._raised(self.item["ctx"]["error"], place)
        if self.item.get("input") is None:
            return Problem("E-SCHEME-045", place, {"name": self.key, **self._meaning()})
        if type_ in ("missing", "too_long") and isinstance(self.item["input"], list | tuple):
            return self._too_few_or_many(place)
        if allowed := self.item.get("ctx", {}).get("expected"):
            words = [w.strip(" '") for w in str(allowed).replace(" or ", ", ").split(",")]
            values = {"key": self.key, "value": _shown(self.item["input"]), "known": ", ".join(words)}
            return Problem("E-SCHEME-005", place, values | {"suggestion": did_you_mean(str(self.item["input"]), words)})
        faults = catalog("faults", "en")
        fault = Fault(type_ if type_ in faults else "other", **self.item.get("ctx", {}))
        return self._unfit(place, fault.text("en"), fault.text("zh"))

    def _missing(self, place: str) -> Problem:
        info = field_at(self.model, self.loc)
        name = (info.alias if info is not None else None) or str(self.loc[-1]).rstrip("_")
        chinese = (getattr(info, "json_schema_extra", None) or {}).get("zh_key", name)
        return Problem("E-SCHEME-004", place, {"key": name, "key_zh": chinese, **self._meaning()})

    def _too_few_or_many(self, place: str) -> Problem:
        given, loc = len(self.item["input"]), self.loc[:-1] if self.item["type"] == "missing" else self.loc
        info = field_at(self.model, loc)
        wanted = len(getattr(info.annotation if info is not None else None, "__args__", ()))
        where = self.document.place(written(self.document.data, self.path, self.model, loc, self.kind))
        values = {"key": self.key, "wanted": wanted, "given": given, **self._meaning()}
        return Problem("E-SCHEME-053", where if self.item["type"] == "missing" else place, values)

    def _raised(self, error: Exception, place: str) -> Problem:
        if isinstance(error, Refusal):
            return error.problem(place)
        if isinstance(error, Fault):
            if self.item.get("input") is None:
                return Problem("E-SCHEME-045", place, {"name": self.key, **self._meaning()})
            return self._unfit(place, error.text("en"), error.text("zh"))
        prefix, _, rest = str(error).partition(":")
        if prefix in _RAISED:
            code, names = _RAISED[prefix]
            rest = re.sub(r"Decimal\('([^']*)'\)", r"\1", rest)
            details = dict(zip(names, rest.split("\x1f" if "\x1f" in rest else ":", len(names) - 1), strict=False))
            code = _BOUND_FAULTS.get(details.get("why", ""), code) if prefix == "bounds" else code
            if prefix == "condition":
                words = catalog("conditions", "zh")["words"]
                details["name"] = details["name"] or self.key
                details |= {f"{key}_zh": words.get(details[key], details[key]) for key in ("found", "expected")}
            if prefix == "timezone":
                from zoneinfo import available_timezones

                details["suggestion"] = did_you_mean(details["value"], available_timezones())
            found = Problem(code, place, details)
            # A fault of one class stands on the line of that class.
            named = (*self.where, details.get("name")) if details.get("name") != self.key else self.where
            return replace(found, place=self.document.place(named)) if code in _NAMED_CLASS else found
        if str(error).endswith("is not a window"):
            if self.item.get("input") is None:
                return Problem("E-SCHEME-045", place, {"name": self.key, **self._meaning()})
            value = _shown(self.item["input"])
            near = did_you_mean(value.strip().lower(), NAMES)
            return Problem("E-SCHEME-038", place, {"value": value, "known": EXAMPLES, "suggestion": near})
        return self._unfit(place, str(error), str(error))

    def _unfit(self, place: str, why: str, why_zh: str) -> Problem:
        value: Any = self.item.get("input")
        if not self.loc:
            value = value.get(self.model.short, value) if isinstance(value, dict) and self.kind else value  # type: ignore[attr-defined]
        said = {"why": why, "why_zh": why_zh, **self._meaning()}
        return Problem("E-SCHEME-037", place, {"key": self.key, "value": _shown(value), **said})

    def _meaning(self) -> dict[str, str]:
        """What belongs there, from the option's own description."""
        loc = self.loc or (getattr(self.model, "short", ""),)
        return meaning_of(field_at(self.model, loc))


def _shown(value: Any) -> str:
    text = re.sub(r"\s+", " ", str(value))
    return text if len(text) <= 60 else text[:57] + "…"
