"""The tables. Audit entries, verdicts and overrides refuse to be changed or deleted, here and by triggers.

Every text is unbounded, so that a value fits on PostgreSQL where it fits on SQLite.
"""

from __future__ import annotations

from typing import Any, get_args

from django.db import models

from custrata.core.errors import CustrataError, Problem
from custrata.core.store import OverrideKind, PlanState, RunState
from custrata.store.configure import configured

# So that this module can be imported by itself, by tests and tools.
configured()


class Run(models.Model):
    """A published run. `seq` is the order of publishing, whatever the clocks said."""

    seq = models.BigAutoField(primary_key=True)
    key = models.TextField(unique=True)
    as_of = models.DateField()
    published_at = models.DateTimeField()
    state = models.TextField()
    base = models.TextField(null=True)
    plan = models.TextField(null=True)
    customers = models.BigIntegerField()
    moves = models.BigIntegerField()
    logic_hash = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=get_args(RunState)), name="store_run_state"),
        ]


class Plan(models.Model):
    """A plan. `seq` is the order in which plans were made."""

    seq = models.BigAutoField(primary_key=True)
    key = models.TextField(unique=True)
    as_of = models.DateField()
    created_at = models.DateTimeField()
    state = models.TextField()
    facts = models.TextField()
    logic_hash = models.TextField()
    overrides = models.TextField()
    base = models.TextField(null=True)
    moves = models.BigIntegerField()
    brakes = models.JSONField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=get_args(PlanState)), name="store_plan_state"),
        ]


class AddedOnly(models.QuerySet):
    """Rows that can be added and read."""

    def update(self, **kwargs: Any) -> int:
        raise _refused(self.model)

    def delete(self) -> tuple[int, dict[str, int]]:
        raise _refused(self.model)


class Lasting(models.Model):
    """A row that stays as it was added."""

    id = models.BigAutoField(primary_key=True)
    objects = AddedOnly.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise _refused(type(self))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise _refused(type(self))


class Verdict(Lasting):
    """What somebody decided about a plan."""

    plan = models.ForeignKey(Plan, models.PROTECT, to_field="key", related_name="verdicts")
    approved = models.BooleanField()
    who = models.TextField()
    at = models.DateTimeField()
    comment = models.TextField()


#: The columns that ending a row sets.
ENDED = ("ended_at", "ended_by")


class EndedOnce(AddedOnly):
    """Rows that can be added, read and ended, once each."""

    def end(self, **kwargs: Any) -> int:
        """Ends those that have not ended; says how many."""
        found: int = models.QuerySet.update(self.filter(ended_at=None), **kwargs)
        return found


class Override(Lasting):
    """A level given by hand."""

    ladder = models.TextField()
    customer_id = models.TextField()
    kind = models.TextField()
    level = models.TextField()
    reason = models.TextField()
    who = models.TextField()
    created_at = models.DateTimeField()
    starts = models.DateField()
    until = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.TextField(default="")

    objects = EndedOnce.as_manager()

    class Meta:
        indexes = [models.Index(fields=["ladder", "customer_id"], name="store_override_customer")]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=get_args(OverrideKind)), name="store_override_kind"),
        ]


class ProfileChange(models.Model):
    """A value of a customer's profile given by hand, or the taking back of one. Personal data, which can be deleted."""

    id = models.BigAutoField(primary_key=True)
    customer_id = models.TextField(db_index=True)
    column = models.TextField()
    old = models.TextField(null=True)
    new = models.TextField(null=True)
    who = models.TextField()
    at = models.DateTimeField()
    reason = models.TextField(default="")
    withdrawn = models.BooleanField(default=False)


class AuditEntry(Lasting):
    """Who did what and when."""

    at = models.DateTimeField()
    who = models.TextField()
    verb = models.TextField()
    subject = models.TextField(db_index=True)
    detail = models.JSONField()


def _refused(model: Any) -> CustrataError:
    return CustrataError(Problem("E-STORE-020", model._meta.db_table, {}))
