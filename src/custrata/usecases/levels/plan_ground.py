"""What a plan stands on: the facts, the scheme, the levels given by hand and the levels of before, each known by a
fingerprint or a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date

from custrata.core.errors import CustrataError, Problem
from custrata.core.scan import DatabaseRecord
from custrata.core.store import Override, RunEntry
from custrata.usecases.levels.kept import applied_runs
from custrata.usecases.load.loaded import Loaded
from custrata.usecases.store import Store


def runs_before(store: Store, day: date) -> tuple[RunEntry | None, RunEntry | None]:
    """The run that levels on a day are reckoned from, the last one applied for a day before it; and the one that was
    applied for this very day, if one was. Raises E-PLAN-002 where levels were applied for a later day."""
    applied = applied_runs(store)
    later = [r for r in applied if r.as_of > day]
    if later:
        raise CustrataError(Problem("E-PLAN-002", str(day), {"day": day, "last": max(r.as_of for r in later)}))
    earlier = next((r for r in applied if r.as_of < day), None)
    return earlier, next((r for r in applied if r.as_of == day), None)


def latest(base: RunEntry | None, shown: RunEntry | None) -> str | None:
    """The run that a plan comes after."""
    found = shown or base
    return found.id if found is not None else None


def facts_hash(ready: Loaded) -> str:
    """What tells the facts, as far as levels depend on them, from others: what was loaded, who is who, and what people
    corrected in profiles."""
    state = ready.result.state
    # A file that is there again as it was is read under another number, and says the same.
    units = [(u.source, u.name, getattr(u.record, "sha256", ""), getattr(u.record, "watermark", None), u.counts.read,
              u.mends, u.id if isinstance(u.record, DatabaseRecord) else 0) for u in state.units]  # fmt: skip
    corrected = [[c.id, c.customer_id] for c in ready.at.changes if c.column in {*ready.scheme.attributes, "joined_at"}]
    said = json.dumps([sorted(map(str, units)), state.identity, state.settings, *([corrected] if corrected else [])])
    return hashlib.sha256(said.encode()).hexdigest()


def overrides_hash(overrides: Sequence[Override], as_of: date, today: date) -> str:
    """What tells the overrides that count from others."""
    said = [(o.id, o.ladder, o.customer_id, o.kind, o.level) for o in overrides if o.in_force(as_of, today)]
    return hashlib.sha256(json.dumps(sorted(said)).encode()).hexdigest()
