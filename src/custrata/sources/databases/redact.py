"""Takes credentials out of what drivers say, before anybody reads or records it."""

from __future__ import annotations

import re
from urllib.parse import quote, quote_plus

from custrata.sources.databases.connections import Connection

_URL = re.compile(r"(\w+://)[^\s/@]*(?::[^\s@]*)?@")
_PAIR = re.compile(r"(?i)\b(password|passwd|pwd)\s*=\s*(\{[^}]*\}|'[^']*'|\"[^\"]*\"|[^\s;,]+)")
_LONGEST = 400
_SHORT = 4
"""A password of fewer characters is a part of many words, and blotting it out there would spell it."""


def redacted(message: str, connection: Connection) -> str:
    """The first lines of a driver's message as one line, without password and user.

    The password goes wherever it stands, in any of the ways in which it is written in a URL; the user only as a
    word, because users are called `sa`. Anything that looks like a URL with credentials, or like `password=`, goes too.

    >>> from pydantic import SecretStr
    >>> ann = Connection("erp", "mysql", "db", 3306, "shop", "ann", SecretStr("p@ss"))
    >>> redacted("no annexe for ann at mysql://ann:p%40ss@db", ann)
    'no annexe for *** at mysql://***@db'
    """
    text = " ".join(line.strip() for line in str(message).splitlines() if line.strip())
    for secret in (connection.password.get_secret_value(), connection.wallet_password.get_secret_value()):
        for form in {secret, quote(secret, ""), quote(secret), quote_plus(secret)} - {""}:
            whole = len(form) < _SHORT
            text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", "***", text) if whole else text.replace(form, "***")
    text = _PAIR.sub(r"\1=***", _URL.sub(r"\1***@", text))
    if connection.user:
        text = re.sub(rf"(?<!\w){re.escape(connection.user)}(?!\w)", "***", text)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"
