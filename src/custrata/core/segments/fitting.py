"""Fits all segments of a scheme in as few questions as possible; assigns them in the order of their dependencies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

import ibis.expr.datatypes as dt
import ibis.expr.types as ir
from pydantic import ValidationError

from custrata.core.errors import Problem
from custrata.core.scheme.model import Scheme
from custrata.core.segments.base import Among, Answer, AtRanks, Columns, Params


class Solver(Protocol):
    """What fitting needs of an engine."""

    def rows(self, expression: ir.Table, /) -> Answer:
        """A small table as Python values."""

    def at_ranks(self, column: Any, ranks: Sequence[int], n: int) -> Any:
        """The aggregate that `AtRanks` asks for, as this engine says it."""

    def arrow(self, expression: ir.Table, /) -> Any:
        """A table as a PyArrow table."""


#: Gives a table a name, computed or not, so that what reads it does not repeat it.
Keep = Callable[[ir.Table, str], ir.Table]


def fit_all(
    scheme: Scheme, table: ir.Table, as_of: date, engine: Solver, before: Mapping[str, Params] | None = None
) -> dict[str, Params]:
    """Parameters of every segment. Fits run side by side: what they ask of all customers in one round is one query.
    `before` are those of an earlier run, for what is kept between fits."""
    running: dict[str, Any] = {}
    asked: dict[str, Any] = {}
    params: dict[str, Params] = {}

    def computed(aggregates: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: engine.at_ranks(a.column, a.ranks, a.n) if isinstance(a, AtRanks) else a
            for key, a in aggregates.items()
        }

    def step(name: str, answer: Any) -> None:
        try:
            asked[name] = running[name].send(answer)
        except StopIteration as done:
            params[name] = done.value
            del running[name]
            asked.pop(name, None)

    for name in scheme.order:
        scope = replace(scheme.scope(name, as_of, {}), before=before or {})
        running[name] = scheme.segments[name].fit(table, scope)
        step(name, None)
    while running:
        answers: dict[str, Answer] = {}
        together: dict[str, Any] = {}
        for name, ask in asked.items():
            if isinstance(ask, Mapping):
                together |= {f"{name}|{key}": value for key, value in ask.items()}
            elif isinstance(ask, Among):
                answers[name] = engine.rows(ask.table.aggregate(**computed(ask.aggregates)))
            elif isinstance(ask, Columns):
                found = engine.arrow(ask.table)
                answers[name] = [{c: found[c].to_numpy() for c in found.column_names}]
            else:
                answers[name] = engine.rows(ask)
        if together:
            row = engine.rows(table.aggregate(**computed(together)))[0]
            for name, ask in asked.items():
                if isinstance(ask, Mapping):
                    answers[name] = [{key: row[f"{name}|{key}"] for key in ask}]
        for name in list(asked):
            step(name, answers[name])
    return {name: params[name] for name in scheme.order}


def layers(scheme: Scheme) -> list[list[str]]:
    """Segments in groups of which each reads only segments of the groups before it."""
    depth: dict[str, int] = {}
    for name in scheme.order:
        depth[name] = 1 + max((depth[n] for n in scheme.segments[name].inputs() if n in depth), default=-1)
    return [[n for n in scheme.order if depth[n] == level] for level in range(max(depth.values(), default=-1) + 1)]


def assign_all(
    scheme: Scheme, table: ir.Table, params: Mapping[str, Params], as_of: date, keep: Keep = lambda t, _: t
) -> ir.Table:
    """`table` with the scores behind classes as `segment.suffix` and a column for every segment. Row-wise.

    `keep` names a stage before the next one reads it: inlined, a cross of segments repeats all their rules.
    """
    scores: dict[str, Any] = {}
    for name in scheme.order:
        scope, model = scheme.scope(name, as_of, params), scheme.segments[name]
        scores |= {f"{name}.{suffix}": value for suffix, value in model.numbers(table, params[name], scope).items()}
    if scores:
        table = keep(table.mutate(**scores), "scores")
    stages = layers(scheme)
    for i, names in enumerate(stages):
        columns = {}
        for name in names:
            scope = scheme.scope(name, as_of, params)
            columns[name] = scheme.segments[name].assign(table, params[name], scope).cast(dt.string)
        table = table.mutate(**columns)
        table = keep(table, f"layer{i}") if i < len(stages) - 1 else table
    return table


def notes_of(scheme: Scheme, params: Mapping[str, Params], as_of: date) -> list[Problem]:
    """What should be said of the fits of a scheme."""
    return [
        note
        for name in scheme.order
        for note in scheme.segments[name].notes(
            params[name], scheme.scope(name, as_of, params), scheme.places.get(name, name)
        )
    ]


def known_params(scheme: Scheme, stored: Mapping[str, Any]) -> dict[str, Params]:
    """Parameters of an earlier run, of those segments that were of the same kind and can still be read."""
    found = {}
    for name, model in scheme.segments.items():
        entry = stored.get(name)
        if isinstance(entry, Mapping) and entry.get("kind") == model.kind:
            with suppress(ValidationError):
                found[name] = model.params_type.model_validate(entry.get("params"))
    return found


def load_params(scheme: Scheme, stored: Mapping[str, Any]) -> dict[str, Params]:
    """Parameters from their JSON form."""
    return {name: scheme.segments[name].params_type.model_validate(stored[name]) for name in scheme.order}
