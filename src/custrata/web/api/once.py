"""A change that is sent again, because the answer got lost, is not made again: `Idempotency-Key`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError
from django.db.transaction import atomic
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Status

from custrata.core.errors import CustrataError, Problem
from custrata.web.models import Sent

#: How long an answer is remembered, after how long nobody is still working on one, and how long a key may be.
_REMEMBERED, _GIVEN_UP = timedelta(days=2), timedelta(minutes=10)
_KEY = 200


def once(request: Any, act: Callable[[], Any]) -> Any:
    """Acts, or gives the answer that was given to the same key of the same asker before: a token, or a user with a
    browser. Two programs of one user never meet. Errors: E-WEB-062 a key that is too long;
    E-WEB-063 the key came with another request; E-WEB-064 the first one is not answered yet."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return act()
    if len(key) > _KEY:
        raise CustrataError(Problem("E-WEB-062", "Idempotency-Key", {"most": _KEY}))
    said = hashlib.sha256(b"\0".join((request.method.encode(), request.get_full_path().encode(), request.body)))
    now = timezone.now()
    Sent.objects.filter(at__lt=now - _REMEMBERED).delete()
    Sent.objects.filter(at__lt=now - _GIVEN_UP, status=None).delete()  # the server was killed before it answered
    try:
        with atomic():
            sent = Sent.objects.create(who=request.asker, key=key, digest=said.hexdigest())
    except IntegrityError:
        return _again(Sent.objects.filter(who=request.asker, key=key).first(), said.hexdigest())
    try:
        answer = act()
    except BaseException:
        sent.delete()  # it was refused: what is mended may be sent under the same key
        raise
    if isinstance(answer, HttpResponse):
        if answer.status_code >= 400:
            sent.delete()
        return answer
    status, body = (answer.status_code, answer.value) if isinstance(answer, Status) else (200, answer)
    Sent.objects.filter(pk=sent.pk).update(status=status, body=body)
    return answer


def _again(sent: Any, digest: str) -> HttpResponse:
    if sent is not None and sent.digest != digest:
        raise CustrataError(Problem("E-WEB-063", "Idempotency-Key", {}))
    if sent is None or sent.status is None:  # none: it was refused just now, and may be tried again
        raise CustrataError(Problem("E-WEB-064", "Idempotency-Key", {}))
    return JsonResponse(sent.body, status=sent.status, safe=False, json_dumps_params={"ensure_ascii": False})
