"""The password once more, of somebody who is logged in: before what a stolen session must not be enough for."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate

from custrata.web.page import Request
from custrata.web.refusals import refused


def knows_password(request: Request, field: str) -> bool:
    """Whether the form has the reader's password. Wrong ones count as at the door, so that who found an open browser,
    or stole its session, cannot try them out."""
    said: Any = request
    user = authenticate(said, username=request.user.get_username(), password=request.POST.get(field, ""))
    if user is None:
        locked = getattr(request, "axes_locked_out", False)
        refused("locked out" if locked else "password refused", request.sight.name, request)
    return user is not None and user.pk == request.user.pk
