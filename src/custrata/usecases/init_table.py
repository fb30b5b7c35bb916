"""What is guessed about one export, the questions it leaves open, and what the answers change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from custrata.core.facts.columns import CANONICAL
from custrata.core.guess import (
    ColumnGuess,
    Question,
    Reason,
    StatusGuess,
    TableGuess,
    customer_columns,
    guess_columns,
    questions,
    statuses,
    vocabulary,
)
from custrata.core.guess.discounted import guess_discount
from custrata.core.guess.fold import compact
from custrata.core.guess.returned import with_prefix
from custrata.core.guess.settle import dates_of
from custrata.core.guess.table import UnusedColumn
from custrata.usecases.init_look import FileLook
from custrata.usecases.init_read import Export

_GIVEN = (Reason("kind_given"),)


@dataclass(frozen=True)
class Answer:
    """An answer to a question: `given` by a person, or the best guess taken unasked."""

    question: Question
    value: str
    given: bool


class Table:
    """One export with its guess. Answers change the guess as if the file had said so.

    The meaning of a status is taken from all rows of the files, everything else from a sample.
    """

    def __init__(self, export: Export) -> None:
        self.export = export
        self.profiles = {p.name: p for p in export.profiles}
        self.answers: list[Answer] = []
        self.looked: dict[str, list[Any]] = {}
        """What reading all rows has shown, by what the guess was then."""
        self.guess = self._guessed(None)

    @property
    def kind(self) -> str:
        return self.guess.kind.kind

    @property
    def sheets(self) -> tuple[FileLook, ...]:
        return self.export.files

    @property
    def size(self) -> int:
        return self.export.rows

    @property
    def source(self) -> str:
        """What the table is to a scheme: its kind, of interactions with what they are where no column says it."""
        return f"{self.kind}.{self.guess.contact}" if self.guess.contact else self.kind

    @property
    def people(self) -> dict[str, str]:
        """Columns of sales that tell of customers: canonical and further names → headers."""
        return customer_columns(self.guess)

    @property
    def currency(self) -> tuple[str, float, Reason]:
        """The code of the currency, how sure it is, and why."""
        c = self.guess.currency
        return c.code, c.certainty, c.reason

    def told(self, kind: str) -> None:
        """Makes the table one of this kind, as if the file had said so."""
        self.guess = self._guessed(kind)

    def open_questions(self) -> list[Question]:
        """What has not been answered yet and leaves a choice; only sales are asked for their currency."""
        done = {(a.question.topic, a.question.about) for a in self.answers}
        choice = [q for q in questions(self.guess) if len({o.value for o in q.options}) > 1]
        left = [q for q in choice if (q.topic, q.about) not in done]
        return [q for q in left if q.topic != "currency" or self.kind == "orders"]

    def answer(self, question: Question, value: str, *, given: bool) -> None:
        """Settles a question. The best guess taken unasked stays as unsure as it is."""
        self.answers.append(Answer(question, value, given))
        guess = self.guess
        if question.topic == "kind":
            if given or value != guess.kind.kind:
                self.guess = self._guessed(value)
        elif question.topic == "column":
            found = guess.of(question.about)
            if given or value != (found.header if found else ""):
                self.guess = with_column(guess, question.about, value)
        elif question.topic == "freight":
            if value == "yes":
                self.guess = with_column(guess, "freight", question.about)
        elif question.topic == "discount" and guess.discount:
            found_so = replace(guess.discount, before=value == "before")
            self.guess = replace(guess, discount=replace(found_so, certainty=1.0, reason=None) if given else found_so)
        elif question.topic == "dates":
            sure = 1.0 if given else guess.dates.certainty
            self.guess = replace(guess, dates=replace(guess.dates, order=value, certainty=sure))  # type: ignore[arg-type]
        elif question.topic == "currency":
            reason = _GIVEN[0] if given else guess.currency.reason
            sure = 1.0 if given else guess.currency.certainty
            self.guess = replace(guess, currency=replace(guess.currency, code=value, certainty=sure, reason=reason))
        elif question.topic == "status" and guess.status:
            found_ = [
                replace(s, counted=value == "yes", certainty=1.0 if given else s.certainty)
                if s.value == question.about else s for s in guess.status.statuses
            ]  # fmt: skip
            self.guess = replace(guess, status=StatusGuess(tuple(found_)))

    def _guessed(self, kind: str | None) -> TableGuess:
        guess = self._from_profiles(kind)
        if guess.missing and any(p.label != p.name for p in self.profiles.values()):
            # The upper of two lines of headers may only be a title over several columns.
            before = self.profiles
            self.profiles = {name: replace(p, label=name) for name, p in before.items()}
            below = self._from_profiles(kind)
            if len(below.missing) < len(guess.missing):
                guess = below
            else:
                self.profiles = before
        status = guess.of("status")
        if status and self.export.sampled:
            counts = self.export.count(status.header)
            if counts != self.profiles[status.header].counts:
                self.profiles[status.header] = replace(self.profiles[status.header], counts=counts)
                guess = self._from_profiles(kind)
        return self._with_all_numbers(guess)

    def _with_all_numbers(self, guess: TableGuess) -> TableGuess:
        """Whether returns name their orders only all numbers tell: a sample has few of both."""
        order = guess.of("order_id")
        if not self.export.sampled or order is None or not guess.returned.begins:
            return guess
        named = self.export.named(order.header, guess.returned.begins)
        return replace(guess, returned=with_prefix(guess.returned, named))

    def _from_profiles(self, kind: str | None) -> TableGuess:
        called = self.export.files[0].called
        return guess_columns(self.profiles.values(), kind, called=called)  # type: ignore[arg-type]


def with_column(guess: TableGuess, column: str, header: str) -> TableGuess:
    """The guess with a column given by a person; '' is none. What rests on the column is settled anew: order of dates,
    statuses, walk-in sales. Another column that had the header has none any more."""
    kind = guess.kind.kind
    columns = {c.column: c for c in guess.columns if c.column != column and c.header != header}
    unused = [u for u in guess.unused if u.header != header]
    before = guess.of(column)
    if before and before.header != header:
        unused.append(UnusedColumn(before.header, before.concept, Reason("unused_unknown")))
    if header:
        offered = next((o for o in guess.candidates[column] if o.header == header), None)
        columns[column] = ColumnGuess(column, header, offered.concept if offered else "", 1.0, 9.0, _GIVEN)
    found = {name: c.header for name, c in columns.items()}
    missing = [c.name for c in CANONICAL[kind] if c.required and c.name not in found]
    if kind == "orders" and "amount" not in found and not {"quantity", "price"} <= set(found):
        missing.append("amount")
    if kind == "interactions" and "kind" not in found and not guess.contact:
        missing.append("kind")
    guess = replace(
        guess,
        columns=tuple(columns[c.name] for c in CANONICAL[kind] if c.name in columns),
        further=tuple(f for f in guess.further if f.header != header),
        unused=tuple(unused),
        missing=tuple(missing),
    )
    if column in ("ordered_at", "returned_at", "joined_at"):
        guess = replace(guess, dates=dates_of(found, guess.profiles))
    if column == "status":
        told = statuses(guess.profiles[header].counts) if header else None
        returned = replace(guess.returned, statuses=told.returns if told else ())
        guess = replace(guess, status=told, returned=returned)
    if column in ("amount", "discount", "quantity", "price") and kind == "orders":
        concept = columns["amount"].concept if "amount" in columns else ""
        guess = replace(guess, discount=guess_discount(found, guess.profiles, guess.proofs, concept))
    if column == "customer_id" and kind == "orders":
        guess = replace(guess, anonymous=_walk_ins(guess, header))
    return guess


def _walk_ins(guess: TableGuess, header: str) -> tuple[str, ...]:
    if not header:
        return ()
    p, words = guess.profiles[header], vocabulary().walk_in
    return (*(v for v in p.counts if compact(v) in words), *(("empty",) if p.empty > 0 else ()))
