"""`python -m custrata.sources.files.limited_child MEMORY SECONDS KIND PATH`: reads a workbook within limits.

It says which sheets there are; then, for each line of standard input, a title or a title and a header's line, what the
sheet holds, as texts or typed: a line of JSON, and behind it the columns as an Arrow stream. It ends when nobody asks
any more. Limits are those of the operating system; where it has none, they are not set.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any


def _limit(memory: int, seconds: int) -> None:
    """Sets address space (MiB) and seconds of processor time, or what is left of both."""
    try:
        import resource
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_AS, memory << 20), (resource.RLIMIT_CPU, seconds)):
        soft, hard = resource.getrlimit(what)
        wanted = most if soft == resource.RLIM_INFINITY else min(most, soft)
        with suppress(OSError, ValueError):  # some systems know the limit by name only
            resource.setrlimit(what, (wanted, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _told(error: BaseException) -> dict[str, Any]:
    """What went wrong, for the process that asked."""
    from custrata.core.errors import CustrataError

    if isinstance(error, CustrataError):
        return {"problems": [[p.code, dict(p.values)] for p in error.problems]}
    if isinstance(error, MemoryError):
        raise error  # it ends, and so says that it broke down
    import traceback

    return {"bug": "".join(traceback.format_exception(error))}


def main() -> None:
    memory, seconds, kind, path = sys.argv[1:]
    _limit(int(memory), int(seconds))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever libraries print is no answer

    def say(answer: dict[str, Any]) -> None:
        out.write(json.dumps(answer).encode() + b"\n")
        out.flush()

    try:
        import pyarrow as pa

        from custrata.sources.files.cells import Cells

        book = Cells(Path(path), "", kind)
        say({"titles": book.titles})
    except Exception as error:
        say(_told(error))
        return
    for line in sys.stdin.buffer:
        try:
            title, *header = json.loads(line)
            names, columns = (book.typed(title, *header) or (None, [])) if header else (None, book.columns(title))
        except Exception as error:
            say(_told(error))
            continue
        say({"names": names, "columns": bool(columns)})
        if columns:
            batch = pa.RecordBatch.from_arrays(columns, [str(i) for i in range(len(columns))])
            with pa.ipc.new_stream(out, batch.schema) as stream:
                stream.write_batch(batch)
            out.flush()


if __name__ == "__main__":
    main()
