"""What a preset's folder declares in `preset.toml`, checked as strictly as a scheme."""

from __future__ import annotations

import tomllib
from importlib.resources.abc import Traversable
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.columns import SourceName
from custrata.core.strict import Text
from custrata.sources.erps.literals import Kind
from custrata.sources.erps.parameters import Parameter

FILE = "preset.toml"
Tables = dict[str, tuple[str, ...]]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Feature(_Part):
    """Something that not every installation has: a module, or a column of some versions. A template asks `has.name`.

    It is there where all `tables` have all their columns, and, where `when` names a parameter, that is true.
    """

    means: Text
    tables: Tables
    when: str | None = None


class SourceRule(_Part):
    """How one canonical source is read. `key` identifies a row, `watermark` tells what is new (null: nothing does, so
    everything is read each time), `count` are the statuses that count, `needs` features of which one must be there,
    `anonymous` parameters that list customers who stand for walk-in sales (besides those who are missing), `closed` the
    statuses of interactions that are settled."""

    key: tuple[str, ...] = ()
    watermark: str | None = None
    count: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    anonymous: tuple[str, ...] | None = None
    closed: tuple[str, ...] = ()


class Companies(_Part):
    """How companies are told apart: `id` is the type of their ids, `one` whether a single one must be chosen."""

    id: Literal["number", "text"]
    parameter: str = "company"
    one: bool = False


class Declaration(_Part):
    """A whole `preset.toml`."""

    title: str
    kind: Kind
    oldest: str
    tested: tuple[str, ...]
    means: Text
    times: Text
    money: Text
    parameters: dict[str, Parameter]
    companies: Companies
    tables: Tables
    features: dict[str, Feature] = {}
    sources: dict[SourceName, SourceRule]


def declared(folder: Traversable, name: str) -> Declaration:
    """The declaration in a folder. Errors: E-ERP-007 it cannot be read or is not one."""
    try:
        return Declaration.model_validate(tomllib.loads((folder / FILE).read_text("utf-8")))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        reason = f"{'.'.join(str(part) for part in first['loc'])}: {first['type']}"
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reason = str(error)
    raise CustrataError(Problem("E-ERP-007", name, {"file": FILE, "reason": reason}))
