"""`python -m custrata.web.tasks NAME ARGUMENTS`: does one piece of work and prints its answer, one JSON object."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from custrata.core.errors import CustrataError, Problem
from custrata.locale import Lang
from custrata.web.mends import problems_told
from custrata.web.tasks.work import WORK

_log = logging.getLogger("custrata.web.tasks")


def main() -> int:
    """The exit status: 0 where it was done. Errors are answered as `problems`; a fault of ours has its trace in the
    log, which only those who may bring in data can read."""
    name, arguments = sys.argv[1], json.loads(sys.argv[2])
    lang: Lang = "en" if os.environ.get("CUSTRATA_LANG") == "en" else "zh"
    answer: dict[str, Any]
    try:
        answer = WORK[name](Path.cwd(), arguments, lang)
    except CustrataError as error:
        answer = {"problems": problems_told(error, lang)}
    except MemoryError:
        answer = {"problems": problems_told([Problem("E-WEB-042", "", {})], lang)}
    except Exception as error:
        if type(error).__name__ == "OutOfMemoryException":  # DuckDB's, which has no class that is always there
            return _answered({"problems": problems_told([Problem("E-WEB-042", "", {})], lang)})
        _log.exception("task %s", name)
        said = f"{type(error).__name__}: {error}".splitlines()[0][:300]
        answer = {"problems": problems_told([Problem("E-BUG-001", "", {"what": said})], lang)}
    return _answered(answer)


def _answered(answer: dict[str, Any]) -> int:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=str))
    sys.stdout.flush()
    return 1 if answer.get("problems") else 0


if __name__ == "__main__":
    sys.exit(main())
