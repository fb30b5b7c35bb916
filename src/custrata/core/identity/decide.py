"""Scored pairs → decisions by written rules: certain, doubtful, or left alone; every one with its reasons."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

from custrata.core.identity.levels import BY_FIELD, COMPARISONS, UNKNOWN
from custrata.core.identity.policy import NEVER, Identity, Sign

#: What two records can contradict one another in, in the order in which it is told.
CONTRADICTIONS = ("tax_number", "branch", "ordinal", "region", "birthday", "kind")
#: Of these, those that tell two customers apart for good: nobody needs to look.
APART = ("branch", "ordinal")
BY_PROBABILITY = "probability"
_SIDE = ("kind", "region", "branch", "ordinal")


def at(pairs: Any, field: str, level: str) -> Any:
    """Whether pairs are on a level of a field."""
    return pairs[field] == BY_FIELD[field].number(level)


def at_least(pairs: Any, field: str, level: str) -> Any:
    """Whether pairs are on a level of a field or a higher one."""
    return pairs[field] >= BY_FIELD[field].number(level)


def sign(pairs: Any, name: Sign) -> Any:
    """Whether a sign of a rule agrees. `similar_name` is any likeness, or a name that one of the two leaves out."""
    if name == "similar_name":
        return at_least(pairs, "name", "near") | (pairs["name"] == UNKNOWN)
    return at(pairs, name, "same")


def certain_without(pairs: ir.Table, field: str) -> Any:
    """Whether a pair is one customer beyond doubt, judged by other fields than this one."""
    same = {f: at(pairs, f, "same") for f in ("name", "phone", "email", "tax_number", "address")}
    if field == "name":
        return same["tax_number"] | (same["email"] & (same["phone"] | same["address"]))
    others = [v for f, v in same.items() if f not in (field, "name")]
    return same["name"] & reduce(lambda a, b: a | b, others)


def worth_keeping(scored: ir.Table, policy: Identity) -> ir.Table:
    """Pairs that a rule or their probability may make certain or doubtful; the great rest falls away early."""
    by_rule = [_all(scored, rule) for rule in policy.certain]
    kept = [scored.probability >= _number(policy.doubtful_at), at(scored, "tax_number", "same"), *by_rule]
    return scored.filter(reduce(lambda a, b: a | b, kept))


def decisions(scored: ir.Table, features: ir.Table, policy: Identity) -> ir.Table:
    """The pairs worth keeping with what is decided of each.

    Columns: `a`, `b`, `probability` (six decimals), `weight`, the level of each field; `rule`, the number of the first
    rule of `certain` that holds (null: none), one more for probability; `agree`, how many fields are the same;
    `against`, the contradictions by name with a comma between, empty where there is none; `decision`:

    - `certain`: a rule holds, or the probability is at least `certain_at` with two fields the same and names not
      different; and nothing contradicts;
    - `apart`: the names tell two branches or two shops apart;
    - `doubtful`: everything else that is probable enough or that a rule would have merged but for a contradiction, or
      that has one tax number and different names;
    - `weak`: probable only because phone or address are shared by people of different names: a household, or firms of
      one owner.
    """
    t = _with_sides(worth_keeping(scored, policy), features)
    rules = [_all(t, rule) for rule in policy.certain]
    agree = reduce(lambda a, b: a + b, [at(t, c.field, "same").ifelse(1, 0) for c in COMPARISONS])
    enough = t.probability >= _number(policy.certain_at) if policy.certain_at != NEVER else ibis.literal(False)
    named_alike = at_least(t, "name", "near")
    probable = enough & (agree >= 2) & named_alike
    number = ibis.cases(*((holds, i) for i, holds in enumerate([*rules, probable])), else_=ibis.null("int64"))
    against = _against(t)
    told = reduce(lambda a, b: a + b, [holds.ifelse(f"{name},", "") for name, holds in against.items()])
    t = t.mutate(
        rule=number, agree=agree, against=told.re_replace(",$", ""), _apart=_any([against[n] for n in APART]),
        _against=_any(list(against.values())), probability=t.probability.round(6),
    )  # fmt: skip
    identified = _any([at(t, f, "same") for f in ("tax_number", "email", "birthday")])
    decision = ibis.cases(
        (t._apart & ~at(t, "tax_number", "same"), "apart"),
        (t.rule.notnull() & ~t._against, "certain"),
        (t.rule.notnull(), "doubtful"),
        (at(t, "tax_number", "same"), "doubtful"),
        (at(t, "name", "different") & ~identified, "weak"),
        else_="doubtful",
    )
    return t.mutate(decision=decision).select(
        "a", "b", "probability", "weight", *[c.field for c in COMPARISONS], "rule", "agree", "against", "decision"
    )


def _all(t: ir.Table, rule: tuple[Sign, ...]) -> Any:
    return reduce(lambda a, b: a & b, [sign(t, s) for s in rule])


def _any(conditions: list[Any]) -> Any:
    return reduce(lambda a, b: a | b, conditions)


def _number(share: Any) -> float:
    assert isinstance(share, Decimal)
    return float(share)


def _with_sides(t: ir.Table, features: ir.Table) -> ir.Table:
    """What the two names say that no level tells."""
    for side in ("a", "b"):
        f = features.select(**{f"_{side}": features.customer_id}, **{f"{side}_{c}": features[c] for c in _SIDE})
        t = t.left_join(f, t[side] == f[f"_{side}"]).drop(f"_{side}")
    return t


def _against(t: ir.Table) -> dict[str, Any]:
    """Each contradiction and whether it is there; what one of the two leaves out contradicts nothing."""
    both = (t.a_region != "") & (t.b_region != "")
    companies = (t.a_kind != "person") & (t.b_kind != "person")
    found = {
        "tax_number": at(t, "tax_number", "different"),
        "branch": companies & (t.a_branch != t.b_branch),
        "ordinal": companies & (t.a_ordinal != t.b_ordinal),
        "region": companies & both & (t.a_region != t.b_region),
        "birthday": at(t, "birthday", "different"),
        "kind": ((t.a_kind == "person") & (t.b_kind == "company")) | ((t.a_kind == "company") & (t.b_kind == "person")),
    }
    return {name: found[name].fill_null(False) for name in CONTRADICTIONS}
