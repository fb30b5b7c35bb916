"""The lists of a plan's workbook, whole: every move, everybody in grace, every level given by hand that decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from custrata.charts.numbers import money_unit
from custrata.core.errors import CustrataError, Problem
from custrata.core.levels.ladder import Ladder
from custrata.core.store import Override
from custrata.locale import Lang, text
from custrata.report.customers import MOST_ROWS, Column, Listing
from custrata.usecases.levels.graced import Graced
from custrata.usecases.levels.kept import MOVES
from custrata.usecases.levels.list_cells import batches_of, by_pair, style_of, styled, worded
from custrata.usecases.levels.moved import level_words
from custrata.usecases.levels.plan_look import PlanLook
from custrata.usecases.levels.shares import ladder_title
from custrata.usecases.levels.weighing import Scales, deciding, way
from custrata.usecases.listing import NAME, with_names


class Lists:
    """Makes the lists of one plan in one language. Text stays text; numbers are numbers; levels and causes have their
    names. Raises E-PLAN-009 where there are more moves than a sheet holds."""

    def __init__(self, look: PlanLook, overrides: Mapping[str, Override], lang: Lang) -> None:
        self._look, self._overrides, self._lang = look, overrides, lang
        self._scheme = look.result.scheme

    def moves(self) -> Listing:
        """Every move, ladder by ladder, those who spend most first."""
        parts = [self._moves(name, ladder) for name, ladder in self._scheme.levels.items()]
        lead = ("customer_id", NAME, "way", "from", "to", "cause", "spend", "since", "condition")
        return self._listing("moves", parts, [*lead, *self._inputs(), "note"])

    def grace(self) -> Listing:
        """Everybody in grace, those who spend most first."""
        parts = [p for name, ladder in self._scheme.levels.items() if (p := self._grace(name, ladder)) is not None]
        lead = ("customer_id", NAME, "level", "failing", "ends", "spend", "condition")
        return self._listing("grace_sheet", parts, [*lead, *self._inputs()])

    def by_hand(self) -> Listing:
        """Every level given by hand that decides."""
        parts = [self._held(name, ladder) for name, ladder in self._scheme.levels.items()]
        lead = ("customer_id", NAME, "kind", "level", "by_rules", "until", "spend", "note")
        return self._listing("hand_sheet", parts, lead)

    def _moves(self, name: str, ladder: Ladder) -> Any:
        t, words = self._look.moves(name), level_words(ladder, self._lang)
        rows = self._look.result.engine.rows(t.select("before", "level", "cause").distinct())
        scales = Scales(self._scheme, ladder, self._lang)
        flows = {(r["before"], r["level"]): r for r in rows}
        conditions = {pair: scales.asked(deciding(ladder, *pair)[1]) for pair in flows}
        ways = {pair: text(f"levels_report.{way(ladder, *pair)}", self._lang) for pair in flows}
        causes = {r["cause"]: text(f"levels.cause_{r['cause'].replace(' ', '_')}", self._lang) for r in rows}
        by_rule = t.cause != "override"
        return t.select(
            "customer_id", ladder=ibis.literal(name), way=by_pair(t.before, t.level, ways),
            **{"from": worded(t.before, words)}, to=worded(t.level, words), cause=worded(t.cause, causes),
            spend=t.spend, since=t.before_since,
            condition=ibis.ifelse(by_rule, by_pair(t.before, t.level, conditions), ibis.null(dt.string)),
            note=self._note(t.held_by), **self._numbers(t, ladder),
        )  # fmt: skip

    def _grace(self, name: str, ladder: Ladder) -> Any:
        graced = Graced(self._look, name, self._lang)
        t = graced.table()
        if t is None:
            return None
        t, words = graced.with_numbers(t), level_words(ladder, self._lang)
        scales = Scales(self._scheme, ladder, self._lang)
        asked = {level: scales.asked(ladder.levels[level].keeps) for level in ladder.levels}
        return t.select(
            "customer_id", "failing", "ends", "spend", ladder=ibis.literal(name), level=worded(t.level, words),
            condition=worded(t.rule_level, asked), **self._numbers(t, ladder),
        )  # fmt: skip

    def _held(self, name: str, ladder: Ladder) -> Any:
        t, words = self._look.levels(name), level_words(ladder, self._lang)
        t = t.filter(t.held_by.notnull())
        kinds = {i: text(f"levels_report.kind_{o.kind}", self._lang) for i, o in self._overrides.items()}
        untils = {i: o.until for i, o in self._overrides.items() if o.until is not None}
        ends = [((t.held_by == i), ibis.literal(day)) for i, day in untils.items()]
        none = ibis.null(dt.date)
        return t.select(
            "customer_id", "spend", ladder=ibis.literal(name), kind=worded(t.held_by, kinds),
            level=worded(t.level, words), by_rules=worded(t.rule_level, words),
            until=ibis.cases(*ends, else_=none) if ends else none, note=self._note(t.held_by),
        )  # fmt: skip

    def _note(self, held_by: Any) -> Any:
        """What was said of an override, and by whom."""
        said = {i: f"{o.reason} — {o.who}" for i, o in self._overrides.items()}
        return worded(held_by, said) if said else ibis.null(dt.string)

    def _inputs(self) -> list[str]:
        """What the conditions of all ladders read, each once, as columns that no other is called."""
        names = [n.removeprefix("@") for ladder in self._scheme.levels.values() for n in ladder.inputs()]
        return [f"#{n}" for n in dict.fromkeys(names)]

    def _numbers(self, t: Any, ladder: Ladder) -> dict[str, Any]:
        """A column for each input, null for those of other ladders."""
        own = [n.removeprefix("@") for n in ladder.inputs()]
        found = {}
        for name in self._inputs():
            value = t.numbers[own.index(name[1:])] if name[1:] in own else ibis.null(dt.string)
            found[name] = styled(value, self._style(name[1:]))
        return found

    def _style(self, name: str) -> str:
        """How the cells of an input are written."""
        columns = self._look.result.customers
        return style_of(self._scheme, name, columns[name].type() if name in columns.columns else None)

    def _listing(self, title: str, parts: Sequence[Any], names: Sequence[str]) -> Listing:
        """The rows of all ladders under one heading, written to a file of their own and read from there in batches."""
        several = len(self._scheme.levels) > 1
        named = self._look.result.people is not None and "name" in self._look.result.people.columns
        wanted = [*(["ladder"] if several else []), *(n for n in names if n != NAME or named)]
        columns = [self._column(n) for n in wanted]
        heading = text(f"levels_report.{title}", self._lang)
        if not parts:
            return Listing(heading, columns, lambda: iter(()), 0)
        engine = self._look.result.engine
        t = engine.materialise(f"{title}_all", ibis.union(*parts) if len(parts) > 1 else parts[0])
        n = int(engine.rows(t.aggregate(n=t.count()))[0]["n"])
        if n > MOST_ROWS:
            values = {"n": f"{n:,}", "most": f"{MOST_ROWS:,}", "file": str(self._look.folder / MOVES)}
            raise CustrataError(Problem("E-PLAN-009", self._look.entry.id, values))
        order: list[Any] = ["_place", ibis.desc("spend", nulls_first=False), "customer_id"]
        place = ibis.cases(*((t.ladder == name, i) for i, name in enumerate(self._scheme.levels)))
        titles = {name: ladder_title(self._scheme, name, self._lang) for name in self._scheme.levels}
        t = with_names(self._look.result, t.mutate(_place=place)).order_by(order)
        cells = {n: worded(t[n], titles) if n == "ladder" else t[n] for n in wanted}
        self._look.scratch.mkdir(parents=True, exist_ok=True)
        file = self._look.scratch / f"{title}.parquet"
        engine.write_parquet(t.select(**cells), file)
        return Listing(heading, columns, batches_of(file), n)

    def _column(self, name: str) -> Column:
        lang = self._lang
        if name.startswith("#") and name != NAME:
            return self._input(name[1:])
        if name == "spend":
            note = self._look.result.metric_note(self._scheme.level_spend(), lang)
            unit = money_unit(lang, self._scheme.currency)
            return Column(name, text("levels_report.spend", lang), "money", note.sentence, unit, note.window, note.own)
        styles = {"since": "date", "failing": "date", "ends": "date", "until": "date"}
        keys = {NAME: "name", "note": "reason", "ends": "grace_ends"}
        return Column(name, text(f"levels_report.{keys.get(name, name)}", lang), styles.get(name, "text"), "")

    def _input(self, name: str) -> Column:
        ladder = next(iter(self._scheme.levels.values()))
        title, style = Scales(self._scheme, ladder, self._lang).title(name), self._style(name)
        if name not in self._scheme.metrics:
            return Column(f"#{name}", title, style, "")
        note = self._look.result.metric_note(name, self._lang)
        unit = money_unit(self._lang, self._scheme.currency) if style == "money" else note.unit
        return Column(f"#{name}", title, style, note.sentence, unit, note.window, note.own)
