"""What is settled after the columns are found: freight, gaps in amounts, walk-in sales, the order of dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from custrata.core.guess import cells
from custrata.core.guess.days import DayForm
from custrata.core.guess.fold import compact
from custrata.core.guess.profile import ColumnProfile
from custrata.core.guess.reasons import Concerning, Reason
from custrata.core.guess.returned import ReturnsGuess
from custrata.core.guess.scoring import Table
from custrata.core.guess.table import DatesGuess, UnusedColumn

_DAYS = ("ordered_at", "returned_at", "happened_at", "day", "joined_at", "birthday", "closed_at")
#: A number of zeros stands for walk-in sales if it stands on so many rows.
_SEVERAL_LINES = 3


def drop_what_misleads(
    table: Table, found: dict[str, str], returned: ReturnsGuess
) -> Iterator[tuple[str, UnusedColumn, bool]]:
    """Columns that were found and must not be used: (canonical column, what is told, whether it is worth a question).

    Freight that is not in the amount, a price that would fill gaps that are meant, a source document that is none.
    """
    amount = found.get("amount")
    if freight := found.get("freight"):
        contained = freight_contained(table, amount, freight)
        if contained is not True:
            asked = contained is None and any(table.profiles[freight].numbers)
            code = "freight_unknown" if asked else "freight_apart"
            values = {"freight": freight, "amount": amount or ""}
            yield "freight", UnusedColumn(freight, "freight", Reason(code, values)), asked
    if amount and "price" in found and _once(table, found, amount):
        reason = Reason("price_fills_gaps", {"price": found["price"], "amount": amount})
        yield "price", UnusedColumn(found["price"], "unit_price", reason), False
    if "refers_to" in found and not returned.any:
        reason = Reason("original_without_returns", {"header": found["refers_to"]})
        yield "refers_to", UnusedColumn(found["refers_to"], "original_number", reason), False


def freight_contained(table: Table, amount: str | None, freight: str) -> bool | None:
    """Whether the amount holds the freight: true or false where the rows prove it, null where nothing does."""
    p = table.profiles[freight]
    if amount is None or not p.numbers or not any(p.numbers):
        return False
    for proof in table.proofs:
        parts = {part.column for part in proof.parts if part.role == "freight"}
        if proof.amount == amount and freight in parts:
            return True
        if proof.base == amount and freight in parts:
            return False
    # Quantity × price comes out without it.
    if any(proof.amount == amount and proof.base is None and not proof.has("freight") for proof in table.proofs):
        return False
    return None


def _once(table: Table, found: Mapping[str, str], column: str) -> bool:
    order = found.get("order_id")
    if not order:
        return False
    lies = table.relations.per_order(order, column)
    return lies.orders >= 2 and lies.once >= 0.8


def findings(table: Table, found: Mapping[str, str]) -> Iterator[Reason]:
    """What a person should know of how the numbers lie."""
    order, amount = found.get("order_id"), found.get("amount")
    if order and amount:
        lies = table.relations.per_order(order, amount)
        if lies.orders >= 2 and lies.once >= 0.8:
            yield Reason("amount_once", {"amount": amount, "n": lies.orders})
        elif lies.orders >= 3 and lies.repeated >= 0.9 and _differ(table, found, order):
            yield Reason("amount_repeats", {"amount": amount, "n": lies.orders})
    if amount and (multiple := table.headers[amount].multiple) > 1:
        yield Reason("amount_multiple", {"amount": amount, "multiple": f"{multiple:,}"})
    for column in ("amount", "quantity", "price"):
        header = found.get(column)
        if header and table.profiles[header].decimal_comma >= 0.2 and not table.profiles[header].comma:
            example = next(v for v in table.profiles[header].counts if "," in v)
            yield Reason("decimal_comma", {"column": header, "example": example})
    for header, p in table.profiles.items():
        if table.concept(header) == "cancel_date" and 0 < p.filled < p.rows:
            yield Reason("cancelled_by_date", {"column": header, "share": 1 - p.empty})
    status = found.get("status")
    if status and 0 < table.profiles[status].empty < 1 and not (amount and _once(table, found, amount)):
        yield Reason("status_empty", {"column": status, "share": table.profiles[status].empty})
    customer = found.get("customer_id")
    if customer and table.profiles[customer].empty > 0.3 and order and table.profiles[order].empty < 0.05:
        yield Reason("customer_often_empty", {"column": customer, "share": table.profiles[customer].empty})


def _differ(table: Table, found: Mapping[str, str], order: str) -> bool:
    others = [found[c] for c in ("product_id", "product", "price", "quantity") if c in found]
    return any(d.groups >= 3 and d.share < 0.7 for o in others for d in [table.relations.depends(order, o)])


def dates_of(found: Mapping[str, str], profiles: Mapping[str, ColumnProfile]) -> DatesGuess:
    """The one order of day, month and year that the source's `dates` can have: that of the columns used, the best
    proven first."""
    forms = [(profiles[found[c]].days, found[c]) for c in _DAYS if c in found]
    if not forms:
        return DatesGuess("ymd", 1.0, Reason("dates_none"))
    main, header = forms[0]
    if main.unread >= 0.5 and main.date + main.maybe < 0.5:
        return DatesGuess("ymd", 0.0, _date_reason("unread", header, main), main.example, readable=False)
    ranked = sorted((f for f in forms if f[0].why != "year_first"), key=lambda f: -f[0].certainty)
    if not ranked:
        return DatesGuess("ymd", 1.0, _date_reason("year_first", header, main), main.example)
    form, header = ranked[0]
    read = cells.days(form.example)
    reason = _date_reason(form.why, header, form)
    return DatesGuess(form.order, form.certainty, reason, form.example, possible=tuple(read[1]) if read else ())


def _date_reason(why: str, header: str, form: DayForm) -> Reason:
    order = Concerning("orders", form.order)
    return Reason(f"dates_{why or 'year_first'}", {"column": header, "order": order, "example": form.example})


def walk_ins(table: Table, customer: str | None) -> tuple[str, ...]:
    """Ids that stand for walk-in sales, and `empty` where customers are missing."""
    if customer is None:
        return ()
    p = table.profiles[customer]
    named = [v for v, n in p.counts.items() if compact(v) in table.words.walk_in]
    zeros = [v for v, n in p.top[:3] if set(v) == {"0"} and n >= _SEVERAL_LINES]
    return (*named, *zeros, *(("empty",) if p.empty > 0 else ()))


def freight_question(told: tuple[Reason, ...]) -> Reason | None:
    """The finding that the amount may or may not hold the freight, if there is one."""
    return next((reason for reason in told if reason.code == "freight_unknown"), None)
