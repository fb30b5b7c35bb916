"""`python -m custrata.web.child MEMORY COMPUTING MODULE …`: runs a module within limits, and ends with its runner.

The runner holds the other end of standard input. When it is killed, that end closes, and so nobody's work goes on
unwatched. Limits are those of the operating system; where it has none, they are not set.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def _end_with_runner() -> None:
    """Waits for the end of standard input, then ends this process and all that it started."""
    try:
        while os.read(0, 1):
            pass
    except OSError:
        pass
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _limit(memory: int, computing: int) -> None:
    """Sets address space (MiB) and seconds of computing; 0 is no limit."""
    try:
        import resource
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_AS, memory << 20), (resource.RLIMIT_CPU, computing)):
        if most:
            hard = resource.getrlimit(what)[1]
            resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    memory, computing, module, *arguments = sys.argv[1:]
    _limit(int(memory), int(computing))
    threading.Thread(target=_end_with_runner, daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
