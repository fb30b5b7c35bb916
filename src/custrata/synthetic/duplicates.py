"""A customer file with planted duplicates, and the truth about who is who."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from custrata.synthetic.duplicates_draw import Maker, Record


@dataclass(frozen=True)
class CustomerFile:
    """`table` has customer_id, name, phone, email, tax_number, address, city, birthday, joined_at, all text; `entity`
    gives who each id truly is."""

    table: Any
    entity: dict[str, int]

    def pairs(self) -> set[tuple[str, str]]:
        """All pairs of ids that are one customer, the smaller id first."""
        members: dict[int, list[str]] = {}
        for customer, entity in self.entity.items():
            members.setdefault(entity, []).append(customer)
        return {
            (min(a, b), max(a, b)) for ids in members.values() for i, a in enumerate(ids) for b in ids[i + 1 :]
        }  # fmt: skip


def customer_file(customers: int, *, seed: int = 1, duplicates: float = 0.1) -> CustomerFile:
    """A file of about `customers` records, of which the share `duplicates` repeats somebody with slips, other spellings
    and gaps. Among the others are people who are easily taken for one: families with one phone and one address,
    companies of one owner, branches of one company, shops with numbers, equal names.

    The same arguments give the same file. Names and numbers are invented; tax numbers keep their check digit.

    >>> made = customer_file(100, seed=3)
    >>> made.table.num_rows, len(made.pairs()) > 5
    (100, True)
    """
    rng = random.Random(seed)
    maker = Maker(rng)
    records: list[Record] = []
    while len(records) < customers:
        made = maker.neighbours()
        for record in made:
            records.append(record)
            while rng.random() < duplicates:
                records.append(maker.again(record))
    del records[customers:]
    rng.shuffle(records)
    width = max(6, len(str(customers)))
    ids = [f"K{i:0{width}d}" for i in range(1, len(records) + 1)]
    columns: dict[str, list[str | None]] = {
        name: [getattr(r, name) for r in records]
        for name in ("name", "phone", "email", "tax_number", "address", "city", "birthday")
    }
    joined = [f"20{rng.randint(10, 24)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}" for _ in records]
    table = pa.table({
        "customer_id": pa.array(ids, pa.string()),
        **{k: pa.array(v, pa.string()) for k, v in columns.items()},
        "joined_at": pa.array(joined, pa.string()),
    })  # fmt: skip
    return CustomerFile(table, {i: r.entity for i, r in zip(ids, records, strict=True)})
