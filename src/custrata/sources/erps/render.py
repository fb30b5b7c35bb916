"""The templates of a preset's folder: SQL whose lines that begin with `--%` choose what an installation has.

A parameter written out is always a literal, and a template runs in a sandbox, so that neither a scheme nor a folder
from elsewhere can do more than ask for rows; whether what comes out only reads, the database source checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources.abc import Traversable
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from custrata.core.errors import CustrataError, Problem
from custrata.sources.erps.literals import Kind, Value


class Templates:
    """The SQL files of one folder; they may import macros from each other."""

    def __init__(self, folder: Traversable, kind: Kind, place: str) -> None:
        self._kind, self._place = kind, place

        def read(file: str) -> str | None:
            # Only what lies in the folder itself: a name with a slash could lead elsewhere.
            path = folder / file
            return path.read_text("utf-8") if "/" not in file and "\\" not in file and path.is_file() else None

        self._environment = SandboxedEnvironment(
            loader=FunctionLoader(read), line_statement_prefix="--%", undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True, autoescape=False,
        )  # fmt: skip

    def render(self, file: str, values: Mapping[str, Any], has: Mapping[str, bool]) -> str:
        """The SQL of one file. Errors: E-ERP-007 the template is broken."""
        context = {name: Value(value, self._kind) for name, value in values.items()}
        try:
            return self._environment.get_template(file).render(**context, has=has).strip()
        except (TemplateError, ValueError, OSError) as error:
            raise CustrataError(Problem("E-ERP-007", self._place, {"file": file, "reason": str(error)})) from None
