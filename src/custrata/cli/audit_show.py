"""How an audit looks in a terminal: the score, its parts, what was found from the worst on; the rest is in the page."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from custrata.cli.show import line, terminal
from custrata.core.audit.finding import Finding
from custrata.core.audit.model import Audit
from custrata.locale import Lang
from custrata.report import numbers
from custrata.report.audit_words import Words

_COLOURS = {"serious": "bold red", "warning": "yellow", "notice": "cyan", "good": "green"}


def audit(audit: Audit, lang: Lang, *, written: bool) -> None:
    """The whole answer; `written`: a page says more already."""
    words, console = Words(audit, lang), terminal()
    colour = _COLOURS[audit.score.worst]
    console.print(
        f"[bold]{escape(audit.title)}[/bold]  {words.face('score')} "
        f"[{colour}]{audit.score.total}[/{colour}]  ({words.face('of_100')})"
    )
    line(words.face("as_of", day=audit.as_of.isoformat(), today=audit.today.isoformat()))
    line(words.lead())
    capped = words.capped()
    if capped:
        line(capped)
    console.print(_parts(words))
    for finding in audit.problems:
        _finding(finding, words, console)
    if not written:
        line(words.face("more"))


def _parts(words: Words) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column(words.face("part"))
    table.add_column(words.face("score"), justify="right")
    table.add_column(words.face("lost_to"))
    for part in words.audit.score.parts:
        lost = words.face("comma").join(f"{x.code} −{x.points:g}" for x in part.losses)
        table.add_row(words.word(f"part.{part.part}"), f"{part.score:g}", lost or numbers.NONE)
    return table


def _finding(finding: Finding, words: Words, console: Console) -> None:
    colour = _COLOURS[finding.severity]
    severity = words.word(f"severity.{finding.severity}")
    console.print(f"[{colour}]■ {severity}[/{colour}]  [bold]{escape(words.title(finding))}[/bold]  {finding.code}")
    said = [words.found(finding), *words.hints(finding)]
    if finding.effects is not None:
        moved = words.face("effect_moved", n=numbers.number(finding.moved)) if finding.moved else ""
        told = words.face("comma").join(f"{e.segment} {numbers.number(e.customers)}" for e in finding.effects)
        said.append(f"{moved} {told}" if moved else words.face("effect_none"))
    if finding.severity != "notice":
        said.append(f"{words.face('mend')}: {words.mend(finding)}")
    for sentence in said:
        line(f"  {sentence}")
    line("")
