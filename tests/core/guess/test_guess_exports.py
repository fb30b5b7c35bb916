"""More than fifty exports of shops and ERPs: what is said with certainty is right, what is not certain says so."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from guess_shop import Export, exports

from custrata.core.facts.columns import CANONICAL
from custrata.core.guess import guess_columns, profile, questions
from custrata.core.scheme.sources import Sources

EXPORTS = exports()
CERTAIN = 0.9
each_export = pytest.mark.parametrize("export", EXPORTS, ids=lambda e: e.name)


def sorted_if_many(value: Any) -> Any:
    return sorted(value) if isinstance(value, list | tuple) else value


@each_export
def test_what_is_guessed_with_certainty_is_right(export: Export) -> None:
    guess = export.guess
    assert guess.kind.kind == export.kind
    wrong = [c for c in guess.columns if not export.right(c) and c.certainty >= CERTAIN]
    assert not wrong, [(c.column, c.header, c.certainty, c.score) for c in wrong]


@each_export
def test_columns_that_matter_are_found_or_asked_for(export: Export) -> None:
    asked = {q.about for q in questions(export.guess) if q.topic == "column"}
    matter = [c.name for c in CANONICAL[export.kind] if c.required] + ["amount", "order_id"]
    for column in set(matter) & set(export.columns):
        found = export.guess.of(column)
        assert (found and export.right(found)) or column in asked, column


@each_export
def test_what_nothing_makes_certain_is_not_certain(export: Export) -> None:
    sure = [(c.column, c.certainty) for c in export.guess.columns if c.column in export.open and c.certainty >= CERTAIN]
    assert not sure


@each_export
def test_statuses_returns_dates_and_currency_are_found_out(export: Export) -> None:
    for path, wanted in export.facts.items():
        found: Any = export.guess
        for name in path.split("."):
            found = getattr(found, name)
        assert sorted_if_many(found) == sorted_if_many(wanted), path
    further = {f.name: f.header for f in export.guess.further}
    assert {name: further.get(name) for name in export.further} == export.further


@each_export
def test_a_scheme_accepts_the_mapping(export: Export) -> None:
    guess = export.guess
    Sources.model_validate({guess.kind.kind: {"columns": guess.mapping}})
    headers = [c.header for c in guess.columns] + [f.header for f in guess.further]
    assert len(set(headers)) == len(headers)
    accounted = {*headers, *(u.header for u in guess.unused)}
    assert accounted == set(export.cells)


@each_export
def test_every_reason_and_question_reads_in_both_languages(export: Export) -> None:
    guess = export.guess
    reasons = [r for c in guess.columns for r in (*c.reasons, *(x for o in c.runners_up for x in o.reasons))]
    reasons += [*guess.findings, *guess.kind.reasons, guess.dates.reason, guess.currency.reason]
    reasons += [u.reason for u in guess.unused] + list(guess.returned.reasons)
    reasons += [s.reason for s in guess.status.statuses] if guess.status else []
    for lang in ("zh", "en"):
        for said in [*reasons, *questions(guess), *(o for q in questions(guess) for o in q.options)]:
            assert said.text(lang)  # type: ignore[arg-type]


def test_nearly_every_column_is_found() -> None:
    right = wanted = 0
    for export in EXPORTS:
        wanted += len(export.columns)
        right += sum(1 for c in export.guess.columns if c.column in export.columns and export.right(c))
    assert right / wanted >= 0.98


def test_certainty_is_worth_what_it_says() -> None:
    """Of all guesses below certainty, at least as many are right as they say, on the average."""
    unsure = [(c.certainty, export.right(c)) for export in EXPORTS for c in export.guess.columns
              if c.certainty < CERTAIN]  # fmt: skip
    assert len(unsure) >= 20
    mean = sum(certainty for certainty, _ in unsure) / len(unsure)
    assert mean <= sum(right for _, right in unsure) / len(unsure) + 0.05


def shuffled(export: Export, order: Sequence[str]) -> dict[str, str]:
    return guess_columns([profile(h, export.table[h]) for h in order]).mapping


@pytest.mark.parametrize("export", EXPORTS[::9], ids=lambda e: e.name)
def test_the_order_of_the_columns_changes_nothing_that_is_certain(export: Export) -> None:
    order = list(export.cells)
    random.Random(7).shuffle(order)
    other = guess_columns([profile(h, export.table[h]) for h in order])
    certain = {c.column: c.header for c in export.guess.columns if c.certainty >= CERTAIN}
    again = {c.column: c.header for c in other.columns}
    alike = {c: {h, *export.either.get(c, ()), export.columns.get(c, "")} for c, h in certain.items()}
    assert all(again.get(c) in headers for c, headers in alike.items())


def test_a_file_without_words_is_understood_by_its_values_but_never_with_certainty() -> None:
    export = next(e for e in EXPORTS if e.name == "headers without words")
    assert export.guess.mapping == export.columns
    assert max(c.certainty for c in export.guess.columns) < CERTAIN
    assert any(q.topic == "column" for q in questions(export.guess))
