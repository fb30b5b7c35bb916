"""The customers of a workspace as identity sees them: their ids, what the source says of each, and its features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from custrata.core.errors import CustrataError, Problem
from custrata.core.facts.records import distinct_records, latest_records
from custrata.core.facts.sales import stands_for_nobody
from custrata.core.identity.features import FIELDS, feature_table, found_fields
from custrata.core.identity.phones import REGIONS
from custrata.core.identity.policy import Identity
from custrata.core.scheme.model import Scheme
from custrata.usecases.ports import Engine
from custrata.usecases.rows import read_source
from custrata.usecases.sources import open_sources

#: Customers whose features are made at once; bounds the memory that Python needs for it.
AT_ONCE = 100_000


@dataclass(frozen=True)
class People:
    """`table` has one row a customer: `customer_id` (text), the columns of the source as text, `joined_at` where
    there is one; `features` as in `feature_schema`; `fields` which columns gave what."""

    table: ir.Table
    features: ir.Table
    fields: Mapping[str, Sequence[str]]
    count: int


def policy_of(scheme: Scheme) -> Identity:
    """What the scheme says of identity; the defaults where it says nothing."""
    found = getattr(scheme, "identity", None)
    return found if isinstance(found, Identity) else Identity()


def read_people(scheme: Scheme, base: Path, scratch: Path, engine: Engine, policy: Identity) -> People:
    """Reads the customers source. Raises E-ID-003 where the scheme has none, E-ID-004 where none of its columns says
    who a customer is or a named column is not there."""
    table = read_customers(scheme, base, scratch, engine, policy)
    fields = found_fields(table.columns, policy.named_fields)
    missing = sorted({c for given in policy.fields.values() for c in given} - set(table.columns))
    if missing or not set(fields) & set(FIELDS):
        values = {"missing": ", ".join(missing), "known": ", ".join(table.columns)}
        raise CustrataError(Problem("E-ID-004", "sources.customers", values))
    n = engine.rows(table.aggregate(n=table.count()))[0]["n"]
    region = policy.country or REGIONS.get(scheme.currency, "CN")
    return People(table, features_of(engine, table, fields, n, region, policy.area_code), fields, n)


def read_customers(scheme: Scheme, base: Path, scratch: Path, engine: Engine, policy: Identity) -> ir.Table:
    """One row a customer, every column text but `joined_at`; rows that cannot be used are left out."""
    opened = open_sources(scheme, base, scratch, only=("customers",)).get("customers")
    config = scheme.sources.customers
    if opened is None or config is None:
        raise CustrataError(Problem("E-ID-003", scheme.path.name if scheme.path else "scheme", {}))
    if config.columns:
        # A scheme that maps its columns need not map those that only identity reads.
        usual = found_fields([c for c in opened.columns if c not in config.columns.values()], policy.named_fields)
        more = {c: c for given in usual.values() for c in given if c not in config.columns}
        config = config.model_copy(update={"columns": {**config.columns, **more}})
    t = read_source("customers", opened, config, engine).table
    t = t.filter(~t["_bad"] & t["_excluded"].isnull())
    if "updated_at" in t.columns:
        known = t.filter(~stands_for_nobody(t.customer_id, scheme.sources.orders))
        t = latest_records(known, "customer_id", "updated_at")
    else:
        t = distinct_records(t, "customer_id")
    texts = {c: t[c].cast(dt.string) for c in t.columns if c != "joined_at"}
    return engine.materialise("people", t.mutate(**texts))


def features_of(
    engine: Engine, table: ir.Table, fields: Mapping[str, Sequence[str]], n: int,
    region: str = "CN", area_code: str = "",
) -> ir.Table:  # fmt: skip
    """The features of `n` customers, made in pieces, so that a million records never lie in Python at once."""
    import pyarrow as pa

    columns = ["customer_id", *dict.fromkeys(c for f, given in fields.items() if f in FIELDS for c in given)]
    pieces = max(1, -(-n // AT_ONCE))
    made = []
    for i in range(pieces):
        some = table if pieces == 1 else table.filter(_bucket(table.customer_id, pieces) == i)
        rows = engine.arrow(some.select(*columns))
        made.append(feature_table(rows, fields, region=region, area_code=area_code))
    return engine.from_arrow("features", pa.concat_tables(made))


def _bucket(ids: ir.StringColumn, buckets: int) -> ir.Value:
    """A number from 0 to `buckets` − 1 for each id."""
    return (ids.hash() % ibis.literal(buckets)).abs()
