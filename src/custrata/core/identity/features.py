"""Records → features: what each customer's row says about who it is, in the spelling in which it can be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from custrata.core.identity.addresses import parse_address
from custrata.core.identity.emails import parse_emails
from custrata.core.identity.names import parse_name, region_key
from custrata.core.identity.phones import parse_phones
from custrata.core.identity.taxes import parse_tax_number
from custrata.core.identity.text import fold
from custrata.core.identity.words import words

#: What identity reads of a customer, in the order in which it is asked for.
FIELDS = ("name", "phone", "email", "tax_number", "address", "city", "birthday")
_NOBODYS_BIRTHDAY = ("01-01",)


def found_fields(columns: Sequence[str], named: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Field → the columns of a customers table that give it: those that are `named`, else by their usual names.

    >>> found_fields(["customer_id", "名称", "手机号", "电话"], {})
    {'name': ('名称',), 'phone': ('手机号', '电话')}
    """
    folded = {c.casefold(): c for c in reversed(columns)}
    found: dict[str, tuple[str, ...]] = {}
    for field, usual in words()["fields"].items():
        given = [c for c in named.get(field, ()) if c in columns] or [folded[u] for u in usual if u in folded]
        if given:
            # A customer has one name and may have several numbers.
            found[field] = tuple(dict.fromkeys(given)) if field in ("phone", "email") else (given[0],)
    return found


def feature_schema() -> Any:
    """The columns of a feature table. Texts are null where the customer says nothing of the kind.

    `customer_id`; `kind` (company, person, unknown); `name_key`, `name`, `sound`, `region`, `branch`, `ordinal` as in
    `Name`; `phones`, `emails` (lists, empty where none), `phone`, `email` (their first); `tax_number`; `address`
    (its key), `house`, `city` (pinyin), `birthday` (text, YYYY-MM-DD).
    """
    import pyarrow as pa

    texts = ("kind", "name_key", "name", "sound", "region", "branch", "ordinal")
    more = ("phone", "email", "tax_number", "address", "house", "city", "birthday")
    lists = pa.list_(pa.string())
    fields = [("customer_id", pa.string()), *((c, pa.string()) for c in texts), ("phones", lists), ("emails", lists)]
    return pa.schema([*fields, *((c, pa.string()) for c in more)])


def feature_table(rows: Any, fields: Mapping[str, Sequence[str]], *, region: str = "CN", area_code: str = "") -> Any:
    """Features of a PyArrow table or batch with `customer_id` and the columns that `fields` names.

    Each row by itself: the same row gives the same features whatever stands beside it.
    """
    import pyarrow as pa

    n = rows.num_rows
    columns: dict[str, list[list[str | None]]] = {
        field: [_texts(rows.column(c)) for c in given] for field, given in fields.items() if field in FIELDS
    }

    def first(field: str) -> list[str | None]:
        return columns[field][0] if field in columns else [None] * n

    phones = _joined(columns.get("phone", []), n)
    emails = _joined(columns.get("email", []), n)
    out = [
        _features(*row, region=region, area_code=area_code)
        for row in zip(
            first("name"), phones, emails, first("tax_number"), first("address"), first("city"), first("birthday"),
            strict=True,
        )
    ]  # fmt: skip
    ids = _texts(rows.column("customer_id"))
    schema = feature_schema()
    values = [ids, *(list(c) for c in zip(*out, strict=True))] if out else [[] for _ in schema]
    return pa.table([pa.array(v, f.type) for v, f in zip(values, schema, strict=True)], schema=schema)


def _features(
    name: str | None, phone: str | None, email: str | None, tax: str | None, address: str | None, city: str | None,
    birthday: str | None, *, region: str, area_code: str,
) -> tuple[Any, ...]:  # fmt: skip
    who = parse_name(name)
    phones = parse_phones(phone, region, area_code)
    emails = parse_emails(email)
    where = parse_address(address, city)
    town = (where.city if where else "") or region_key(fold(city) or "") or (who.region if who else "")
    day = birthday[:10] if birthday and birthday[5:10] not in _NOBODYS_BIRTHDAY else None
    named = (None,) * 7
    if who is not None:
        named = (who.kind, who.key, who.core, who.sound, who.region, who.branch, who.ordinal)  # type: ignore[assignment]
    return (
        *named, list(phones), list(emails), phones[0] if phones else None, emails[0] if emails else None,
        parse_tax_number(tax), where.key if where else None, where.house if where else None, town or None, day,
    )  # fmt: skip


def _texts(column: Any) -> list[str | None]:
    import pyarrow as pa

    return column.cast(pa.string()).to_pylist()  # type: ignore[no-any-return]


def _joined(columns: list[list[str | None]], n: int) -> list[str | None]:
    """Several cells of a row as one."""
    if len(columns) < 2:
        return columns[0] if columns else [None] * n
    return ["; ".join(c for c in cells if c) or None for cells in zip(*columns, strict=True)]
