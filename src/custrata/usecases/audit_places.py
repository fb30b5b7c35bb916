"""Where the rows of a finding stand: file, row and cell, for the few that are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.audit.facts import AuditFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Example, Finding, Sample
from custrata.core.facts.clean import clean
from custrata.core.facts.ids import like
from custrata.core.scan import Opened
from custrata.usecases.ports import Engine
from custrata.usecases.rows import raw_rows

_IDS = ("customer_id", "order_id", "refers_to", "product_id", "return_id")


def with_places(
    findings: Sequence[Finding], facts: AuditFacts, opened: Mapping[str, Opened], engine: Engine
) -> list[Finding]:
    """The findings with up to 20 examples each. A source is gone through once for all findings whose rows are known by
    the same columns."""
    placed: dict[int, list[Example]] = {}
    for source in opened:
        wanted = {
            i: f.sample
            for i, f in enumerate(findings)
            if f.sample is not None and f.sample.source == source and _room(f)
        }
        if wanted:
            placed |= _placed(source, wanted, facts, opened[source], engine)
    return [
        replace(f, examples=(*f.examples, *placed.get(i, ()))[:MOST_EXAMPLES], sample=None)
        for i, f in enumerate(findings)
    ]


def _room(finding: Finding) -> bool:
    return len(finding.examples) < MOST_EXAMPLES


def _placed(
    name: str, wanted: Mapping[int, Sample], facts: AuditFacts, opened: Opened, engine: Engine
) -> dict[int, list[Example]]:
    source = facts.sources[name]
    raw, names = raw_rows(name, opened, dict(source.headers), engine, numbered=True)
    rows = clean(raw, name, source.config, names, engine.local_time, engine.stage).table
    together: dict[tuple[str, ...], list[ir.Table]] = {}
    for i, sample in wanted.items():
        keys = engine.materialise(f"audit_keys_{name}_{i}", sample.keys)
        columns = tuple(sorted(keys.columns))
        cells = {f"_{c}": _as(keys[c], rows[c].type(), c) for c in columns}
        together.setdefault(columns, []).append(keys.select(_finding=ibis.literal(i), **cells))
    found = []
    for columns, parts in together.items():
        keys = reduce(lambda a, b: a.union(b), parts)
        joined = rows.inner_join(keys, [rows[c].identical_to(keys[f"_{c}"]) for c in columns])
        found.append(joined.select("_finding", "_file", "_row").distinct())
    places: Any = reduce(lambda a, b: a.union(b), found)
    ranked = places.mutate(_at=ibis.row_number().over(ibis.window(group_by="_finding", order_by=["_file", "_row"])))
    first = engine.materialise(f"audit_places_{name}", ranked.filter(ranked["_at"] < MOST_EXAMPLES).drop("_at"))
    # Which cell is shown depends on the finding; the column of a source without order numbers is none of the user's.
    header = {i: source.header(sample.column) for i, sample in wanted.items()}
    both: Any = raw.inner_join(first, ["_file", "_row"])
    told = [(both["_finding"] == i, both[h].cast(dt.string)) for i, h in header.items() if h in raw.columns]
    value = ibis.cases(*told, else_=ibis.null(dt.string)) if told else ibis.null(dt.string)
    shown = both.select("_finding", "_file", "_row", value=value).order_by("_finding", "_file", "_row", "value")
    examples: dict[int, list[Example]] = {}
    for r in engine.rows(shown):
        example = Example(name, r["_file"], r["_row"], header[r["_finding"]], r["value"])
        examples.setdefault(r["_finding"], []).append(example)
    return examples


def _name(place: Any, files: Sequence[str]) -> Any:
    return place.cases(*enumerate(files), else_=ibis.null(dt.string))


def _as(key: Any, kind: dt.DataType, column: str) -> Any:
    """A key in the type of the rows that it is looked for among."""
    return like(key, kind) if column in _IDS else key.cast(kind)
