"""A scheme whose sources an ERP preset describes, as one that says it all itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from custrata.core.errors import Problem
from custrata.core.scheme.model import Scheme
from custrata.core.scheme.sources import Source


def with_erp(scheme: Scheme, base: Path, scratch: Path, notes: list[Problem] | None = None) -> Scheme:
    """The scheme with the queries and rules of its preset in its sources, as if it said them itself; the same where it
    names none.

    Looks at the ERP's database, which version and companies it has; reads no business record. What a source says
    itself (a file, statuses that count) goes before the preset. `notes` gets what should be shown and stops nothing.
    Errors: those of `prepare`.
    """
    told = scheme.sources
    if told.erp is None or told.database is None:
        return scheme
    # Imported where a scheme names an ERP: few do, and templates and database drivers come with it.
    from custrata.sources.erps.open import prepare
    from custrata.sources.erps.preset import preset

    folder = base / told.erp
    found = prepare(
        preset(folder if folder.is_dir() else told.erp), told.database, told.parameters,
        timezone=scheme.timezone, currency=scheme.currency, base=base, scratch=scratch,
    )  # fmt: skip
    if notes is not None:
        notes.extend(found.notes)
    changed: dict[str, Source] = {}
    for name, spec in found.specs.items():
        own = told.config(name)
        if own.told or (name == "interactions" and any(c.told for c in told.interactions.values())):
            continue
        rules = {k: tuple(v) for k, v in found.rules.get(name, {}).items() if k not in own.model_fields_set}
        place = {"database": told.database, "query": spec.query, "watermark": spec.watermark, "key": tuple(spec.key)}
        changed[name] = own.model_copy(update={**place, **rules})
    sources = told.with_configs(changed).model_copy(update={"erp": None, "database": None, "parameters": {}})
    return replace(scheme, sources=sources)
