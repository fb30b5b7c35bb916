"""Which columns of a file of sales tell of the customer and not of the sale: a name, a phone, an industry, a region."""

from __future__ import annotations

from collections.abc import Mapping

from custrata.core.guess.profile import ColumnProfile
from custrata.core.guess.relations import Relations
from custrata.core.guess.table import TableGuess
from custrata.core.guess.vocabulary import Vocabulary, vocabulary

#: Concepts that can be the name of a customer, the likeliest first.
_NAMES = ("customer_name", "person_name", "customer", "account_name", "customer_nick", "contact_name", "company")
#: Those that name who bought where the row has no number of his: no other name beside a sale is surely a customer's.
NAMES_OF_BUYERS = ("customer", "customer_name")
#: Further columns that tell of a customer wherever they stand.
_ATTRIBUTES = (
    "birthday", "phone", "email", "company", "industry", "company_size", "level", "country", "region", "province",
    "city", "district", "sex", "age", "occupation", "income", "sales_rep",
)  # fmt: skip
#: So many customers of several sales must agree with themselves: names are corrected now and then, and some move.
_AGREE, _LEAST = 0.7, 3


def customer_columns(guess: TableGuess, words: Vocabulary | None = None) -> dict[str, str]:
    """Columns of a customers source that reads the sales: `name`, `birthday` and further ones → headers. Empty where
    the sales tell nothing of customers but their number.

    A column counts where nearly every customer of several sales has one value in it, and not all have the same.

    >>> from custrata.core.guess import guess_columns, profile
    >>> columns = {"单号": ["S1", "S2", "S3", "S4", "S5", "S6"], "客户编码": ["C1", "C1", "C2", "C2", "C3", "C3"],
    ...     "客户名称": ["甲", "甲", "乙", "乙", "丙", "丙"], "日期": ["2024-01-05"] * 6, "金额": [1, 2, 3, 4, 5, 7],
    ...     "行业": ["茶", "茶", "酒", "酒", "茶", "茶"]}
    >>> customer_columns(guess_columns([profile(n, v) for n, v in columns.items()], "orders"))
    {'name': '客户名称', 'industry': '行业'}
    """
    customer = guess.of("customer_id")
    if guess.kind.kind != "orders" or customer is None:
        return {}
    known = words or vocabulary()
    relations = Relations(list(guess.profiles.values()))
    concepts = {u.header: u.concept for u in guess.unused}
    offered = {f.header: f.name for f in guess.further}
    offered |= {h: known.concepts[c].attribute for h, c in concepts.items() if c in known.concepts}
    fits = {
        h for h in {*concepts, *offered}
        if _told(guess.profiles, h) and _follows(relations, customer.header, h)
    }  # fmt: skip
    found: dict[str, str] = {}
    names = sorted((_NAMES.index(c), h) for h, c in concepts.items() if c in _NAMES and h in fits)
    if names:
        found["name"] = names[0][1]
    for attribute in _ATTRIBUTES:
        header = next((h for h, name in offered.items() if name == attribute and h in fits), None)
        if header is not None and header not in found.values():
            found[attribute] = header
    return found


def _told(profiles: Mapping[str, ColumnProfile], header: str) -> bool:
    return profiles[header].distinct > 1


def _follows(relations: Relations, customer: str, header: str) -> bool:
    depends = relations.depends(customer, header)
    return depends.groups >= _LEAST and depends.share >= _AGREE
