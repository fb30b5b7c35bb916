"""The list of a comparison's workbook: everybody whom the two schemes place differently, whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.datatypes as dt

from custrata.charts.numbers import money_unit
from custrata.core.conditions.tree import column_of
from custrata.core.errors import CustrataError, Problem
from custrata.core.scheme.model import Scheme
from custrata.locale import Lang, text
from custrata.report.customers import MOST_ROWS, Column, Listing
from custrata.report.levels_words import cause_word
from custrata.usecases.levels.list_cells import batches_of, by_pair, style_of, styled, worded
from custrata.usecases.levels.shares import ladder_title
from custrata.usecases.levels.weighing import Scales, deciding
from custrata.usecases.levels.what_if_report import Side, with_names_of

if TYPE_CHECKING:
    from custrata.usecases.levels.what_if import Beside

_LEAD = ("customer_id", "name", "way", "now", "ours", "theirs", "spend", "ours_cause", "theirs_cause",
         "ours_condition", "theirs_condition")  # fmt: skip


def everybody_apart(beside: Beside, lang: Lang) -> Listing:
    """Ladder by ladder, those who spend most first: the level now, under each scheme, why, and the numbers that the
    conditions read. Raises E-PLAN-021 where they are more than a sheet holds."""
    inputs = [i for side in ("ours", "theirs") for i in _inputs(beside, side, lang)]
    engine = beside.engine
    parts = [_part(beside, name, inputs, lang) for name in beside.ladders]
    t: Any = engine.materialise("apart", ibis.union(*parts) if len(parts) > 1 else parts[0])
    n = int(engine.rows(t.aggregate(n=t.count()))[0]["n"])
    if n > MOST_ROWS:
        raise CustrataError(Problem("E-PLAN-021", _file(beside), {"n": f"{n:,}", "most": f"{MOST_ROWS:,}"}))
    named = beside.ours.facts.tables.customers
    several = len(beside.ladders) > 1
    lead = [name for name in _LEAD if name != "name" or (named is not None and "name" in named.columns)]
    columns = [*([_column("ladder", beside, lang)] if several else []), *(_column(c, beside, lang) for c in lead)]
    columns += [i.column for i in inputs]
    file = beside.scratch / "apart.parquet"
    order = ["place", ibis.desc("spend", nulls_first=False), "customer_id"]
    engine.write_parquet(with_names_of(beside, t).order_by(order).select(*(c.name for c in columns)), file)
    return Listing(text("what_if.list", lang), columns, batches_of(file), n)


class _Input:
    """A number that conditions of one scheme read, as a column; the other's has one of its own where it means
    something else."""

    def __init__(self, side: str, name: str, column: Column) -> None:
        self.side, self.name, self.column = side, name, column


def _inputs(beside: Beside, side: str, lang: Lang) -> list[_Input]:
    evaluation, other = (beside.ours, beside.theirs) if side == "ours" else (beside.theirs, beside.ours)
    scheme, found = evaluation.scheme, []
    for name in _names(scheme, beside):
        known = name in _names(other.scheme, beside)
        if side == "theirs" and known and _meant(scheme, name) == _meant(other.scheme, name):
            continue
        style = style_of(scheme, name, column_of(evaluation.numbers, name).type())
        scales = Scales(scheme, scheme.levels[next(iter(beside.ladders))], lang)
        title = scales.title(name) if side == "ours" else text("what_if.there", lang, what=scales.title(name))
        unit = money_unit(lang, scheme.currency) if style == "money" else ""
        found.append(_Input(side, name, Column(f"#{side}.{name}", title, style, "", unit)))
    return found


def _names(scheme: Scheme, beside: Beside) -> list[str]:
    """What the conditions of the ladders in question read, each once."""
    return list(dict.fromkeys(n.removeprefix("@") for name in beside.ladders for n in scheme.levels[name].inputs()))


def _meant(scheme: Scheme, name: str) -> Any:
    return scheme.metrics.get(name) or scheme.segments.get(name)


def _part(beside: Beside, name: str, inputs: Sequence[_Input], lang: Lang) -> Any:
    t, side = beside.apart(name), Side(beside, name, lang)
    words, flows = side.words, side.flows()
    ways = {(ours, theirs): text(f"what_if.way_{side.way(ours, theirs)}", lang) for _, ours, theirs in flows}
    cells: dict[str, Any] = {}
    for which, evaluation, i in (("ours", beside.ours, 1), ("theirs", beside.theirs, 2)):
        scales = Scales(evaluation.scheme, evaluation.scheme.levels[name], lang)
        level, cause = t[which], t[f"{which}_cause"]
        asked = {(f[0], f[i]): scales.asked(deciding(scales.ladder, f[0], f[i])[1]) for f in flows if f[0] != f[i]}
        causes = [r["c"] for r in beside.engine.rows(t.select(c=cause).distinct()) if r["c"] is not None]
        by_rule = cause.notnull() & (cause != "override")
        stays = text("what_if.stays", lang)
        cells[which] = worded(level, words)
        cells[f"{which}_cause"] = worded(cause, {c: cause_word(c, lang) for c in causes}).fill_null(stays)
        cells[f"{which}_condition"] = ibis.ifelse(by_rule, by_pair(t.now, level, asked), ibis.null(dt.string))
    for one in inputs:
        ladder = (beside.ours if one.side == "ours" else beside.theirs).scheme.levels[name]
        own = [n.removeprefix("@") for n in ladder.inputs()]
        value = t[f"{one.side}_numbers"][own.index(one.name)] if one.name in own else ibis.null(dt.string)
        cells[one.column.name] = styled(value, one.column.style)
    title = ladder_title(beside.ours.scheme, name, lang)
    return t.select(
        "customer_id", "spend", place=ibis.literal(list(beside.ladders).index(name)), ladder=ibis.literal(title),
        way=by_pair(t.ours, t.theirs, ways), now=worded(t.now, words), **cells,
    )  # fmt: skip


def _column(name: str, beside: Beside, lang: Lang) -> Column:
    if name == "spend":
        scheme = beside.ours.scheme
        return Column(name, text("levels_report.spend", lang), "money", "", money_unit(lang, scheme.currency))
    shared = ("customer_id", "name", "ladder")
    return Column(name, text(f"levels_report.{name}" if name in shared else f"what_if.{name}", lang), "text", "")


def _file(beside: Beside) -> str:
    path = beside.theirs.scheme.path
    return path.name if path else ""
