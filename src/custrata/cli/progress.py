"""Progress for work that takes longer than a second: one line on the terminal that says what is being done."""

from __future__ import annotations

import sys
import threading
from typing import Any

from custrata.locale import Lang
from custrata.usecases import steps

_PATIENCE = 1.0


class Steps:
    """Told of each step; shows a spinner on stderr once a second has passed. Silent where stderr is no terminal,
    unless whoever started the process reads its steps (`usecases.steps`)."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang
        self._words = ""
        self._status: Any = None
        self._timer = threading.Timer(_PATIENCE, self._show)
        self._timer.daemon = True
        self._lock = threading.Lock()

    def __call__(self, step: str, /, **values: Any) -> None:
        self._words = steps.words(step, self._lang, **values)
        if steps.wanted():
            steps.line(self._words)
        with self._lock:
            if self._status is not None:
                self._status.update(self._words)

    def __enter__(self) -> Steps:
        if sys.stderr.isatty():
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            if self._status is not None:
                self._status.stop()
                self._status = None

    def _show(self) -> None:
        from rich.console import Console

        with self._lock:
            self._status = Console(stderr=True).status(self._words)
            self._status.start()
