"""Which tables and columns a database has for the user who reads it, and which of those needed it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from custrata.sources.erps.literals import Kind, literal

_QUERY: dict[Kind, str] = {
    "postgresql": (
        "SELECT table_name::text AS table_name, column_name::text AS column_name FROM information_schema.columns"
        " WHERE table_schema = ANY (current_schemas(false)) AND table_name IN {tables}"
    ),
    "mysql": (
        "SELECT TABLE_NAME AS table_name, COLUMN_NAME AS column_name FROM information_schema.columns"
        " WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN {tables}"
    ),
}


@dataclass(frozen=True)
class Layout:
    """Columns by table, in lower case: databases differ in what they make of capitals."""

    columns: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Layout:
        return cls(frozenset((table.lower(), column.lower()) for table, column in pairs))

    def lacks(self, tables: Mapping[str, Iterable[str]]) -> list[str]:
        """`table` where a whole table is missing, else `table.column`, in the order asked.

        >>> Layout.of([("sale_order", "id")]).lacks({"sale_order": ["id", "state"], "pos_order": ["id"]})
        ['sale_order.state', 'pos_order']
        """
        there = {table for table, _ in self.columns}
        found: list[str] = []
        for table, columns in tables.items():
            if table.lower() not in there:
                found.append(table)
            else:
                found += [f"{table}.{c}" for c in columns if (table.lower(), c.lower()) not in self.columns]
        return found


def layout_query(kind: Kind, tables: Iterable[str]) -> str:
    """Asks for the columns that the user of the connection may read, of these tables alone.

    >>> layout_query("mysql", ["tabIssue"])[-41:]
    "DATABASE() AND TABLE_NAME IN ('tabIssue')"
    """
    return _QUERY[kind].format(tables=literal(tuple(dict.fromkeys(tables)), kind))
