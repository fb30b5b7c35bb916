"""Two schemes beside each other as people are shown them: totals by level, and who is placed differently and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.datatypes as dt

from custrata.core.levels.ladder import Ladder
from custrata.core.measure.comparison import Apart, Comparison, LadderComparison, PlacedApart
from custrata.core.measure.levels import LevelShare, Way, Weighed
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang
from custrata.usecases.levels.moved import level_words, named_pairs
from custrata.usecases.levels.shares import ladder_title
from custrata.usecases.levels.weighing import Scales, deciding, way
from custrata.usecases.metric_notes import metric_note

if TYPE_CHECKING:
    from custrata.usecases.levels.what_if import Beside

MOST = 1000
"""Customers whom a page names, ladder by ladder; the workbook has all of them."""

_Pair = tuple[str | None, str | None]


def comparison(beside: Beside, lang: Lang, most: int = MOST) -> Comparison:
    """Everything that is to be told of two schemes; each ladder names at most so many customers."""
    ours, theirs = beside.ours.scheme, beside.theirs.scheme
    lacking = [ladder_title(ours, n, lang) for n in ours.levels if n not in theirs.levels]
    lacking += [ladder_title(theirs, n, lang) for n in theirs.levels if n not in ours.levels]
    return Comparison(
        title=ours.name, file=_file(ours), other_title=theirs.name, other_file=_file(theirs), as_of=beside.ours.as_of,
        customers=beside.ours.totals.customers, currency=ours.currency,
        spend=metric_note(ours, beside.ours.as_of, ours.level_spend(), lang),
        ladders=[Side(beside, name, lang).told(most) for name in beside.ladders], lacking=lacking,
        version=version("custrata"), notes=beside.notes,
    )  # fmt: skip


@dataclass(frozen=True)
class Side:
    """One ladder of the two schemes."""

    beside: Beside
    name: str
    lang: Lang

    @property
    def ours(self) -> Ladder:
        return self.beside.ours.scheme.levels[self.name]

    @property
    def theirs(self) -> Ladder:
        return self.beside.theirs.scheme.levels[self.name]

    @property
    def words(self) -> dict[str, str]:
        """Level → what it is called, by this scheme where it knows it; levels of both in their order."""
        mine, others = level_words(self.ours, self.lang), level_words(self.theirs, self.lang)
        keys = list(mine)
        for i, key in enumerate(others):
            if key not in mine:
                before = next((k for k in reversed(list(others)[:i]) if k in keys), None)
                keys.insert(keys.index(before) + 1 if before is not None else 0, key)
        called = {key: mine.get(key) or others[key] for key in keys}
        # A level of the other scheme that is called as one of this, and is not it.
        return {k: w if k in mine or w not in mine.values() else f"{w} ({k})" for k, w in called.items()}

    def way(self, ours: str | None, theirs: str | None) -> Way:
        """Where the other scheme places somebody, seen from this one; levels that neither ranks with the other's are
        `anew`."""
        if ours is None or theirs is None:
            return "new" if ours is None else "gone"
        for ladder in (self.ours, self.theirs):
            if ours in ladder.levels and theirs in ladder.levels:
                return "up" if ladder.rank(theirs) > ladder.rank(ours) else "down"
        return "anew"

    def told(self, most: int) -> LadderComparison:
        rows = self._rows()
        pairs: dict[_Pair, list[Any]] = {}
        moves: tuple[dict[Way, int], dict[Way, int]] = ({}, {})
        for r in rows:
            _add(pairs, (r["ours"], r["theirs"]), r)
            for found, ladder, level in zip(moves, (self.ours, self.theirs), (r["ours"], r["theirs"]), strict=True):
                if level != r["now"]:
                    where = way(ladder, r["now"], level)
                    found[where] = found.get(where, 0) + r["customers"]
        groups = [Apart(self.way(*p), self._word(p[0]), self._word(p[1]), n, spend)
                  for p, (n, spend) in pairs.items() if p[0] != p[1]]  # fmt: skip
        words = self.words
        return LadderComparison(
            name=self.name, title=ladder_title(self.beside.ours.scheme, self.name, self.lang),
            levels=list(words.values()), shares=self._shares(pairs), groups=sorted(groups, key=_largest_first),
            pairs=named_pairs({p: n for p, (n, _) in pairs.items()}, words), ours_moves=moves[0],
            theirs_moves=moves[1], people=self._people(most),
        )  # fmt: skip

    def flows(self) -> list[tuple[str | None, str | None, str | None]]:
        """The levels now, here and there that occur among those who are placed differently."""
        found = [(r["now"], r["ours"], r["theirs"]) for r in self._rows()]
        return [f for f in found if f[1] != f[2]]

    def _rows(self) -> list[dict[str, Any]]:
        t: Any = self.beside.ladders[self.name]
        by = t.group_by("now", "ours", "theirs").aggregate(customers=t.count(), spend=t.spend.sum())
        by = by.filter(by.ours.notnull() | by.theirs.notnull()).order_by(["now", "ours", "theirs"])
        rows: list[dict[str, Any]] = self.beside.engine.rows(by)
        return rows

    def _shares(self, pairs: Mapping[_Pair, Sequence[Any]]) -> list[LevelShare]:
        sums: dict[str, list[Any]] = {key: [0, 0, Decimal(0), Decimal(0)] for key in self.words}
        for pair, (n, spend) in pairs.items():
            for i, level in enumerate(pair):
                if level is not None:
                    sums[level][i] += n
                    sums[level][i + 2] += spend
        all_ours, all_theirs = (sum(v[i] for v in sums.values()) for i in (0, 1))
        return [
            LevelShare(
                str(self._word(key)), ours, theirs, ours / all_ours if all_ours else None,
                theirs / all_theirs if all_theirs else None, spend_ours, spend_theirs,
            )
            for key, (ours, theirs, spend_ours, spend_theirs) in sums.items()
        ]  # fmt: skip

    def _people(self, most: int) -> list[PlacedApart]:
        order = [ibis.desc("spend", nulls_first=False), "customer_id"]
        t = with_names_of(self.beside, self.beside.apart(self.name).order_by(order).limit(most)).order_by(order)
        scales = [
            Scales(s, s.levels[self.name], self.lang) for s in (self.beside.ours.scheme, self.beside.theirs.scheme)
        ]
        return [self._placed(r, scales) for r in self.beside.engine.rows(t)]

    def _placed(self, r: Mapping[str, Any], scales: Sequence[Scales]) -> PlacedApart:
        weighed = [self._weighed(r, side, s) for side, s in zip(("ours", "theirs"), scales, strict=True)]
        return PlacedApart(
            r["customer_id"], r["name"], self.way(r["ours"], r["theirs"]), self._word(r["now"]), self._word(r["ours"]),
            self._word(r["theirs"]), r["ours_cause"], r["theirs_cause"],
            None if r["spend"] is None else Decimal(str(r["spend"])), *weighed,
        )  # fmt: skip

    @staticmethod
    def _weighed(r: Mapping[str, Any], side: str, scales: Scales) -> Sequence[Weighed]:
        if r[f"{side}_cause"] in (None, "override"):
            return ()
        return scales.weighed(deciding(scales.ladder, r["now"], r[side])[1], r[f"{side}_numbers"] or ())

    def _word(self, level: str | None) -> str | None:
        return None if level is None else self.words.get(level, level)


def with_names_of(beside: Beside, t: Any) -> Any:
    """With `name`, that of the customers source; null where it tells none."""
    people = beside.ours.facts.tables.customers
    if people is None or "name" not in people.columns:
        return t.mutate(name=ibis.null(dt.string))
    named = people.select(_who=people.customer_id.cast(dt.string), name=people.name.cast(dt.string))
    return t.left_join(named, t.customer_id == named["_who"]).drop("_who")


def _add(sums: dict[_Pair, list[Any]], pair: _Pair, row: Mapping[str, Any]) -> None:
    own = sums.setdefault(pair, [0, Decimal(0)])
    own[0] += row["customers"]
    own[1] += Decimal(str(row["spend"] or 0))


def _largest_first(group: Apart) -> tuple[int, str, str]:
    return -group.customers, group.ours or "", group.theirs or ""


def _file(scheme: Scheme) -> str:
    return scheme.path.name if scheme.path else ""
