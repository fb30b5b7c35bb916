"""Files that are made for one answer and gone after it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from django.http import FileResponse

from custrata.web.site import site


def sent(path: Path) -> FileResponse:
    """The file as an answer that saves it under its name. The file itself is closed then and may be deleted before the
    answer is read: on Windows nobody can delete one that is open."""
    held = tempfile.TemporaryFile(dir=site().scratch)  # noqa: SIM115 - the answer closes it
    with path.open("rb") as file:
        shutil.copyfileobj(file, held)
    held.seek(0)
    return FileResponse(held, as_attachment=True, filename=path.name)
