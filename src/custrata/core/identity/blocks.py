"""Which pairs are worth comparing: customers that share a number, an address or the sound of a name (blocking)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

#: Rules that by themselves are strong signs; a name and one of the others together nearly always mean one customer.
STRONG = ("tax_number", "phone", "email", "name", "address")
RULES = (*STRONG, "sound", "house", "start", "born")
#: Every rule as one bit of a number, so that a pair can carry all the rules it was found by.
BITS = {rule: 1 << i for i, rule in enumerate(RULES)}
#: Behind one door live many; more than these and the door alone is no sign.
_LEAST = 2


@dataclass(frozen=True)
class BlockCount:
    """What a blocking rule found: `keys` values shared by at least two customers, `pairs` that it compares; `large` are
    the values shared by more customers than the limit, whose `left_out` pairs only other rules can find; `largest`
    names some of them with their number of customers."""

    rule: str
    keys: int
    pairs: int
    large: int = 0
    left_out: int = 0
    largest: tuple[tuple[str, int], ...] = ()


def block_keys(features: ir.Table) -> ir.Table:
    """`rule`, `key`, `customer_id`: what each customer can be found by. Row-wise, each customer by himself."""
    f = features

    def key(rule: str, value: Any, table: ir.Table = f) -> ir.Table:
        found = table.select(rule=ibis.literal(rule), key=value, customer_id=table.customer_id)
        return found.filter(found.key.notnull())

    phones = f.select(customer_id=f.customer_id, value=f.phones.unnest())
    emails = f.select(customer_id=f.customer_id, value=f.emails.unnest())
    town = f.city.fill_null("")
    # A name may be mistyped anywhere: its first half with the town finds what differs behind, and the sound the rest.
    start = (f.name.length() >= 4).ifelse(f.name.substr(0, 3) + "|" + town, ibis.null())
    whole = f.name_key.notnull()
    # Companies' names are rare enough without the town, which one of two records often leaves out.
    sound = (f.kind == "person").ifelse(f.sound + "|" + town, f.sound)
    parts = [
        key("tax_number", f.tax_number),
        key("phone", phones.value, phones),
        key("email", emails.value, emails),
        key("name", f.name_key),
        key("address", f.address),
        key("sound", whole.ifelse(sound, ibis.null())),
        key("house", f.house),
        key("start", whole.ifelse(start, ibis.null())),
        key("born", f.birthday + "|" + f.name.substr(0, 1)),
    ]
    return reduce(lambda a, b: a.union(b), parts).distinct()


def block_sizes(keys: ir.Table) -> ir.Table:
    """`rule`, `key`, `n`: values shared by at least two customers."""
    t = keys.group_by("rule", "key").aggregate(n=keys.count())
    return t.filter(t.n >= _LEAST)


def count_blocks(sizes: ir.Table, largest: int) -> ir.Table:
    """One row a rule: `keys`, `pairs`, `large`, `left_out` as in `BlockCount`."""
    pairs = sizes.n * (sizes.n - 1) // 2
    fits = sizes.n <= largest
    return sizes.group_by("rule").aggregate(
        keys=sizes.count(), pairs=pairs.sum(where=fits), large=sizes.count(where=~fits), left_out=pairs.sum(where=~fits)
    )


def candidate_pairs(keys: ir.Table, sizes: ir.Table, largest: int) -> ir.Table:
    """`a`, `b` (a before b) and `found`, the sum of the `BITS` of the rules that found the pair; each pair once."""
    small = sizes.filter(sizes.n <= largest).select("rule", "key")
    left = keys.semi_join(small, ["rule", "key"])
    right = left.view()
    t = left.join(right, (left.rule == right.rule) & (left.key == right.key) & (left.customer_id < right.customer_id))
    t = t.select(a=left.customer_id, b=right.customer_id, bit=left.rule.cases(*BITS.items(), else_=0))
    # A pair may share two phones: the bits of a rule count once.
    t = t.distinct()
    return t.group_by("a", "b").aggregate(found=t.bit.sum())


def found_by(found: Any, rule: str) -> Any:
    """Whether a rule found a pair."""
    return (found // BITS[rule]) % 2 == 1


def found_by_any(found: Any, rules: Iterable[str]) -> Any:
    """Whether one of the rules found a pair."""
    return reduce(lambda a, b: a | b, [found_by(found, r) for r in rules])


def nearly_certain(found: Any) -> Any:
    """Whether a pair shares a name or a tax number and one more strong sign."""
    others = ("phone", "email", "address")
    return (found_by(found, "name") & found_by_any(found, ("tax_number", *others))) | (
        found_by(found, "tax_number") & found_by_any(found, others)
    )


#: What a pair must not share, so that what it shares of a rule is chance.
_CHANCE = {
    "phone": ("name", "tax_number"), "email": ("name", "tax_number"), "address": ("name", "tax_number"),
    "house": ("name", "tax_number", "address"), "name": ("tax_number", "phone", "email", "address"),
    "tax_number": ("name", "phone", "email", "address"), "sound": ("name", "tax_number", "phone", "email", "address"),
}  # fmt: skip


def by_chance(found: Any, rule: str) -> Any:
    """Whether a pair shares the sign of a rule and, as far as anybody can tell, is two customers: families and firms of
    one owner share phone and address, but no name; namesakes share nothing but the name."""
    return found_by(found, rule) & ~found_by_any(found, _CHANCE[rule])


def counted_rules() -> tuple[str, ...]:
    """Rules whose pairs by chance can be counted."""
    return tuple(_CHANCE)
