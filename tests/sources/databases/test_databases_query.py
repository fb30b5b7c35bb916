"""A user's query may read whatever it likes, and do nothing else."""

from __future__ import annotations

import pytest

from custrata import CustrataError
from custrata.sources.databases.connections import Kind
from custrata.sources.databases.query import query_relation
from custrata.sources.databases.spec import DatabaseSpec, parse_look_back

READS: list[tuple[Kind, str]] = [
    ("postgresql", "SELECT a::text, b->>'x' FROM t WHERE c ~ 'x' AND d @> '{}'; "),
    ("postgresql", "WITH a AS (SELECT 1 AS x) SELECT * FROM a UNION ALL (SELECT 2)"),
    ("postgresql", "SELECT $$ ; DROP TABLE t $$ AS a -- the end"),
    ("mysql", "SELECT GROUP_CONCAT(a ORDER BY b SEPARATOR ';') AS a FROM t # all of them"),
    ("mysql", "SELECT 'a\\'; DROP TABLE t; -- ' AS a"),
    ("oracle", 'SELECT "客户", TRUNC(d) AS d FROM t WHERE ROWNUM < 10'),
    ("sqlserver", "SELECT TOP 5 * FROM [订单 明细] WITH (NOLOCK) ORDER BY 1"),
]  # fmt: skip
WRITES: list[tuple[Kind, str]] = [
    ("postgresql", "WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone"),
    ("postgresql", "SELECT * INTO b FROM t"),
    ("postgresql", "SELECT * FROM t FOR UPDATE"), ("postgresql", "SELECT 1) q; DROP TABLE t; --"),
    ("postgresql", "COPY t TO '/tmp/x'"), ("postgresql", ""), ("postgresql", ";"), ("postgresql", "TABLE t"),
    ("mysql", "SELECT * FROM t LOCK IN SHARE MODE"), ("mysql", "SELECT 1 /*M!100100 INTO OUTFILE '/tmp/x' */"),
    ("mysql", "CALL p()"), ("mysql", "SHOW TABLES"), ("sqlserver", "SELECT * INTO #b FROM t"),
    ("sqlserver", "EXEC sp_who"),
    ("oracle", "SELECT a FROM t FOR UPDATE"), ("oracle", "BEGIN p; END;"), ("postgresql", "(" * 5000),
]  # fmt: skip


@pytest.mark.parametrize("kind, query", READS)
def test_a_query_that_reads_is_sent_as_it_was_written(kind: Kind, query: str) -> None:
    relation = query_relation(query, kind, "erp")
    if kind != "sqlserver":
        assert query.strip().rstrip("; ") in relation.source


@pytest.mark.parametrize("kind, query", WRITES)
def test_a_query_that_writes_locks_or_cannot_be_understood_is_refused(
    kind: Kind, query: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(CustrataError) as caught:
        query_relation(query, kind, "erp")
    assert [p.code for p in caught.value.problems] == ["E-DB-014"]
    assert not caplog.records


def test_sql_server_gets_the_with_in_front_and_no_bare_order() -> None:
    relation = query_relation("WITH a AS (SELECT 1 AS x) SELECT x FROM a ORDER BY x -- done?", "sqlserver", "erp")
    assert relation.select("[x]", "[x] > ?") == (
        "WITH a AS (SELECT 1 AS x) SELECT [x] FROM (SELECT x FROM a) [q_] WHERE [x] > ?"
    )
    kept = query_relation("SELECT TOP 3 x FROM a ORDER BY x", "sqlserver", "erp").source
    assert "ORDER BY" in kept and "TOP 3" in kept


@pytest.mark.parametrize("text", ["", "soon", "-3 days", "3 months", "1.5 days", "3 days ago"])
def test_what_is_no_look_back_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_look_back(text)


def test_a_source_has_a_label_that_says_which_it_is() -> None:
    assert DatabaseSpec("erp", schema="Sales", table="Lines").label == "erp: Sales.Lines"
    first, second = (DatabaseSpec("erp", query=f"SELECT {i}").label for i in (1, 2))
    assert first != second and first.startswith("erp: query ")
