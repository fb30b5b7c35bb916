"""What was decided and who did what stays as it was written down, whoever asks: the database itself refuses."""

from __future__ import annotations

import sqlite3
from typing import Any

import psycopg
import pytest
from store_places import NOON, Place, override, plan, refused

from custrata.core.store import AuditEntry, Verdict
from custrata.store import models
from custrata.store.store import DjangoStore

REFUSED = (sqlite3.IntegrityError, psycopg.errors.RestrictViolation)
LASTING = {"store_verdict": models.Verdict, "store_override": models.Override, "store_auditentry": models.AuditEntry}


@pytest.fixture
def store(place: Place) -> DjangoStore:
    found = place.open()
    with found.transaction():
        found.add_plan(plan("p1"))
        found.add_verdict(Verdict("p1", False, "ann", NOON))
        found.add_override(override("C7"))
        ended = found.add_override(override("C8"))
        found.end_override(ended.id, NOON, "bob")
        found.record(AuditEntry(NOON, "ann", "reject", "p1"))
    return found


def _everything(place: Place) -> list[list[tuple[Any, ...]]]:
    return [place.sql(f"SELECT * FROM {table} ORDER BY id") for table in LASTING]


@pytest.mark.parametrize("table", LASTING)
def test_no_column_of_any_row_can_be_changed_behind_the_stores_back(
    place: Place, store: DjangoStore, table: str
) -> None:
    before = _everything(place)
    for field in LASTING[table]._meta.get_fields():
        values = {"ended_at": "'2030-01-01'", "ended_by": "'eve'", "id": "id + 100", "until": "'2030-01-01'"}
        kinds = {"BigAutoField": "id + 100", "BooleanField": "NOT approved", "JSONField": "'{}'"}
        text = "'2030-01-01'" if field.get_internal_type() in ("DateField", "DateTimeField") else "'p2'"
        value = values.get(field.name) or kinds.get(field.get_internal_type(), text)
        where = "WHERE ended_at IS NOT NULL" if field.name == "ended_at" else ""
        with pytest.raises(REFUSED, match="stay as they were added"):
            place.sql(f"UPDATE {table} SET {field.column} = {value} {where}")
    assert _everything(place) == before


@pytest.mark.parametrize("table", LASTING)
def test_no_row_can_be_deleted_or_replaced_behind_the_stores_back(
    place: Place, store: DjangoStore, table: str
) -> None:
    before = _everything(place)
    deeds = [f"DELETE FROM {table}", f"DELETE FROM {table} WHERE id = 1"]
    if place.vendor == "postgresql":
        deeds += [f"TRUNCATE {table}", "TRUNCATE store_plan CASCADE"]
        columns = ", ".join(f.column for f in LASTING[table]._meta.get_fields())
        deeds.append(
            f"INSERT INTO {table} SELECT {columns} FROM {table} ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id + 50"
        )
    else:
        deeds += [f"REPLACE INTO {table} SELECT * FROM {table}", f"UPDATE OR REPLACE {table} SET id = 1"]
    for deed in deeds:
        with pytest.raises(REFUSED, match="stay as they were added"):
            place.sql(deed)
    assert _everything(place) == before


def test_an_override_is_ended_once_and_nothing_else_changes_with_it(place: Place, store: DjangoStore) -> None:
    for changed in ("level = 'plain'", "until = '2026-01-01'", "who = 'eve'", "id = 77"):
        with pytest.raises(REFUSED):
            place.sql(f"UPDATE store_override SET ended_at = '2026-04-01', {changed} WHERE customer_id = 'C7'")
    place.sql("UPDATE store_override SET ended_at = '2026-04-01 00:00:00', ended_by = 'bob' WHERE customer_id = 'C7'")
    for changed in ("ended_at = NULL", "ended_at = '2027-01-01'", "ended_by = 'eve'"):
        with pytest.raises(REFUSED):
            place.sql(f"UPDATE store_override SET {changed} WHERE customer_id = 'C7'")
    assert store.overrides(customer_id="C7")[0].ended_by == "bob"


@pytest.mark.parametrize("table", LASTING)
def test_the_models_refuse_too(store: DjangoStore, table: str) -> None:
    rows = LASTING[table].objects.using(store._alias)
    row = rows.first()
    row.who = "eve"
    changes = [lambda: rows.update(who="eve"), lambda: rows.bulk_update([row], ["who"])]
    for deed in (row.save, row.delete, rows.delete, *changes):
        with refused("E-STORE-020"), store.transaction():
            deed()
    assert rows.first().who != "eve"


def test_a_trigger_that_fires_is_told_by_its_code(store: DjangoStore) -> None:
    """Django's own way around the model, which only the database stops."""
    row = models.AuditEntry.objects.using(store._alias).first()
    with refused("E-STORE-020"), store.transaction():
        store.record(AuditEntry(NOON, "ann", "apply", "p1"))
        _through(store, f"DELETE FROM store_auditentry WHERE id = {row.id}")
    assert [e.verb for e in store.audit()] == ["reject"]


def _through(store: DjangoStore, sql: str) -> None:
    from django.db import connections

    from custrata.store.faults import told

    with told("here"), connections[store._alias].cursor() as cursor:
        cursor.execute(sql)


def test_states_and_kinds_are_of_the_known_ones(place: Place, store: DjangoStore) -> None:
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.CheckViolation)):
        place.sql("UPDATE store_plan SET state = 'whatever'")
    with refused("E-STORE-013"), store.transaction():
        store.mark_plan("p1", "whatever")  # type: ignore[arg-type]
    assert store.plans()[0].state == "open"
