"""A server that is killed leaves nothing behind that would keep its port."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import pytest
from web_browser import server


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="kills by signals")
def test_whoever_answers_ends_with_the_server_that_is_killed_before_anybody_asked(tmp_path: Path) -> None:
    with server(tmp_path) as served:
        port = int(served.address.rpartition(":")[2])
        os.kill(served.process.pid, signal.SIGKILL)
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) != 0:
                    break
            time.sleep(0.1)
        else:
            pytest.fail(f"port {port} still answers ten seconds after the server was killed")
