"""The application as any WSGI server takes it: `custrata.web.wsgi:application`, with CUSTRATA_WORKSPACE set."""

from __future__ import annotations

import multiprocessing
import os
import threading
from functools import cache
from typing import Any

from custrata.web import setup
from custrata.web.site import enter_from_environment


def application(environ: Any, start_response: Any) -> Any:
    """Answers one request; the first one makes the application, unless the server asked for it before."""
    return made()(environ, start_response)


@cache
def made() -> Any:
    """The application over the workspace that the environment names, with its static files."""
    setup()
    enter_from_environment()
    from django.core.handlers.wsgi import WSGIHandler
    from whitenoise import WhiteNoise

    from custrata.web.show import static_folders

    # An address changes with the bytes behind it, so a browser may keep them for good.
    served = WhiteNoise(WSGIHandler(), max_age=31_536_000)
    for prefix, folder in static_folders().items():
        served.add_files(str(folder), prefix=f"static/{prefix}/")
    return served


def _end_with(starter: Any) -> None:
    """Ends when the process that started this one does, killed or not: else it would keep the port, and work that is
    asked for would wait for a runner that is no more."""
    starter.join()
    os._exit(1)


# At import, for the server may be killed before the first request; only a process that another one started has one.
if (starter := multiprocessing.parent_process()) is not None:
    threading.Thread(target=_end_with, args=(starter,), daemon=True).start()
