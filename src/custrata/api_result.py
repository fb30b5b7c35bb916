"""What the Python face looks at: an evaluation in memory, or a published run of a workspace, with what was bought."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import ibis.expr.datatypes as dt

from custrata.api import Evaluated
from custrata.core.facts.bought import bought_lines, names_products
from custrata.core.facts.ids import like
from custrata.engines.duckdb.engine import duckdb_engine
from custrata.usecases.look import Result
from custrata.usecases.opened import open_run
from custrata.usecases.workspace import Workspace

#: An evaluation that is open still, or the folder (or scheme file) of a workspace.
Looked = Evaluated | str | Path


@contextmanager
def result_of(what: Looked, run: str | None) -> Iterator[Result]:
    """A result to ask, until it is left; of a workspace the run that is named, or the current one."""
    if isinstance(what, Evaluated):
        yield with_lines(what)
        return
    with (
        tempfile.TemporaryDirectory(prefix="custrata-") as scratch,
        open_run(Workspace.at(Path(what)), duckdb_engine, Path(scratch), run) as result,
    ):
        yield result


def with_lines(evaluated: Evaluated) -> Result:
    """The result of an evaluation with the lines of what was bought, as a run keeps them."""
    facts, result = evaluated._evaluation.facts, evaluated._result
    if facts.sold is None or not names_products(facts.lines, facts.products):
        return result
    lines = bought_lines(*facts.sold(None))
    lines = lines.mutate(customer_id=like(lines.customer_id, dt.string))
    return replace(result, lines=lines, products=facts.products)
