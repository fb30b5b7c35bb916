"""Decides whether a user's query only reads, and how a table or a query stands in the FROM of ours."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from custrata.core.errors import CustrataError, Problem
from custrata.sources.databases.connections import Kind

DIALECTS: dict[Kind, str] = {"postgresql": "postgres", "mysql": "mysql", "sqlserver": "tsql", "oracle": "oracle"}
#: What may stand inside a SELECT and yet writes, locks, or is not understood well enough to be let through.
_FORBIDDEN = (exp.DML, exp.DDL, exp.Into, exp.Lock, exp.Command)
ALIAS = "q_"


@dataclass(frozen=True)
class Relation:
    """What rows are read from: `source` goes behind FROM and is called `q_` there; `head` goes before SELECT."""

    source: str
    head: str = ""

    def select(self, columns: str, where: str = "") -> str:
        return f"{self.head}SELECT {columns} FROM {self.source}" + (f" WHERE {where}" if where else "")


def quoted(name: str, kind: Kind) -> str:
    """An identifier as data: whatever it holds, it is one name.

    >>> quoted('a"b', "postgresql"), quoted("a`b", "mysql"), quoted("a]b", "sqlserver")
    ('"a""b"', '`a``b`', '[a]]b]')
    """
    name = name.replace("\0", "")
    if kind == "mysql":
        return "`" + name.replace("`", "``") + "`"
    if kind == "sqlserver":
        return "[" + name.replace("]", "]]") + "]"
    return '"' + name.replace('"', '""') + '"'


def table_relation(parts: tuple[str, ...], kind: Kind) -> Relation:
    """A table by its name, `schema.table` in parts.

    >>> table_relation(("sales", "order lines"), "oracle").select("*")
    'SELECT * FROM "sales"."order lines" "q_"'
    """
    return Relation(".".join(quoted(part, kind) for part in parts) + " " + quoted(ALIAS, kind))


def query_relation(query: str, kind: Kind, place: str) -> Relation:
    """A query that is a single SELECT (WITH and UNION among it) and neither writes nor locks.

    What is sent is the user's own text, except to SQL Server, which takes no WITH and no bare ORDER BY inside a
    query: there SQLGlot writes the query anew. The read-only transaction is the second guard.
    Errors: E-DB-014 it is more than that, or cannot be understood.

    >>> query_relation("SELECT id FROM orders -- all", "postgresql", "erp").select("*")
    'SELECT * FROM (SELECT id FROM orders -- all\\n) "q_"'
    """
    text = query.strip()
    while text.endswith(";"):
        text = text[:-1].rstrip()
    if kind == "mysql" and ("/*!" in text or "/*M!" in text):
        # A comment to every reader but the server, which runs what is in it.
        raise _refused(place, "/*!")
    tree = _parsed(text, kind, place)
    if kind != "sqlserver":
        return Relation(f"({text}\n) {quoted(ALIAS, kind)}")
    head = ""
    with_ = tree.args.get("with_")
    if with_ is not None:
        tree.set("with_", None)
        head = with_.sql("tsql", comments=False) + " "
    if tree.args.get("order") is not None and not any(tree.args.get(a) for a in ("limit", "offset", "fetch")):
        tree.set("order", None)
    return Relation(f"({tree.sql('tsql', comments=False)}) {quoted(ALIAS, kind)}", head)


def _parsed(text: str, kind: Kind, place: str) -> exp.Query:
    log = logging.getLogger("sqlglot")
    before, log.disabled = log.disabled, True
    try:
        trees = [tree for tree in sqlglot.parse(text, read=DIALECTS[kind]) if tree is not None]
    except SqlglotError as error:
        raise _refused(place, _first_line(error)) from None
    except RecursionError:
        raise _refused(place, "((((…") from None
    finally:
        log.disabled = before
    if len(trees) != 1:
        raise _refused(place, ";" if trees else "–")
    tree = trees[0]
    if not isinstance(tree, exp.Query):
        raise _refused(place, type(tree).__name__.upper())
    for node in tree.find_all(*_FORBIDDEN):
        raise _refused(place, "FOR UPDATE" if isinstance(node, exp.Lock) else type(node).__name__.upper())
    return tree


def _first_line(error: SqlglotError) -> str:
    found = getattr(error, "errors", None)
    if found:
        return f"{found[0]['description'].rstrip('.')} (line {found[0]['line']}, column {found[0]['col']})"
    return str(error).splitlines()[0]


def _refused(place: str, what: str) -> CustrataError:
    return CustrataError(Problem("E-DB-014", place, {"what": what}))
