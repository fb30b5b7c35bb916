"""Progress for work that takes longer than a second: one line on the terminal that says what is being done."""

from __future__ import annotations

import sys
import threading
from typing import Any

from custrata.locale import Lang, source_title, text

_PATIENCE = 1.0


class Steps:
    """Told of each step; shows a spinner on stderr once a second has passed. Silent where stderr is no terminal."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang
        self._words = ""
        self._status: Any = None
        self._timer = threading.Timer(_PATIENCE, self._show)
        self._timer.daemon = True
        self._lock = threading.Lock()

    def __call__(self, step: str, /, **values: Any) -> None:
        named = {k: source_title(v, self._lang) if k == "source" else v for k, v in values.items()}
        self._words = text(f"cli.step_{step}", self._lang, **named)
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
