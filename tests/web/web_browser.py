"""A real server and a real browser: `custrata serve` in a process of its own, Chromium without a window."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from web_shops import PASSWORD

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt install chromium")
#: Rules of WCAG 2.2 at levels A and AA.
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
#: Where pictures of pages are put, to be looked at; nowhere where this is not said.
PICTURES = os.environ.get("CUSTRATA_PICTURES")


@dataclass
class Server:
    """A workspace that is served; `welcome` is what it printed, `more` are pages of single things in it."""

    address: str
    welcome: str
    process: subprocess.Popen[str]
    more: dict[str, str] = field(default_factory=dict)


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """`custrata serve` over a folder, on a port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "custrata", "--lang", "en", "serve", str(folder), "--port", str(port), "--no-open"]
    surroundings = {k: v for k, v in os.environ.items() if k not in ("CUSTRATA_STORE_URL", "CUSTRATA_WORKSPACE")}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=surroundings, start_new_session=True
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.search(r"http://\S+", said)
        assert found is not None, said + process.stdout.read()
        address = f"http://127.0.0.1:{port}"
        _wait_for(port)
        yield Server(address, found[0], process)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(port)


@dataclass
class Reader:
    """Somebody before a browser; `wrong` is what the browser complained of."""

    page: Page
    address: str
    wrong: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        answer = self.page.goto(self.address + path)
        assert answer is not None and answer.status < 500, path
        return self.page

    def log_in(self, name: str) -> None:
        self.go("/login/")
        self.page.fill("#username", name)
        self.page.fill("#password", PASSWORD)
        self.page.click("button.main")
        self.page.wait_for_url(lambda url: "/login/" not in url)

    def picture(self, name: str) -> None:
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def reader(browser: Browser, address: str, *, lang: str = "zh-CN", width: int = 1280, dark: bool = False) -> Reader:
    """A browser of somebody's own; everything it complains of is noted, and requests to anywhere else."""
    context: Any = browser.new_context(
        viewport={"width": width, "height": 900}, locale=lang, color_scheme="dark" if dark else "light"
    )
    found = Reader(context.new_page(), address)
    found.page.on("console", lambda m: found.wrong.append(f"{m.type}: {m.text}") if m.type == "error" else None)
    found.page.on("pageerror", lambda e: found.wrong.append(str(e)))
    found.page.on(
        "request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else found.wrong.append(r.url)
    )
    return found


def sins(page: Any) -> list[str]:
    """What axe finds: rule, and the elements that break it."""
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{v['id']}: {[n['target'] for n in v['nodes']][:4]}" for v in found]
