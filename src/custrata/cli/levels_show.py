"""What the commands about levels print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from custrata.charts.numbers import money, number, percent, signed
from custrata.cli.shared import own_name
from custrata.cli.show import line, terminal
from custrata.core.measure.levels import MovementReport, PlanReport, Weighed
from custrata.core.scheme.model import Scheme
from custrata.core.store import Override
from custrata.locale import Lang, counted, text
from custrata.report.levels_words import grace_word, grounds_of, won_lost

_LARGEST = 5
"""Customers of each list that are named at once."""


def plan(told: PlanReport, lang: Lang) -> None:
    """Who would move, flow by flow, the largest who fall, who is warned, and what to do next."""
    if not told.moves:
        line(text("levels.nobody_moves", lang))
    else:
        # On several ladders a customer may move on each.
        key = "levels.plan_is" if len(told.ladders) == 1 else "levels.plan_moves"
        line(counted(key, told.moves, lang, plan=told.plan_id, day=told.as_of, ladders=len(told.ladders)))
        table = _table(lang, ("ladder", "from", "to", "cause"), ("customers", "spend"))
        for ladder in told.ladders:
            for g in ladder.groups:
                table.add_row(
                    escape(ladder.title), _named(g.before, lang), _named(g.level, lang), cause(g.cause, lang),
                    number(g.customers), money(g.spend, lang, told.currency),
                )  # fmt: skip
        terminal().print(table)
    for way in ("falls", "rises", "firsts"):
        _largest(told, way, lang)
    for ladder in told.ladders:
        if ladder.in_grace:
            ends = [(e.customers, grace_word(e, ladder.by_month, lang)) for e in ladder.grace_ends[:_LARGEST]]
            comma = "、" if lang == "zh" else ", "
            said = comma.join(text("levels.grace_part", lang, n=number(n), ends=until) for n, until in ends)
            more = "…" if len(ladder.grace_ends) > _LARGEST else ""
            line(counted("levels.grace", ladder.in_grace, lang, ladder=ladder.title, ends=said + more))
        for b in ladder.brakes:
            line(text(f"levels.brake_{b.kind}", lang, n=number(b.customers), of=number(b.of), ladder=ladder.title,
                      most=percent(float(b.most), lang)))  # fmt: skip
    step = "approve_next" if any(ladder.brakes for ladder in told.ladders) else "apply_next"
    line(f"{text('levels.next_step', lang)} {_called(text(f'levels.{step}', lang, plan=told.plan_id))}")


def _largest(told: PlanReport, way: str, lang: Lang) -> None:
    """The largest of those who go one way, with the numbers that decided; nothing where nobody does."""
    found = [m for ladder in told.ladders for m in getattr(ladder, way)[:_LARGEST]]
    if not found:
        return
    line(text(f"levels.largest_{way}", lang))
    table = _table(lang, ("customer", "from", "to"), ("spend",), ("decided",))
    for m in sorted(found, key=lambda m: -(m.spend or 0))[:_LARGEST]:
        who = f"{m.name} ({m.customer_id})" if m.name else m.customer_id
        said = decided_by(m.weighed, m.note, lang, fell=way == "falls")
        table.add_row(escape(who), _named(m.before, lang), _named(m.level, lang), money(m.spend, lang, told.currency),
                      escape(said))  # fmt: skip
    terminal().print(table)


def decided_by(weighed: Sequence[Weighed], note: str, lang: Lang, *, fell: bool) -> str:
    """The reason that somebody gave, or the numbers that decided: for who fell, those that fail; else those that
    hold."""
    own = [w for w in weighed if w.holds is not fell] or weighed
    semicolon = "；" if lang == "zh" else "; "
    return note or semicolon.join(f"{w.name} {w.value} ({w.asked})" if w.asked else f"{w.name}: {w.value}" for w in own)


def what_if(found: Any, scheme: Scheme, lang: Lang) -> None:
    """The levels of two schemes beside each other, and the biggest customers whom they place differently."""
    line(counted("levels.what_if", found.differing, lang, other=found.other.name, day=found.as_of))
    table = _table(lang, ("ladder", "ours", "theirs"), ("customers", "spend"))
    for d in found.table:
        ours, theirs = labels_of(scheme, d.ladder, lang), labels_of(found.other, d.ladder, lang)
        style = None if d.ours == d.theirs else "bold"
        table.add_row(
            *_escaped(ladder_word(scheme, d.ladder, lang), level_word(ours, d.ours, lang),
                      level_word(theirs, d.theirs, lang)),
            number(d.customers), money(d.spend, lang, scheme.currency), style=style,
        )  # fmt: skip
    terminal().print(table)
    if not found.biggest:
        return
    line(text("levels.what_if_biggest", lang))
    table = _table(lang, ("customer", "ladder", "now", "ours", "theirs"), ("spend",))
    for c in found.biggest:
        ours, theirs = labels_of(scheme, c.ladder, lang), labels_of(found.other, c.ladder, lang)
        table.add_row(
            *_escaped(c.customer_id, ladder_word(scheme, c.ladder, lang), level_word(ours, c.now, lang),
                      level_word(ours, c.ours, lang), level_word(theirs, c.theirs, lang)),
            money(c.spend, lang, scheme.currency),
        )  # fmt: skip
    terminal().print(table)


def applied(run: Any, lang: Lang) -> None:
    line(text("levels.applied", lang, day=run.as_of, run=run.id))


def decided(entry: Any, lang: Lang) -> None:
    line(_called(text(f"levels.{entry.state}", lang, plan=entry.id)))


def given(o: Override, scheme: Scheme, lang: Lang) -> None:
    level = labels_of(scheme, o.ladder, lang).get(o.level, o.level)
    line(text(f"levels.given_{o.kind}", lang, customer=o.customer_id, level=level, id=o.id, until=until_word(o, lang)))


def taken_back(o: Override, lang: Lang) -> None:
    line(text("levels.taken_back", lang, id=o.id, customer=o.customer_id))


def overrides(listed: Sequence[Override], scheme: Scheme, lang: Lang) -> None:
    """Levels given by hand that hold or will hold."""
    if not listed:
        line(text("levels.no_overrides", lang))
        return
    table = _table(lang, ("number", "customer", "ladder", "kind", "level", "starts", "ends", "reason", "who"), ())
    for o in listed:
        names = labels_of(scheme, o.ladder, lang) if o.ladder in scheme.levels else {}
        until = o.until.isoformat() if o.until else text("levels.for_good", lang)
        table.add_row(
            *_escaped(str(o.id), o.customer_id, ladder_word(scheme, o.ladder, lang),
                      text(f"levels.kind_{o.kind}", lang), level_word(names, o.level, lang), o.starts.isoformat(),
                      until, o.reason, o.who),
        )  # fmt: skip
    terminal().print(table)


def movement(report: MovementReport, lang: Lang) -> None:
    """The movement report: level by level, and all of them."""
    line(text("levels.movement", lang, ladder=report.ladder, first=report.first, last=report.last))
    found, shown = report.rows, grounds_of(report.rows)
    columns = ["opening", *(f"ground_{g.replace(' ', '_')}" for g in shown), "closing"]
    table = _table(lang, ("level",), columns)
    for m in found:
        table.add_row(escape(m.level), number(m.opening), *(won_lost(m, g) for g in shown), number(m.closing))
    sums = [signed(n) if (n := sum(m.net(g) for m in found)) else "0" for g in shown]
    opening, closing = sum(m.opening for m in found), sum(m.closing for m in found)
    table.add_row(text("levels.total", lang), number(opening), *sums, number(closing), style="bold")
    terminal().print(table)


def runs(found: Sequence[Any], lang: Lang) -> None:
    """The published runs, the newest first."""
    if not found:
        line(text("levels.no_runs", lang))
        return
    table = _table(lang, ("run", "published", "as_of"), ("customers", "moves"), ("state",))
    for r in found:
        state = text(f"levels.state_{r.state.replace(' ', '_')}", lang)
        moves = number(r.entry.moves) if r.entry is not None and r.entry.plan else "—"
        published = f"{r.published_at.astimezone():%Y-%m-%d %H:%M}" if r.published_at is not None else "—"
        as_of = r.as_of.isoformat() if r.as_of is not None else "—"
        customers = number(r.customers) if r.customers is not None else "—"
        table.add_row(r.id, published, as_of, customers, moves, state)
    terminal().print(table)


def rolled_back(run: str, lang: Lang) -> None:
    line(text("levels.rolled_back", lang, run=run))


def cause(name: str, lang: Lang) -> str:
    """Why somebody moved, in words."""
    return text(f"levels.cause_{name.replace(' ', '_')}", lang)


def labels_of(scheme: Scheme, ladder: str, lang: Lang) -> Mapping[str, str]:
    """Level → what it is called, from the highest down."""
    return {c.key: c.label(lang) for c in scheme.levels[ladder].classes()}


def ladder_word(scheme: Scheme, name: str, lang: Lang) -> str:
    """What a ladder is called."""
    found = scheme.levels.get(name)
    return found.label.in_(lang) if found is not None and found.label is not None else name


def _named(level: str | None, lang: Lang) -> str:
    return text("levels.none", lang) if level is None else escape(level)


def level_word(names: Mapping[str, str], level: str | None, lang: Lang) -> str:
    """What a level is called; null is none."""
    return text("levels.none", lang) if level is None else names.get(level, level)


def until_word(o: Override, lang: Lang) -> str:
    """Until when a level given by hand holds; nothing where it is for good."""
    return text("levels.until", lang, day=o.until) if o.until else ""


def _escaped(*cells: str) -> list[str]:
    """Cells of a table, in which nothing that people wrote is a style."""
    return [escape(cell) for cell in cells]


def _called(said: str) -> str:
    return said.replace("custrata ", f"{own_name()} ")


def _table(lang: Lang, left: Sequence[str], right: Sequence[str], last: Sequence[str] = ()) -> Table:
    table = Table(box=SIMPLE_HEAD)
    for names, justify in ((left, "left"), (right, "right"), (last, "left")):
        for name in names:
            table.add_column(text(f"levels.{name}", lang), justify=justify)  # type: ignore[arg-type]
    return table
