"""What should be known of the days on which customers joined, where numbers count by membership years."""

from __future__ import annotations

from custrata.core.errors import Problem
from custrata.usecases.evaluate import Evaluation
from custrata.usecases.ports import Engine


def joining_unknown(evaluation: Evaluation, engine: Engine) -> list[Problem]:
    """E-RUN-012 where some customers have no `joined_at`, so that their membership years count from their first
    purchase; empty where all have one, and where no number counts by membership years."""
    if not evaluation.scheme.by_membership_year:
        return []
    people, everybody = evaluation.facts.tables.customers, evaluation.totals.customers
    known = 0
    if people is not None and "joined_at" in people.columns:
        known = int(engine.rows(people.aggregate(n=people.joined_at.count()))[0]["n"])
    unknown = everybody - known
    return [Problem("E-RUN-012", "joined_at", {"n": unknown, "of": everybody})] if unknown > 0 else []


def joining_unknown_among(evaluation: Evaluation, engine: Engine) -> list[Problem]:
    """The same among the first rows of each source, whose orders need not be those of its customers: of the customers
    that the source of customers tells of, or of all where it tells no such day."""
    people = evaluation.facts.tables.customers
    if not evaluation.scheme.by_membership_year or people is None or "joined_at" not in people.columns:
        return joining_unknown(evaluation, engine)
    found = engine.rows(people.aggregate(n=people.joined_at.isnull().sum(), of=people.count()))[0]
    return [Problem("E-RUN-012", "joined_at", found)] if found["n"] else []
