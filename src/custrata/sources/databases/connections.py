"""Decides where a named database is and with which credentials: from the environment or from a file, nowhere else."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import SecretStr

from custrata.core.errors import CustrataError, Problem, did_you_mean

Kind = Literal["postgresql", "mysql", "sqlserver", "oracle"]

FILE_VARIABLE, VARIABLE = "CUSTRATA_CONNECTIONS", "CUSTRATA_DB_"
_KINDS: dict[str, Kind] = {
    "postgresql": "postgresql", "postgres": "postgresql", "mysql": "mysql", "mariadb": "mysql",
    "mssql": "sqlserver", "sqlserver": "sqlserver", "oracle": "oracle",
}  # fmt: skip
_PORTS: dict[Kind, int] = {"postgresql": 5432, "mysql": 3306, "sqlserver": 1433, "oracle": 1521}
_OWN = ("url", "kind", "host", "port", "database", "user", "password", "password_file", "timeout",
        "connect_timeout", "wallet_password")  # fmt: skip
OPTIONS: dict[Kind, tuple[str, ...]] = {
    "postgresql": ("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "target_session_attrs", "gssencmode",
                   "channel_binding", "hostaddr", "krbsrvname", "passfile", "service"),
    "mysql": ("ssl_mode", "ssl_ca", "ssl_cert", "ssl_key", "charset", "unix_socket"),
    "sqlserver": ("encrypt", "trust_server_certificate", "host_name_in_certificate", "authentication"),
    "oracle": ("sid", "dsn", "protocol", "wallet_location", "config_dir"),
}  # fmt: skip
"""Further settings of each kind of database, named as its own tools name them."""


@dataclass(frozen=True)
class Connection:
    """How to reach one database. The password never shows in `repr`; `notes` are warnings for the user.

    `timeout` is how many seconds one load may take, `connect_timeout` how many a server may take to answer.
    """

    name: str
    kind: Kind
    host: str
    port: int
    database: str
    user: str = ""
    password: SecretStr = field(default_factory=lambda: SecretStr(""))
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: int = 3600
    connect_timeout: int = 15
    notes: tuple[Problem, ...] = ()
    wallet_password: SecretStr = field(default_factory=lambda: SecretStr(""))

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"


def resolve(name: str, base: Path, environ: Mapping[str, str] | None = None) -> Connection:
    """The connection that a scheme calls `name`.

    Looks at CUSTRATA_DB_<NAME> (a URL; upper case, anything but letters and digits as _), then in the TOML file that
    CUSTRATA_CONNECTIONS names, or else in `.custrata/connections.toml` of the workspace `base`: one table a
    connection, with `url`, or with `kind`, `host`, `port`, `database`, `user` and `password` or `password_file`.
    A file that others than its owner can read is noted (E-DB-003).
    Errors: E-DB-001 unknown name, E-DB-002 the file cannot be read, E-DB-004 what it says makes no connection,
    E-DB-022 a URL for a name.

    >>> found = resolve("erp", Path("."), {"CUSTRATA_DB_ERP": "postgresql://ann:s3cret@db.example/shop"})
    >>> found.address, found.database, "s3cret" in repr(found)
    ('db.example:5432', 'shop', False)
    """
    environ = os.environ if environ is None else environ
    if "://" in name or "@" in name:
        raise CustrataError(Problem("E-DB-022", "database", {}))
    variable = variable_of(name)
    if variable and environ.get(variable):
        return _connection(name, {"url": environ[variable]}, variable, None)
    file = _file(base, environ)
    entries = _entries(file)
    if name in entries:
        place = f"{file} [{name}]"
        entry = entries[name]
        return _connection(name, {"url": entry} if isinstance(entry, str) else entry, place, file)
    known = sorted({*entries, *(v[len(VARIABLE) :].lower() for v in environ if v.startswith(VARIABLE))})
    header = f"[{name}]" if re.fullmatch(r"[A-Za-z0-9_-]+", name) else f'["{name}"]'
    values = {
        "name": name, "header": header, "known": ", ".join(known) or "–", "variable": variable or f"{VARIABLE}…",
        "file": str(file), "suggestion": did_you_mean(name, known),
    }  # fmt: skip
    raise CustrataError(Problem("E-DB-001", "database", values))


def variable_of(name: str) -> str:
    """The environment variable of a connection, or '' where its name holds no ASCII letter or digit.

    >>> variable_of("erp-east")
    'CUSTRATA_DB_ERP_EAST'
    """
    plain = re.sub(r"[^A-Za-z0-9]", "_", name).upper()
    return VARIABLE + plain if plain.strip("_") else ""


def _file(base: Path, environ: Mapping[str, str]) -> Path:
    named = environ.get(FILE_VARIABLE)
    return Path(named).expanduser() if named else base / ".custrata" / "connections.toml"


def _entries(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        reason = error.strerror or type(error).__name__
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        # The message of a TOML error may quote what stands there, and that may be a password.
        place = re.search(r"at line \d+, column \d+", str(error))
        reason = f"TOML {place[0]}" if place else "TOML"
    raise CustrataError(Problem("E-DB-002", str(file), {"reason": reason}))


def _connection(name: str, entry: Any, place: str, file: Path | None) -> Connection:
    if not isinstance(entry, Mapping):
        raise _wrong(place, "url")
    notes = [_open_to_others(file)] if file else []
    given = {str(k): v for k, v in entry.items()}
    if "url" in given:
        given = {**_from_url(str(given.pop("url")), place), **given}
    kind = _KINDS.get(str(given.get("kind", "")).partition("+")[0].lower())
    if kind is None:
        raise _wrong(place, "kind", _KINDS)
    for key in given:
        if key not in _OWN and key not in OPTIONS[kind]:
            raise _wrong(place, key, [*_OWN, *OPTIONS[kind]])
    if "password_file" in given and "password" not in given:
        path = (file.parent if file else Path()) / Path(str(given["password_file"])).expanduser()
        try:
            given["password"] = path.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise _wrong(place, "password_file") from None
        notes.append(_open_to_others(path))
    options = {k: str(v) for k, v in given.items() if k in OPTIONS[kind]}
    elsewhere = any(k in options for k in ("dsn", "unix_socket", "service"))
    for needed in ("host", "database"):
        if not given.get(needed) and not elsewhere and not (needed == "database" and "sid" in options):
            raise _wrong(place, needed)
    numbers = {}
    for key, default in (("port", _PORTS[kind]), ("timeout", 3600), ("connect_timeout", 15)):
        value = given.get(key, default)
        if isinstance(value, bool) or not str(value).isdecimal() or int(value) < 1:
            raise _wrong(place, key)
        numbers[key] = int(value)
    return Connection(
        name, kind, str(given.get("host", "")), numbers["port"], str(given.get("database", "")),
        str(given.get("user", "")), SecretStr(str(given.get("password", ""))), options, numbers["timeout"],
        numbers["connect_timeout"], tuple(note for note in notes if note),
        SecretStr(str(given.get("wallet_password", ""))),
    )  # fmt: skip


def _from_url(url: str, place: str) -> dict[str, Any]:
    """The parts of `kind://user:password@host:port/database?option=value`; what is special is written as %40."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # The message of the error would quote the URL.
        raise _wrong(place, "url") from None
    found: dict[str, Any] = {
        "kind": parts.scheme, "host": parts.hostname, "port": port, "database": unquote(parts.path.lstrip("/")),
        "user": unquote(parts.username or ""), "password": unquote(parts.password or ""),
    }  # fmt: skip
    found = {k: v for k, v in found.items() if v}
    # `?password=…` is as good as in front of the host, `?url=` would go round in circles.
    return {**found, **{k: v for k, v in parse_qsl(parts.query) if k != "url"}}


def _open_to_others(file: Path | None) -> Problem | None:
    """A note where others than the owner may read a file of credentials; Windows has no such bits."""
    if file is None or os.name != "posix":
        return None
    mode = stat.S_IMODE(file.stat().st_mode)
    return Problem("E-DB-003", str(file), {"mode": f"{mode:o}"}) if mode & 0o077 else None


def _wrong(place: str, key: str, known: Any = ()) -> CustrataError:
    """Names the key and never its value: a value out of place may be the password."""
    listed = ", ".join(known)
    values = {"key": key, "known": listed or "kind://user:password@host:port/database", "suggestion": ""}
    values["suggestion"] = did_you_mean(key, known)
    return CustrataError(Problem("E-DB-004", place, values))
