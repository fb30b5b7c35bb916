"""Columns that choose among a few words, as DuckDB holds them best: as enumerations.

A word is one byte then, also where rows are joined and sorted, and a Parquet file, in which it is text again, gets its
dictionary as it stands instead of by looking up every value: half the time for a table of labels.
"""

from __future__ import annotations

from typing import Any

import sqlglot.expressions as sge

#: So many words are no few.
_MOST = 200


def enumerated(query: Any) -> Any:
    """A question with those of its columns as enumerations that can be nothing but one of some words or null. As it is
    where it does not name its columns one by one."""
    if not isinstance(query, sge.Select) or any(column.is_star for column in query.expressions):
        return query
    return query.select(*map(_column, query.expressions), append=False)


def _column(column: Any) -> Any:
    words: set[str] = set()
    if not isinstance(column, sge.Alias) or not _chooses(column.this, words) or not 0 < len(words) <= _MOST:
        return column
    # What sorts by it sorts as texts do, by their bytes.
    ordered = [sge.Literal.string(word) for word in sorted(words, key=lambda word: word.encode())]
    kind = sge.DataType(this=sge.DataType.Type.ENUM, expressions=ordered, nested=False)
    return sge.alias_(_chosen(column.this, kind), column.alias, quoted=True)


def _chooses(node: Any, words: set[str]) -> bool:
    """Whether an expression comes to some word or null; adds the words."""
    if isinstance(node, sge.Case | sge.If):
        return all(_chooses(leaf, words) for leaf in _leaves(node))
    if isinstance(node, sge.Literal) and node.is_string:
        words.add(str(node.this))
        return True
    return _is_null(node)


def _chosen(node: Any, kind: Any) -> Any:
    """The same expression, choosing among the members of an enumeration."""
    if isinstance(node, sge.If):
        false = node.args.get("false")
        chosen = _chosen(node.args["true"], kind), None if false is None else _chosen(false, kind)
        return sge.If(this=node.this.copy(), true=chosen[0], false=chosen[1])
    if isinstance(node, sge.Case):
        branches = [sge.If(this=b.this.copy(), true=_chosen(b.args["true"], kind)) for b in node.args["ifs"]]
        subject, default = (node.args.get(key) for key in ("this", "default"))
        return sge.Case(
            this=None if subject is None else subject.copy(), ifs=branches,
            default=None if default is None else _chosen(default, kind),
        )  # fmt: skip
    return sge.Cast(this=sge.Null() if _is_null(node) else node.copy(), to=kind.copy())


def _leaves(node: Any) -> list[Any]:
    if isinstance(node, sge.If):
        found = [node.args["true"], node.args.get("false")]
    else:
        found = [*(branch.args["true"] for branch in node.args["ifs"]), node.args.get("default")]
    return [leaf for leaf in found if leaf is not None]


def _is_null(node: Any) -> bool:
    """Whether it is null, of type text or of none."""
    if isinstance(node, sge.Cast):
        return isinstance(node.this, sge.Null) and node.to.is_type(sge.DataType.Type.TEXT, sge.DataType.Type.VARCHAR)
    return isinstance(node, sge.Null)
