"""Customers who stand in the customers source twice, by exact keys; looking for similar ones is another matter."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.audit.base import Check, Look, Over, check
from custrata.core.audit.facts import AuditFacts, SourceFacts
from custrata.core.audit.finding import MOST_EXAMPLES, Details, Merged, Sample, graded, money, ratio
from custrata.core.audit.ids import buyers
from custrata.core.facts.ids import like
from custrata.core.guess.reading import read_header
from custrata.core.guess.vocabulary import vocabulary

_WIDE, _NARROW = "０１２３４５６７８９（）－　", "0123456789()- "
#: A name with one of these is a firm's, and no two firms of one town share it; persons do share names.
_FIRM = r"(公司|集团|工厂|厂$|商行|商店|经营部|超市|酒店|学校|医院|合作社|事务所|LTD|LIMITED|INC$|GMBH|LLC|CORP)"
#: The form of a company that its name ends with. One writes 有限公司, another 公司; 集团 is another firm.
_FORM = r"(((股份)?(有限)?(责任)?公司)|((CO)?(LTD|LIMITED|LLC)))$"
#: A telephone number that somebody filled in to get on.
_NO_PHONE = r"^(0*|1*|2*|3*|4*|5*|6*|7*|8*|9*|0?1234567\d*)$"
_PHONE_DIGITS = 7


@check
class RepeatedCustomers(Check):
    """Customers with the same name and the same telephone number, or with the same name of a firm, under several
    numbers. Blanks, punctuation, capitals, full-width digits, +86 and the form of a company (有限公司, 公司, Ltd) make
    no difference; nothing is compared that is only similar.

    Share: customers beyond the first of each set ÷ all in the source. From 1 % on a warning, from 10 % on serious.
    """

    kind, zh, code, part = "repeated_customers", "重复客户", "A-DUP-005", "uniqueness"
    needs = ("customers.name",)

    def look(self, facts: AuditFacts) -> Look:
        keyed = facts.once("audit_customer_keys", lambda: _keyed(facts.sources["customers"]))
        several: Any = keyed.group_by("key").aggregate(n=keyed.count(), first=keyed.customer_id.min())
        sets = facts.once("audit_customer_sets", lambda: several.filter(several.n > 1))
        total = (yield Over(keyed, {"n": keyed.customer_id.nunique()}))[0]["n"]
        found = (yield Over(sets, {"sets": sets.count(), "customers": sets.n.sum()}))[0]
        if not found["sets"]:
            return []
        joined: Any = keyed.inner_join(sets, "key")
        who = facts.orders.customer_id.type()
        ids = joined.filter(joined.customer_id != joined["first"])
        ids = ids.select(customer_id=like(ids.customer_id, who), into=like(ids["first"], who))
        everybody = joined.select(customer_id=like(joined.customer_id, who))
        spent = buyers(facts).semi_join(everybody, "customer_id")
        spend = money((yield Over(spent, {"spend": spent.net.sum()}))[0]["spend"])
        extra = int(found["customers"]) - found["sets"]
        share = ratio(extra, total)
        first = sets.order_by("first").limit(MOST_EXAMPLES)
        members: Any = keyed.inner_join(first, "key").order_by(["first", "customer_id"])
        shown = yield members.limit(3 * MOST_EXAMPLES).select("first", "customer_id", "name")
        return [
            self.finding(
                graded(share, warning=0.01, serious=0.1), share=share, rows=extra, customers=int(found["customers"]),
                spend=spend,
                values={"customers": int(found["customers"]), "sets": found["sets"], "share": share, "spend": spend},
                details=Details(
                    ("customer", "same_as", "name"),
                    tuple((r["customer_id"], r["first"], r["name"]) for r in shown if r["customer_id"] != r["first"]),
                ),
                sample=Sample("customers", members.select("customer_id").limit(MOST_EXAMPLES), "name"),
                doubt=Merged(ids.distinct()),
            )
        ]  # fmt: skip


def _keyed(source: SourceFacts) -> ir.Table:
    """customer_id (as text), name, and the key that equal customers share; without those who have none."""
    raw: Any = source.raw
    name = like(source.as_told("name", "text"), dt.string)
    told = name.translate(_WIDE, _NARROW).upper().re_replace(r"[\s·•.,，、()\-_'\"]+", "")
    firm = told.re_search(_FIRM) & (told.length() >= 6)
    told = ibis.ifelse(firm, told.re_replace(_FORM, ""), told)
    phone = _phone(raw)
    key = (
        ibis.ifelse(firm, told, told + "|" + phone)
        if phone is not None
        else ibis.ifelse(firm, told, ibis.null(dt.string))
    )
    who = like(source.as_told("customer_id", "id"), dt.string)
    t = raw.select(customer_id=who, name=name, key=key)
    return (
        t.filter(t.customer_id.notnull() & t.key.notnull()).group_by("customer_id", "key").aggregate(name=t.name.min())
    )


def _phone(raw: ir.Table) -> Any:
    """The telephone number of each row, digits only, null where it is none; null where no column holds any."""
    header = next((c for c in raw.columns if read_header(c, vocabulary()).best == "customer_phone"), None)
    if header is None:
        return None
    digits = like(raw[header], dt.string).translate(_WIDE, _NARROW).re_replace(r"\D", "")
    digits = digits.re_replace(r"^(?:00)?86(1\d{10})$", r"\1")
    return ibis.ifelse((digits.length() >= _PHONE_DIGITS) & ~digits.re_search(_NO_PHONE), digits, ibis.null(dt.string))
