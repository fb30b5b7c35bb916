"""What a person has to be asked: only what the file cannot tell, each with the choices, the best guess and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from custrata.core.facts.columns import CANONICAL
from custrata.core.guess.discounted import DiscountGuess
from custrata.core.guess.reasons import Concerning, Reason
from custrata.core.guess.settle import freight_question
from custrata.core.guess.table import SURE, ColumnGuess, RunnerUp, TableGuess
from custrata.locale import Lang, text

#: Columns that change every number; a doubtful brand is worth no question.
_MATTER = (
    "customer_id",
    "ordered_at",
    "order_id",
    "amount",
    "status",
    "returned_at",
    "product_id",
    "refunded",
    "happened_at",
    "day",
)
_ASKED_IF_MISSING = ("customer_id", "ordered_at", "amount", "returned_at", "product_id", "happened_at", "day", "value")
#: Headers offered are at most so far (log-odds) behind the best, and at least so likely.
_BEHIND, _LEAST = 5.0, -6.0
_DATES_SURE = 0.9
#: Statuses that fewer rows than this share have change little.
_STATUS_ROWS = 0.005
_MOST_STATUSES = 3
_CURRENCIES = ("CNY", "USD", "EUR", "GBP", "HKD", "JPY")
NONE = ""


@dataclass(frozen=True)
class Option:
    """One answer: `value` is a header, a kind, an order of dates, a code of a currency, `yes` or `no`; '' is none."""

    value: str
    reason: Reason

    def text(self, lang: Lang) -> str:
        return self.reason.text(lang)


@dataclass(frozen=True)
class Question:
    """`topic` is `kind`, `column`, `dates`, `currency`, `freight`, `discount` or `status`; `about` the column, header
    or status in question. `best` is the value taken without an answer, `certainty` how sure it is."""

    topic: str
    about: str
    options: tuple[Option, ...]
    best: str
    certainty: float
    why: tuple[Reason, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, lang: Lang) -> str:
        """The question as a sentence.

        >>> print(Question("currency", "", (), "CNY", 0.5).text("en"))
        Which currency are the amounts in?
        """
        filled = {k: v.text(lang) if isinstance(v, Concerning) else v for k, v in self.values.items()}
        return text(f"guess.questions.{self.topic}", lang, **filled)


def questions(guess: TableGuess) -> list[Question]:
    """The questions a table leaves open, the weightiest first; none where everything is sure."""
    found = list(_kind(guess))
    found += _columns(guess)
    found += _dates(guess)
    found += _freight(guess)
    found += _discount(guess)
    found += _statuses(guess)
    found += _currency(guess)
    return found


def _kind(guess: TableGuess) -> Iterator[Question]:
    if guess.kind.certainty >= SURE:
        return
    ranked = sorted(guess.kind.odds.items(), key=lambda item: -item[1])
    options = tuple(
        Option(k, Reason("option_kind", {"kind": Concerning("kinds", k), "certainty": p}))
        for k, p in ranked if p > 0.02
    )  # fmt: skip
    yield Question("kind", "", options, guess.kind.kind, guess.kind.certainty, guess.kind.reasons)


def _columns(guess: TableGuess) -> Iterator[Question]:
    kind = guess.kind.kind
    for column in CANONICAL[kind]:
        found = guess.of(column.name)
        offered = guess.candidates[column.name]
        if found and (found.certainty >= SURE or column.name not in _MATTER):
            continue
        if found is None and (column.name not in guess.missing or column.name not in _ASKED_IF_MISSING):
            continue
        options = _headers(guess, found, offered)
        computed = guess.of("quantity") and guess.of("price")
        if not column.required and column.name not in guess.missing and (column.name != "amount" or computed):
            options += (Option(NONE, Reason("option_none")),)
        if len(options) == 1:
            options += (Option(NONE, Reason("option_none")),)
        why = found.reasons[:3] if found else (Reason("missing_column"),)
        values = {"column": Concerning("column", f"{kind}.{column.name}"), "meaning": _Meaning(kind, column.name)}
        best = found.header if found else NONE
        yield Question("column", column.name, options, best, found.certainty if found else 0.0, why, values)


def _headers(guess: TableGuess, found: ColumnGuess | None, offered: tuple[RunnerUp, ...]) -> tuple[Option, ...]:
    # A header that is surely another column is no choice; one that only may be is.
    others = [c for c in guess.columns if found is None or c.column != found.column]
    used = {c.header for c in others if c.certainty >= SURE}
    top = found.score if found else max((o.score for o in offered), default=0.0)
    near = [o for o in offered if o.score >= max(_LEAST, top - _BEHIND) and o.header not in used]
    if found and found.header not in [o.header for o in near]:
        near.insert(0, RunnerUp(found.header, found.concept, found.score, found.reasons))
    near.sort(key=lambda o: (o.header != (found.header if found else ""), -o.score))
    return tuple(Option(o.header, _header_option(guess, o)) for o in near)


def _header_option(guess: TableGuess, o: RunnerUp) -> Reason:
    examples = [value for value, _ in guess.profiles[o.header].top[:3]]
    return Reason("option_header", {"header": o.header, "meaning": Concerning("concepts", o.concept),
                                    "examples": examples})  # fmt: skip


def _dates(guess: TableGuess) -> Iterator[Question]:
    dates = guess.dates
    if dates.readable and dates.certainty < _DATES_SURE:
        options = tuple(
            Option(o, Reason("option_dates", {"order": Concerning("orders", o), "example": dates.example}))
            for o in ("dmy", "mdy", *(("yymd",) if "yymd" in dates.possible else ()))
        )
        yield Question("dates", "", options, dates.order, dates.certainty, (dates.reason,), {"example": dates.example})


def _freight(guess: TableGuess) -> Iterator[Question]:
    asked = freight_question(guess.findings)
    if asked:
        options = (Option("no", Reason("option_freight_no")), Option("yes", Reason("option_freight_yes")))
        yield Question("freight", str(asked.values["freight"]), options, "no", 0.5, (asked,), asked.values)


def discount_question(found: DiscountGuess) -> Question:
    """Whether the amount is before or after the discount, the likelier answer first."""
    values = {"amount": found.amount, "discount": found.discount}
    best = "before" if found.before else "after"
    other = "after" if found.before else "before"
    options = tuple(Option(o, Reason(f"option_discount_{o}", values)) for o in (best, other))
    why = (found.reason,) if found.reason else ()
    return Question("discount", found.discount, options, best, found.certainty, why, values)


def _discount(guess: TableGuess) -> Iterator[Question]:
    if guess.discount and guess.discount.certainty < SURE:
        yield discount_question(guess.discount)


def _statuses(guess: TableGuess) -> Iterator[Question]:
    if guess.status is None:
        return
    total = sum(s.rows for s in guess.status.statuses) or 1
    doubtful = [s for s in guess.status.statuses if s.certainty < SURE and s.rows >= _STATUS_ROWS * total]
    for status in doubtful[:_MOST_STATUSES]:
        options = (Option("yes", Reason("option_counts")), Option("no", Reason("option_counts_not")))
        best = "yes" if status.counted else "no"
        values = {"status": status.value, "n": f"{status.rows:,}"}
        yield Question("status", status.value, options, best, status.certainty, (status.reason,), values)


def _currency(guess: TableGuess) -> Iterator[Question]:
    currency = guess.currency
    if currency.certainty >= SURE:
        return
    codes = dict.fromkeys([c for c in (currency.code,) if c] + list(_CURRENCIES))
    options = tuple(Option(c, Reason("option_currency", {"code": c})) for c in codes)
    yield Question("currency", "", options, currency.code or "CNY", currency.certainty, (currency.reason,))


@dataclass(frozen=True)
class _Meaning(Concerning):
    """What a canonical column means, as the reference of the scheme says it."""

    def text(self, lang: Lang) -> str:
        found = next(c for c in CANONICAL[self.area] if c.name == self.name)
        return found.zh if lang == "zh" else found.en
