"""The Python face of what sets customers apart: those of a class, or those who stopped buying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from custrata.api import Evaluated, as_day
from custrata.api_result import Looked, result_of
from custrata.core.errors import CustrataError, Problem
from custrata.locale import Lang
from custrata.usecases.apart import apart_of
from custrata.usecases.apart_leavers import DAYS, leavers
from custrata.usecases.apart_words import Words, as_document
from custrata.usecases.workspace import Workspace


def apart(
    what: Looked, segment: str | None = None, class_: str | None = None, *, days: int | None = None,
    without: Sequence[str] = (), own: bool = False, run: str | None = None, as_of: Any = None,
    lang: Lang | None = None,
) -> SetApart:  # fmt: skip
    """Rules that say where the customers of a class are more frequent, tried on customers who took no part.

    `what` is what `evaluate` gave, or the folder of a workspace, of which `run` (default: the current one) is asked.
    `without` are metrics to leave out; `own` keeps in what the class is made of. Without a segment, of a workspace:
    those who bought in the `days` (90) before a day and not in the `days` after it, the last day being `as_of`.
    Nothing is written. Raises `CustrataError`: E-PREDICT-050 to 054, E-RUN-003 and -008; `TypeError` where leavers
    are asked of an evaluation, which knows one day only.

    >>> import pyarrow as pa, datetime as dt
    >>> from custrata import Scheme, evaluate
    >>> sales = pa.table({
    ...     "customer_id": [f"c{i % 300}" for i in range(900)],
    ...     "ordered_at": [dt.date(2024, 1, 1) + dt.timedelta(i % 300 // 3 if i < 300 else 120) for i in range(900)],
    ...     "amount": [900 if i % 300 < 100 else 20 for i in range(900)],
    ... })
    >>> tier = "{thresholds: spend, classes: {big: above 1000, small: else}}"
    >>> scheme = Scheme.parse(f"scheme: Shop\\nmetrics: {{since: {{tenure: lifetime}}}}\\nsegments: {{tier: {tier}}}")
    >>> found = apart(evaluate(scheme, orders=sales), "tier", "big", lang="en")
    >>> len(found.rules), found.rules[0].share
    (1, 1.0)
    """
    if (segment is None) != (class_ is None):
        raise CustrataError(Problem("E-PREDICT-054", "apart", {"value": segment or class_ or ""}))
    if segment is None or class_ is None:
        if isinstance(what, Evaluated):
            raise TypeError("apart of an evaluation needs a segment and a class; leavers are told of a workspace")
        return _leavers(Path(what), days or DAYS, as_of, without, lang)
    with result_of(what, run) as result:
        found = apart_of(result, result.meant(segment), class_, without=without, own=own)
        return SetApart(Words(found, result.scheme, result.as_of, lang or result.scheme.lang))


def _leavers(folder: Path, days: int, as_of: Any, without: Sequence[str], lang: Lang | None) -> SetApart:
    from custrata.engines.duckdb.store import duckdb_store

    workspace, until = Workspace.at(folder), as_day(as_of, "apart")
    found, day = leavers(workspace, duckdb_store, lambda: datetime.now(UTC), days=days, as_of=until, without=without)
    scheme = workspace.scheme()
    return SetApart(Words(found, scheme, day, lang or scheme.lang, days))


@dataclass(frozen=True)
class SetApart:
    """What sets them apart; `words.report` has every figure of it."""

    words: Words

    @property
    def rules(self) -> Sequence[Any]:
        """The rules that hold for others, too: each with `rule`, `customers` kept aside who meet it, `own` of them,
        `share` and `p`; nothing where nothing sets these customers apart."""
        return self.words.report.found.rules

    @property
    def sentences(self) -> list[str]:
        """All there is to say: who is asked for, the rules, how far to trust them, what was left out."""
        return self.words.sentences()

    def as_dict(self) -> dict[str, Any]:
        """Everything, as `custrata apart --json` gives it."""
        return as_document(self.words)
