"""E-mail addresses in the spelling under which their provider delivers them; placeholders are none."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

from custrata.core.identity.words import words

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
_LONG = 400


def parse_emails(value: str | None) -> tuple[str, ...]:
    """The addresses in a cell, each once, in alphabetical order; empty where there is none.

    Case falls away. What stands behind a plus is taken off, and dots within Gmail names, only where the provider is
    known to deliver both to one box. Addresses of no one (test@test.com, 123456@qq.com, noreply@…) are none.

    >>> parse_emails("Zhang.San+shop@GMail.com；<ZS@Firma.de>")
    ('zhangsan@gmail.com', 'zs@firma.de')
    >>> parse_emails("a+b@firma.de"), parse_emails("test@test.com"), parse_emails("无")
    (('a+b@firma.de',), (), ())
    """
    if not value or "@" not in (text := unicodedata.normalize("NFKC", value[:_LONG]).casefold()):
        return ()
    found = (_one(m[0]) for m in _ADDRESS.finditer(text.replace("mailto:", " ")))
    return tuple(sorted({a for a in found if a}))


@lru_cache(maxsize=1)
def _rules() -> dict[str, Any]:
    rules = words()["email"]
    sets = {k: frozenset(rules[k]) for k in ("plus_tags", "no_dots", "nowhere", "nobody", "public", "nowhere_endings")}
    return {**sets, "same": rules["same"]}


def _one(address: str) -> str | None:
    rules = _rules()
    name, _, domain = address.rpartition("@")
    name, domain = name.strip(".'"), domain.strip(".")
    domain = rules["same"].get(domain, domain)
    if domain in rules["plus_tags"]:
        name = name.split("+")[0]
    if domain in rules["no_dots"]:
        name = name.replace(".", "")
    ending = domain.rpartition(".")[2]
    if not name or name in rules["nobody"] or domain in rules["nowhere"] or ending in rules["nowhere_endings"]:
        return None
    return None if ending.isdigit() or (len(set(name)) == 1 and len(name) > 2) else f"{name}@{domain}"


def own_domain(address: str) -> str | None:
    """The domain, where it is an organisation's own and not a provider's for everybody.

    >>> own_domain("zs@firma.de"), own_domain("zs@qq.com")
    ('firma.de', None)
    """
    domain = address.rpartition("@")[2]
    return None if domain in _rules()["public"] else domain
