"""The token of the first visit: who can read the workspace's files, or the terminal, may become its administrator."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from custrata.web.site import secret_of


def welcome_token(home: Path) -> str:
    """It follows from the workspace's secret, so that it needs no place of its own."""
    return hmac.new(secret_of(home, None).encode(), b"custrata welcome", hashlib.sha256).hexdigest()[:32]
