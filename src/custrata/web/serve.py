"""`custrata serve`: starts the server over a workspace, and the process that does its long work."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from custrata.core.errors import CustrataError, Problem
from custrata.web.jobs.keeper import runner_beside
from custrata.web.site import HOSTS, HTTPS, PROXY, WORKSPACE, enter_from_environment, has_administrator
from custrata.web.welcome import welcome_token

#: Threads that answer; a page waits for DuckDB most of its time, and DuckDB uses all cores.
_THREADS = 8


@dataclass(frozen=True)
class Place:
    """Where to serve: an address and port, names browsers may call it by, and a certificate for HTTPS."""

    host: str = "127.0.0.1"
    port: int = 8400
    names: tuple[str, ...] = ()
    certificate: Path | None = None
    key: Path | None = None
    behind_https: bool = False
    """Something in front of it speaks HTTPS with browsers."""

    @property
    def secure(self) -> bool:
        return self.certificate is not None or self.behind_https

    @property
    def loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def serve(folder: Path, place: Place, told: Callable[[str, str], None]) -> None:
    """Serves until it is stopped. `told` gets the address to open, and `welcome` where nobody has an account yet, else
    `ready`.

    Errors: E-WEB-003 the port is taken; E-WEB-004 others could reach a workspace that has no administrator; E-WEB-005
    the secret is too weak; E-WEB-006 the server is not installed; those of the store.
    """
    try:
        from granian.constants import Interfaces
        from granian.log import LogLevels
        from granian.server import Server
    except ImportError as error:
        raise CustrataError(Problem("E-WEB-006", "", {"module": error.name or "granian"})) from None
    os.environ[WORKSPACE] = str(folder.resolve())
    os.environ[HOSTS] = ",".join(_names(place))
    if place.secure:
        os.environ[HTTPS] = PROXY if place.behind_https else "1"
    here = enter_from_environment()
    first = not has_administrator()
    if first and not place.loopback:
        raise CustrataError(Problem("E-WEB-004", "", {"host": place.host}))
    _require_free(place)
    shown = "localhost" if place.host in ("0.0.0.0", "::") else place.host
    start = f"{'https' if place.secure else 'http'}://{shown}:{place.port}/"
    door = f"welcome/?token={welcome_token(here.workspace.home)}" if first else ""
    told(start + door, "welcome" if first else "ready")
    with runner_beside():
        Server(
            "custrata.web.wsgi:application", address=place.host, port=place.port, interface=Interfaces.WSGI, workers=1,
            blocking_threads=_THREADS, ssl_cert=place.certificate, ssl_key=place.key, log_access=False,
            websockets=False, log_level=LogLevels.error,
        ).serve()  # fmt: skip


def _names(place: Place) -> Sequence[str]:
    """What browsers may call this server: as told; on all addresses also by this machine's names and addresses."""
    if place.loopback:
        return place.names
    own = {place.host} if place.host not in ("0.0.0.0", "::") else {socket.gethostname(), socket.getfqdn()}
    if place.host in ("0.0.0.0", "::"):
        with suppress(OSError):
            own |= {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None)}
    return (*place.names, *sorted(own))


def _require_free(place: Place) -> None:
    """Says at once that a port is taken, before anything is started."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((place.host, place.port))
        except OSError as error:
            values = {"host": place.host, "port": place.port, "why": error.strerror or str(error)}
            raise CustrataError(Problem("E-WEB-003", "", values)) from error
