"""`custrata serve` in a process of its own, and browsers without a window that are logged in to it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from benchmarks.entrants import ROOT
from benchmarks.measure import environment
from benchmarks.web_questions import Asked

_PASSWORD = "a long enough password"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Served:
    """A server over a workspace, and the session of its administrator."""

    port: int
    pid: int
    cookie: str
    csrf: str

    def ask(self, asked: Asked) -> float:
        """Seconds that a page takes. Raises RuntimeError where it does not come."""
        headers = {"Cookie": self.cookie, "X-CSRFToken": self.csrf, **({"HX-Request": "true"} if asked.part else {})}
        start = time.perf_counter()
        status, _, text = _request(self.port, asked.path, headers, asked.form)
        taken = time.perf_counter() - start
        if status != 200:
            raise RuntimeError(f"{asked.path}: {status} {text[:300]}")
        return taken

    def busy(self) -> float:
        """Processor seconds of the server and its children until now."""
        return sum(_ticks(pid) for pid in self._family()) / _TICKS

    def memory(self) -> dict[str, int]:
        """Megabytes: of the process that draws pages now, its greatest until now, and of everything that runs."""
        held = {pid: _status(pid, "VmRSS") for pid in self._family()}
        pages = max(held, key=lambda pid: held[pid])
        found = {"pages": held[pages], "pages_peak": _status(pages, "VmHWM"), "all": sum(held.values())}
        return {name: kb // 1024 for name, kb in found.items()}

    def _family(self) -> list[int]:
        found, parents = [self.pid], {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                try:
                    parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                except OSError:  # it ended
                    continue
        for one in found:
            found += [pid for pid, parent in parents.items() if parent == one]
        return found


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def _status(pid: int, name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


@contextmanager
def serving(shop: Path) -> Iterator[Served]:
    """A server over a workspace, for as long as it is measured."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "custrata", "serve", str(shop), "--port", str(port), "--no-open"]
    server = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True, env=environment()
    )
    try:
        assert server.stdout is not None
        said = server.stdout.readline()
        _wait_for(port)
        yield Served(port, server.pid, *_logged_in(port, re.search(r"token=(\w+)", said)))
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def _wait_for(port: int) -> None:
    """Until the server takes connections."""
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(port)


def _logged_in(port: int, token: re.Match[str] | None) -> tuple[str, str]:
    """The cookies of the administrator, who is made where there is none yet, and what forms must say."""
    path = f"/welcome/?token={token[1]}" if token else "/login/"
    _, cookies, text = _request(port, path, {})
    body = {"csrfmiddlewaretoken": _csrf(text), "username": "bench", "password": _PASSWORD, "again": _PASSWORD}
    body |= {"token": token[1]} if token else {}
    _, more, _ = _request(port, path.split("?")[0], {"Cookie": "; ".join(cookies.values())}, urlencode(body))
    cookie = "; ".join({**cookies, **more}.values())
    return cookie, _csrf(_request(port, "/tokens/", {"Cookie": cookie})[2])


def _csrf(text: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
    assert found is not None, text[:500]
    return found[1]


def _request(port: int, path: str, headers: dict[str, str], body: str = "") -> tuple[int, dict[str, str], str]:
    """Status, cookies by their name, and text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request("POST" if body else "GET", quote(path, safe="/?=&%.-_"), body or None, {**headers, **form})
    answer = connection.getresponse()
    said = [c.split(";")[0].strip() for c in answer.headers.get_all("set-cookie") or []]
    found = answer.status, {c.split("=")[0]: c for c in said}, answer.read().decode()
    connection.close()
    return found
