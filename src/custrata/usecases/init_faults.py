"""What a person should know of all rows of a table before it is taken in: lines that count twice, or for nobody."""

from __future__ import annotations

from custrata.core.guess import source_options
from custrata.locale import Lang
from custrata.usecases.init_nameless import Nameless, nameless
from custrata.usecases.init_overlap import Overlap, among
from custrata.usecases.init_table import Table


def faults(table: Table, lang: Lang) -> list[str]:
    """Looked for once, as long as nothing in the guess changes: all rows are read for it."""
    if table.kind != "orders":
        return []
    state = repr(source_options(table.guess))
    if state not in table.looked:
        unnumbered = nameless(table)
        table.looked[state] = [*among(table), *([unnumbered] if unnumbered else [])]
    found: list[Overlap | Nameless] = table.looked[state]
    return [x.text(lang) for x in found]
