"""The second factor: a code from a telephone beside the password, for whoever wants it.

Codes are time-based (RFC 6238); each counts once, wrong ones make the next try wait longer. Eight spare codes, each
good once, are for the day when the telephone is lost; after that an administrator takes the second factor away.
"""

from __future__ import annotations

import base64
import secrets
import time
from typing import Any

import segno
from django.contrib.auth.models import User
from django.db.transaction import atomic
from django.utils.crypto import constant_time_compare
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from markupsafe import Markup

from custrata.web.trail import record

_SPARE = 8
#: In the session of somebody whose password was right and whose code is still to come: who, until when, and what stands
#: for the password that was right, so that a new one ends it.
HALFWAY = "custrata_halfway"
PATIENCE = 300


def is_on(user: Any) -> bool:
    """Whether a password alone does not let this user in."""
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def halfway(request: Any, user: Any, target: str) -> None:
    """Notes in the session that the password was right: the code is to come within five minutes."""
    until, password = time.time() + PATIENCE, user.get_session_auth_hash()
    request.session[HALFWAY] = {"user": user.pk, "until": until, "next": target, "password": password}


def who_is_halfway(request: Any) -> tuple[Any, str] | None:
    """Whose code is to come, and where they want to go; null where nobody's is, or no longer: they waited too long,
    were shut out, or got a new password."""
    said = request.session.get(HALFWAY) or {}
    user = User.objects.filter(pk=said.get("user"), is_active=True).first()
    if user is None or said.get("until", 0) < time.time():
        return None
    if not constant_time_compare(said.get("password", ""), user.get_session_auth_hash()):
        return None
    return user, said.get("next", "/")


def begin(user: Any) -> Any:
    """A secret that is not in force before a code from it was given; one that was begun before is gone on with."""
    found = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return found or TOTPDevice.objects.create(user=user, name="telephone", confirmed=False)


def secret_text(device: Any) -> str:
    """The secret for typing in, in groups of four."""
    text = base64.b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def picture(device: Any) -> Markup:
    """The QR code that a telephone reads: SVG on white, so that it can be read in the dark too."""
    drawn = segno.make(device.config_url, error="m")
    return Markup(drawn.svg_inline(scale=4, border=3, light="#ffffff", dark="#000000", omitsize=False, svgclass="qr"))


def confirm(user: Any, code: str) -> list[str] | None:
    """Puts the second factor into force if the code is right, and gives the spare codes, which are shown this once;
    null where it is not."""
    with atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
        if device is None or not device.verify_token(_plain(code)):
            return None
        device.confirmed = True
        device.save()
        spare = StaticDevice.objects.create(user=user, name="spare")
        codes = [secrets.token_hex(5) for _ in range(_SPARE)]
        for one in codes:
            spare.token_set.create(token=one)
        record(user.get_username(), "second factor on", user.get_username())
    return codes


def accepts(user: Any, code: str) -> bool:
    """Whether a code, or a spare one, lets this user in; each does once, and wrong ones make the next try wait."""
    said = _plain(code)
    with atomic():
        for kind in (TOTPDevice, StaticDevice):
            for device in kind.objects.select_for_update().filter(user=user, confirmed=True):
                if device.verify_token(said):
                    return True
    return False


def take_away(user: Any, who: str) -> None:
    """The password alone lets this user in again."""
    with atomic():
        gone = [kind.objects.filter(user=user).delete()[0] for kind in (TOTPDevice, StaticDevice)]
        if any(gone):
            record(who, "second factor off", user.get_username())


def _plain(code: str) -> str:
    return "".join(code.split())[:32]
