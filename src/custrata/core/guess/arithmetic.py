"""Which amounts the rows themselves prove: quantity × price, less the discount, plus tax, plus freight, less a debt.

An amount that is another one less the discount is what was paid; one that is another plus tax holds the tax; one that
holds the freight needs it taken off. A sum counts as proven where nearly every row agrees and its parts are not all 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from custrata.core.guess.profile import ColumnProfile
from custrata.core.guess.reasons import Reason

Role = Literal["amount", "price", "quantity", "discount", "tax", "freight", "debt", "fee"]
#: Whether a part raises what is left over it, or lowers it.
_SIGN: dict[Role, int] = {"discount": -1, "tax": 1, "freight": 1, "debt": -1, "fee": -1}
#: What may stand between quantity × price and an amount.
_ADDED: tuple[Role, ...] = ("discount", "freight", "tax")
#: Some write what is taken off as a negative number.
_UNSIGNED: tuple[Role, ...] = ("discount", "fee")
_ROWS, _AGREE, _LEAST_ROWS = 300, 0.95, 3
_MOST_PARTS, _MOST_COLUMNS = 3, 10


@dataclass(frozen=True)
class Part:
    role: Role
    column: str


@dataclass(frozen=True)
class Proof:
    """`amount` = `base` with the parts added or taken off; without a base it is quantity × price.

    `share` of the rows agree. `rate`: the discount is a share of the price (0.9, or 10% off), not money.
    """

    amount: str
    base: str | None
    parts: tuple[Part, ...]
    share: float
    factors: tuple[str, str] = ("", "")
    rate: bool = False

    def has(self, role: Role) -> bool:
        return any(p.role == role for p in self.parts)

    @property
    def reason(self) -> Reason:
        base = self.base or f"{self.factors[0]} × {self.factors[1]}"
        sums = "".join(f" {'+' if _SIGN[p.role] > 0 else '−'} {p.column}" for p in self.parts)
        return Reason("proof", {"amount": self.amount, "sum": base + sums, "share": self.share})


def proofs(columns: Mapping[Role, Sequence[ColumnProfile]]) -> list[Proof]:
    """Everything that the rows prove about the columns that may be amounts, prices, quantities and so on.

    >>> from custrata.core.guess.profile import profile
    >>> q, p, a = (profile(n, v) for n, v in {"q": [1, 2, 3], "p": [5, 2.5, 4], "a": [5, 5, 12]}.items())
    >>> [(x.amount, x.factors) for x in proofs({"quantity": [q], "price": [p], "amount": [a]})]
    [('a', ('q', 'p'))]
    """
    numeric = {
        role: [p for p in found if p.number >= 0.8 and not p.sequence][:_MOST_COLUMNS]
        for role, found in columns.items()
    }
    amounts = numeric.get("amount", [])
    found = [*_products(numeric, amounts), *_sums(numeric, amounts)]
    return sorted(found, key=lambda proof: (len(proof.parts), -proof.share))


def _products(columns: Mapping[Role, list[ColumnProfile]], amounts: list[ColumnProfile]) -> list[Proof]:
    found = []
    for quantity in columns.get("quantity", []):
        for price in columns.get("price", []):
            if quantity.name == price.name:
                continue
            product = [
                None if q is None or p is None else q * p
                for q, p in zip(quantity.numbers[:_ROWS], price.numbers[:_ROWS], strict=True)
            ]
            # A price is rounded to cents, and so many cents too many or too few become of it.
            slack = [0.02 + 0.006 * abs(q or 0) for q in quantity.numbers[:_ROWS]]
            factors = (quantity.name, price.name)
            for amount in amounts:
                if amount.name in factors:
                    continue
                found += _with_parts(amount, product, slack, columns, factors)
    return found


def _sums(columns: Mapping[Role, list[ColumnProfile]], amounts: list[ColumnProfile]) -> list[Proof]:
    named = [Part(role, p.name) for role in _SIGN for p in columns.get(role, [])]
    by_name = {p.name: p for role in _SIGN for p in columns.get(role, [])}
    found = []
    for base in amounts:
        for amount in amounts:
            if base.name == amount.name:
                continue
            for n in range(1, _MOST_PARTS + 1):
                for parts in combinations(named, n):
                    if not _one_each(p.role for p in parts) or {base.name, amount.name} & {p.column for p in parts}:
                        continue
                    share = _agreement(amount, base.numbers[:_ROWS], None, [(by_name[p.column], p.role) for p in parts])
                    if share:
                        found.append(Proof(amount.name, base.name, parts, share))
    return found


def _with_parts(
    amount: ColumnProfile,
    product: Sequence[float | None],
    slack: Sequence[float],
    columns: Mapping[Role, list[ColumnProfile]],
    factors: tuple[str, str],
) -> list[Proof]:
    """quantity × price alone, or with what is taken off and added; the plain one is enough where it holds."""
    share = _agreement(amount, product, slack, [])
    if share:
        return [Proof(amount.name, None, (), share, factors)]
    found = []
    named: list[tuple[ColumnProfile, Role]] = [
        (p, role) for role in _ADDED for p in columns.get(role, []) if p.name not in (amount.name, *factors)
    ]
    for n in (1, 2):
        for parts in combinations(named, n):
            if not _one_each(role for _, role in parts):
                continue
            share = _agreement(amount, product, slack, parts)
            if share:
                found.append(Proof(amount.name, None, tuple(Part(r, p.name) for p, r in parts), share, factors))
    for discount in columns.get("discount", []):
        share = 0.0 if discount.name in (amount.name, *factors) else _rate_agreement(amount, product, slack, discount)
        if share:
            found.append(Proof(amount.name, None, (Part("discount", discount.name),), share, factors, rate=True))
    return found


def _one_each(roles: Iterable[Role]) -> bool:
    """A sum has one tax, one freight, one debt; discounts there may be two, the shop's and the platform's."""
    counts = Counter(roles)
    return all(n == 1 or (role == "discount" and n == 2) for role, n in counts.items())


def _agreement(
    amount: ColumnProfile,
    base: Sequence[float | None],
    slack: Sequence[float] | None,
    parts: Sequence[tuple[ColumnProfile, Role]],
) -> float:
    """The share of rows where the sum is right; 0 where it is not proven."""
    right = rows = telling = unpaid = 0
    for i, (a, b) in enumerate(zip(amount.numbers[:_ROWS], base, strict=True)):
        if a is None or b is None:
            continue
        if a == 0 and b != 0 and parts:
            # Nothing was paid for what was cancelled, whatever it would have cost.
            unpaid += 1
            continue
        total, moved = b, not parts
        for profile, role in parts:
            x = profile.numbers[i] or 0.0
            moved = moved or x != 0
            total += _SIGN[role] * (abs(x) if role in _UNSIGNED else x)
        rows += 1
        if abs(a - total) <= (slack[i] if slack else 0.02):
            right += 1
            telling += moved and a != 0
        elif rows >= 20 and right < 0.7 * rows:
            return 0.0
    if any(not any(p.numbers[:_ROWS]) for p, _ in parts):
        return 0.0
    # Every part must matter somewhere, else "paid = asked" would prove any column of zeros to be the tax.
    enough = telling >= _LEAST_ROWS and unpaid <= rows and (not parts or _matters(amount, base, parts))
    return right / rows if rows >= _LEAST_ROWS and right >= _AGREE * rows and enough else 0.0


def _matters(amount: ColumnProfile, base: Sequence[float | None], parts: Sequence[tuple[ColumnProfile, Role]]) -> bool:
    rows = [i for i, (a, b) in enumerate(zip(amount.numbers[:_ROWS], base, strict=True))
            if a is not None and b is not None]  # fmt: skip
    needed = max(2, 0.05 * len(rows))
    return all(sum(bool(p.numbers[i]) for i in rows) >= min(needed, 5) for p, _ in parts)


def _rate_agreement(
    amount: ColumnProfile, product: Sequence[float | None], slack: Sequence[float], discount: ColumnProfile
) -> float:
    """Whether amount = quantity × price × a rate, in any of the ways that rates are written."""
    for scale in (1.0, 10.0, 100.0):
        for left in (False, True):
            right = rows = telling = 0
            for a, b, d, s in zip(amount.numbers[:_ROWS], product, discount.numbers[:_ROWS], slack, strict=True):
                if a is None or b is None or d is None:
                    continue
                rate = 1 - d / scale if left else d / scale
                rows += 1
                good = abs(a - b * rate) <= s
                right += good
                telling += good and rate != 1 and b != 0
            if rows >= _LEAST_ROWS and right >= _AGREE * rows and telling >= _LEAST_ROWS:
                return right / rows
    return 0.0
