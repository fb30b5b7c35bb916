"""What a column's values say for or against a canonical column, whatever its header says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from custrata.core.facts.columns import CANONICAL, INTERACTION_WORDS, KIND_WORDS, Type
from custrata.core.guess.profile import ColumnProfile
from custrata.core.guess.reasons import Evidence, Reason
from custrata.core.guess.statuses import known_share
from custrata.core.guess.vocabulary import Vocabulary

#: Enough to rule a column out, whatever its header.
VETO = -15.0
_TYPES: dict[tuple[str, str], Type] = {(kind, c.name): c.type for kind, found in CANONICAL.items() for c in found}
#: More different words than these and a column is no status, channel or kind.
_FEW = {"status": 40, "channel": 60, "kind": 30}


def value_evidence(kind: str, column: str, concept: str, p: ColumnProfile, words: Vocabulary) -> list[Evidence]:
    """Evidence from the values alone; empty for a column without any value.

    >>> from custrata.core.guess.profile import profile
    >>> from custrata.core.guess.vocabulary import vocabulary
    >>> found = value_evidence("orders", "ordered_at", "date", profile("日期", ["苹果", "梨"]), vocabulary())
    >>> sum(e.weight for e in found) <= VETO
    True
    """
    if not p.filled:
        return [Evidence(VETO, Reason("values_none"))]
    type_ = _TYPES[kind, column]
    found = list(_BY_TYPE[type_](p))
    found += list(_gaps(kind, column, p))
    if column in _FEW:
        found += list(_words(kind, column, p, words))
    elif column == "quantity":
        found += list(_quantity(concept, p))
    elif column == "discount":
        found += list(_discount(p))
    elif column == "customer_id":
        found += list(_customer(kind, concept, p))
    elif column in ("product_id", "return_id", "order_id", "product"):
        found += list(_documents(column, concept, p))
    if column in ("category", "brand") and p.rows >= 20 and p.distinct_share > 0.9:
        found.append(Evidence(-1.5, Reason("values_all_different")))
    useless = column != "status" or concept in ("document_type", "type")
    if type_ == "text" and p.constant and p.rows >= 8 and useless:
        found.append(Evidence(-4.0, Reason("values_constant", {"value": p.top[0][0]})))
    return found


def _days(p: ColumnProfile) -> Iterator[Evidence]:
    form = p.days
    share = max(form.date, form.date + form.maybe)
    if share >= 0.9:
        yield Evidence(0.8 if form.date >= 0.9 else 0.2, Reason("values_days", {"share": share}))
    elif form.unread >= 0.5:
        yield Evidence(-1.5, Reason("values_days_unread", {"example": form.example}))
    elif share >= 0.5:
        yield Evidence(-2.0, Reason("values_days", {"share": share}))
    else:
        code = "values_clock" if form.clock >= 0.5 else "values_no_days"
        yield Evidence(VETO, Reason(code, {"share": share}))


def _numbers(p: ColumnProfile) -> Iterator[Evidence]:
    if p.decimal_comma >= 0.5 and not p.comma:
        yield Evidence(-1.0, Reason("values_decimal_comma", {"example": p.top[0][0]}))
    elif p.number >= 0.97:
        yield Evidence(0.5, Reason("values_numbers", {"share": p.number}))
    elif p.number >= 0.8:
        yield Evidence(-1.5, Reason("values_numbers", {"share": p.number}))
    else:
        yield Evidence(VETO, Reason("values_no_numbers", {"share": p.number}))
    if p.phone >= 0.8:
        yield Evidence(VETO, Reason("values_phones"))
    if p.leading_zero >= 0.5:
        yield Evidence(VETO, Reason("values_codes"))
    if p.days.date >= 0.5:
        yield Evidence(VETO, Reason("values_days", {"share": p.days.date}))


def _money(p: ColumnProfile) -> Iterator[Evidence]:
    yield from _numbers(p)
    if p.number < 0.8:
        return
    if _is_small(p):
        yield Evidence(-3.5, Reason("values_small"))
    if p.sequence and p.rows >= 8:
        yield Evidence(-4.0, Reason("values_sequence"))
    if p.zero > 0.7:
        yield Evidence(-0.5, Reason("values_zero", {"share": p.zero}))
    if p.currencies or 0 < p.decimals <= 4:
        yield Evidence(0.3, Reason("values_money"))


def _is_small(p: ColumnProfile) -> bool:
    """Whether the numbers are a few small whole ones: what English calls an amount may be a quantity."""
    whole = p.integer == 1 and not p.decimals and not p.currencies
    return p.rows >= 20 and whole and p.distinct <= 12 and (p.maximum or 0) <= 50


def _ids(p: ColumnProfile) -> Iterator[Evidence]:
    if p.days.date >= 0.5:
        yield Evidence(VETO, Reason("values_days", {"share": p.days.date}))
    elif p.number >= 0.9 and p.integer < 0.9:
        yield Evidence(-8.0, Reason("values_fractions"))
    elif p.percent >= 0.5:
        yield Evidence(VETO, Reason("values_percent"))
    elif p.flag >= 0.9:
        yield Evidence(VETO, Reason("values_flags"))
    if p.length > 40:
        yield Evidence(-4.0, Reason("values_long"))


def _texts(p: ColumnProfile) -> Iterator[Evidence]:
    if p.days.date >= 0.5 or (p.number >= 0.9 and p.integer < 0.9):
        yield Evidence(-8.0, Reason("values_no_words"))
    elif p.number >= 0.95:
        yield Evidence(-1.5, Reason("values_no_words"))


def _gaps(kind: str, column: str, p: ColumnProfile) -> Iterator[Evidence]:
    needed = next(c for c in CANONICAL[kind] if c.name == column).required or column in ("order_id", "amount")
    if needed and p.empty > 0.05:
        # A missing customer may be a walk-in sale; anything else missing makes the row unusable.
        weight = {"customer_id": -0.3, "order_id": -3.0}.get(column, -1.0)
        yield Evidence(weight - (2.0 if p.empty > 0.6 else 0.0), Reason("values_empty", {"share": p.empty}))


def _words(kind: str, column: str, p: ColumnProfile, words: Vocabulary) -> Iterator[Evidence]:
    if p.distinct > _FEW[column] or (p.rows >= 30 and p.distinct_share > 0.6):
        yield Evidence(-6.0, Reason("values_many", {"n": p.distinct}))
    if column == "status":
        share = known_share(p.counts, words)
        if share >= 0.5:
            yield Evidence(2.0 * share, Reason("values_statuses", {"share": share}))
    if column == "kind" and kind != "assets":
        contacts = kind == "interactions"
        known = {w for found in (INTERACTION_WORDS if contacts else KIND_WORDS).values() for w in found}
        share = sum(n for value, n in p.counts.items() if value.lower() in known) / p.filled
        if share >= 0.5:
            yield Evidence(3.0, Reason("values_contacts" if contacts else "values_kinds", {"share": share}))
        else:
            yield Evidence(-7.0, Reason("values_no_contacts" if contacts else "values_no_kinds"))


def _quantity(concept: str, p: ColumnProfile) -> Iterator[Evidence]:
    if concept == "amount" and not _is_small(p):
        yield Evidence(VETO, Reason("values_money"))
    if p.number >= 0.8 and p.integer >= 0.95 and (p.maximum or 0) < 100_000:
        yield Evidence(0.4, Reason("values_whole"))
    if p.sequence and p.rows >= 8:
        yield Evidence(-4.0, Reason("values_sequence"))
    if p.currencies:
        yield Evidence(-3.0, Reason("values_money"))


def _discount(p: ColumnProfile) -> Iterator[Evidence]:
    if p.percent >= 0.3:
        yield Evidence(VETO, Reason("values_percent"))
    if p.number < 0.8 or p.maximum is None or p.minimum is None:
        return
    some = [x for x in p.numbers if x]
    if not some:
        yield Evidence(-0.5, Reason("values_zero", {"share": 1.0}))
    elif p.minimum >= 0 and p.maximum <= 1 and min(some) < 1:
        yield Evidence(-8.0, Reason("values_rate"))
    elif _is_rate(some):
        yield Evidence(-6.0, Reason("values_rate"))


def _is_rate(some: Sequence[float]) -> bool:
    """9.5 折 of ten, or 95 of a hundred: rates that leave the price as it is on some rows."""
    tenths = min(some) >= 1 and max(some) == 10 and all(round(x, 1) == x for x in some)
    percents = min(some) >= 30 and max(some) == 100 and sum(x % 5 == 0 for x in some) >= 0.8 * len(some)
    return tenths or percents


def _customer(kind: str, concept: str, p: ColumnProfile) -> Iterator[Evidence]:
    if kind in ("orders", "returns") and p.constant and p.rows >= 8:
        yield Evidence(-5.0, Reason("values_constant", {"value": p.top[0][0]}))
    if p.sequence and kind != "customers":
        yield Evidence(-5.0, Reason("values_sequence"))
    named_as_number = concept in ("customer_name", "contact_name", "billing_name", "receiver_name", "name")
    if named_as_number and p.code >= 0.9 and p.phone < 0.5:
        yield Evidence(0.8, Reason("values_codes"))
    if concept == "customer" and p.code >= 0.9:
        yield Evidence(0.5, Reason("values_codes"))


def _documents(column: str, concept: str, p: ColumnProfile) -> Iterator[Evidence]:
    """Numbers of documents and products are codes; what they are called is not."""
    if p.sequence and column != "product":
        yield Evidence(-4.0 if column == "product_id" else -2.0, Reason("values_sequence"))
    if p.constant and p.rows >= 8:
        yield Evidence(-5.0, Reason("values_constant", {"value": p.top[0][0]}))
    coded = p.code >= 0.9
    if column == "order_id" and concept == "name" and coded:
        yield Evidence(3.5, Reason("values_codes"))
    if column == "product_id" and _is_small(p):
        yield Evidence(-2.5, Reason("values_small"))
    if column == "product_id" and concept in ("product", "name"):
        yield Evidence(1.0 if coded else -3.5, Reason("values_codes" if coded else "values_words"))
    if column == "product" and coded and concept in ("product", "description", "name"):
        yield Evidence(-2.0, Reason("values_codes"))


_BY_TYPE = {"day": _days, "money": _money, "number": _numbers, "id": _ids, "text": _texts}
