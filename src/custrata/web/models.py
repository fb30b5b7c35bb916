"""The tables of the web application, beside those of the store in the same database."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from custrata.web import setup
from custrata.web.access import Role

# So that this module can be imported by itself, by tests and tools.
setup()


class Member(models.Model):
    """What a user may do and how pages are for them."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="member")
    role = models.TextField(choices=[(r.value, r.value) for r in Role])
    scope = models.TextField(default="", blank=True)
    language = models.TextField(default="zh")
    timezone = models.TextField(default="Asia/Shanghai")
    theme = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=[r.value for r in Role]), name="web_member_role"),
        ]


class Token(models.Model):
    """An API token: only a digest of it is kept. It can do what its owner can, within its scopes."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens")
    name = models.TextField()
    start = models.TextField()
    """Its first letters, by which people know it."""
    digest = models.TextField(unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)


class View(models.Model):
    """A list of customers that somebody saved: its filters, columns and order as they stand in the address."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="views")
    name = models.TextField()
    query = models.TextField()
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="web_view_name")]


class Note(models.Model):
    """What somebody wrote about a customer."""

    customer_id = models.TextField(db_index=True)
    who = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    text = models.TextField()


class Job(models.Model):
    """Work that takes longer than a page may: done by a process of its own, watched and ended from the pages."""

    kind = models.TextField()
    arguments = models.JSONField(default=dict)
    who = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    state = models.TextField(default="waiting")
    """waiting, running, done, failed, ended (by hand) or lost."""
    step = models.TextField(default="")
    log = models.TextField(default="")
    result = models.JSONField(default=dict)
    stop = models.BooleanField(default=False)
    """Somebody asked for its end."""
    pid = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "id"], name="web_job_state")]


class Version(models.Model):
    """A version of the scheme that somebody saved."""

    text = models.TextField()
    who = models.TextField()
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField(default="")
    published_at = models.DateTimeField(null=True)
    base = models.ForeignKey("self", models.PROTECT, null=True)
    dropped_at = models.DateTimeField(null=True)
    """A draft that is to come to nothing; it is kept as every version is, and can be taken up again."""


class Sent(models.Model):
    """A change that a program sent with a key, and how it was answered."""

    who = models.TextField()
    key = models.TextField()
    digest = models.TextField()
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    status = models.IntegerField(null=True)
    """Null while it is not answered yet."""
    body = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["who", "key"], name="web_sent_key")]
