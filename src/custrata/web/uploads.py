"""Files that browsers send: written to a disk as they come, so many bytes and no more, for who may send any."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler

from custrata.web.access import Can

#: Bytes of one file and of all files of a request. What is larger is put into the workspace's `data/` by other means.
LARGEST, MOST = 300 << 20, 1 << 30
#: The same for people.
LARGEST_MB = LARGEST >> 20


class Bounded(TemporaryFileUploadHandler):  # type: ignore[misc]
    """Keeps what fits. A file that does not is cut short and marked `too_large`; one of somebody who may not bring in
    data is not kept at all, which also holds for whoever has not logged in."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        sight = getattr(self.request, "sight", None)
        if sight is None or not sight.may(Can.DATA) or sight.scope:
            raise SkipFile
        super().new_file(*args, **kwargs)
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._total = getattr(self, "_total", 0) + len(raw_data)
        self._size += len(raw_data)
        if self._size <= LARGEST and self._total <= MOST:
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> Any:
        whole = self._size <= LARGEST and self._total <= MOST if self._size else True
        found = super().file_complete(self.file.tell())
        found.too_large = not whole
        return found
