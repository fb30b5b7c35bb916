"""Plans of a small ladder that are applied one after the other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import ibis

from custrata.core.levels.ladder import Ladder
from custrata.core.levels.moves import OVERRIDES, STANDING, Before, planned, with_scheme_changes
from custrata.core.levels.settled import among, changed, unsettled

DAY, NEXT = date(2024, 6, 1), date(2024, 6, 2)
LADDER_TEXT = {
    "VIP": {"enter": "spend >= 100", "keep": "spend >= 50"}, "plain": {"enter": "spend >= 10"}, "visitor": None,
}  # fmt: skip
LADDER = Ladder.model_validate(LADDER_TEXT)


def people(**spend: int) -> Any:
    return ibis.memtable(list(spend.items()), schema={"customer_id": "string", "spend": "int64"})


def overrides(*rows: tuple[str, str, str, str]) -> Any:
    return ibis.memtable(list(rows), schema=OVERRIDES)


def who(**merged: str) -> Any:
    return ibis.memtable(list(merged.items()), schema={"customer_id": "string", "survivor": "string"})


class Book:
    """Plans that are applied one after the other; `both_ways` reckons each twice, of everybody and of those only who
    have to be asked."""

    def __init__(self, ladder: Ladder = LADDER, both_ways: bool = False) -> None:
        self.ladder, self._both_ways = ladder, both_ways
        self.looks: list[tuple[date, list[dict[str, Any]]]] = []

    @property
    def rows(self) -> list[dict[str, Any]]:
        return self.looks[-1][1]

    def plan(self, found: Any, day: date, given_: Any = None, merged: Any = None, old: Ladder | None = None) -> Any:
        earlier = [look for look in self.looks if look[0] < day]
        last, standing = earlier[-1] if earlier else (None, None)
        shown = self.rows if self.looks and self.looks[-1][0] == day else None
        before = Before(table(standing), last, table(shown), merged)
        t = planned(_judged(self.ladder, found), self.ladder, before, given_, day)
        if self._both_ways and standing is not None and shown is None:
            _same_of_few(_judged(self.ladder, found), self.ladder, before, given_, day, _rows(t))
        if old is not None:
            t = with_scheme_changes(t, planned(_judged(old, found), old, before, given_, day))
        return _rows(t)

    def apply(self, found: Any, day: date, *args: Any, **kwargs: Any) -> dict[str, tuple[Any, Any, Any]]:
        """Moves by customer: from, to, cause."""
        said = self.plan(found, day, *args, **kwargs)
        self.looks.append((day, [r for r in said if r["level"] is not None]))
        return {r["customer_id"]: (r["before"], r["level"], r["cause"]) for r in said if r["cause"] is not None}

    def levels(self) -> dict[str, str]:
        return {r["customer_id"]: r["level"] for r in self.rows}


def _same_of_few(judged: Any, ladder: Ladder, before: Before, given_: Any, day: date, said: list[Any]) -> None:
    """Whoever is not asked stands as he stood and moves nowhere; of those who are, the same is said as of all; and what
    is written of what changed comes to where everybody stands."""
    few = unsettled(judged, ladder, before, given_, day).cache()
    held = among(before.standing, few)
    asked = planned(few.filter(few.here).drop("here"), ladder, replace(before, standing=held), given_, day)
    of_few, stood = _rows(asked), {r["customer_id"]: r for r in _rows(before.standing)}
    ids = {r["customer_id"] for r in of_few}
    assert of_few == [r for r in said if r["customer_id"] in ids]
    for row in (r for r in said if r["customer_id"] not in ids):
        own = stood[row["customer_id"]]
        assert row == {**own, "before": own["level"], "before_since": own["since"], "cause": None}
    assert set(stood) <= ids | {r["customer_id"] for r in said}
    since = {r["customer_id"]: r for r in _rows(changed(asked, held))}
    after = {**stood, **since}
    assert [r for r in after.values() if r["level"] is not None and stood.get(r["customer_id"]) == r] == [
        r for c, r in stood.items() if c not in since
    ], "nobody is written who stands as before"
    standing = [{c: r[c] for c in STANDING} for r in said if r["level"] is not None]
    assert sorted((r for r in after.values() if r["level"] is not None), key=_id) == standing


def _judged(ladder: Ladder, found: Any) -> Any:
    t = ladder.judged(found)
    return t.mutate(refunded=ibis.null("date"), joined=ibis.null("date"))


def _rows(t: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = t.order_by("customer_id").to_pyarrow().to_pylist()
    return rows


def _id(row: dict[str, Any]) -> str:
    return str(row["customer_id"])


def table(rows: list[dict[str, Any]] | None) -> Any:
    return None if rows is None else ibis.memtable([tuple(r[c] for c in STANDING) for r in rows], schema=STANDING)
