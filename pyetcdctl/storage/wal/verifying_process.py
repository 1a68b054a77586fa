"""A second process that verifies the checksums of a log while this one reads its entries.

It reports how far all checksums are right, and ends at the first that is not, or at damage: from
there on, and wherever it is not ahead, this process computes them itself. So nothing depends on it
but time.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from struct import Struct
from typing import TYPE_CHECKING

from pyetcdctl.errors import PyetcdctlError
from pyetcdctl.storage.files import ReadOnlyFile
from pyetcdctl.storage.second_process import SecondProcess
from pyetcdctl.storage.wal.records import Chain, Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_REPORT = Struct("<QQ")
"""A segment by its number among the files, and the offset of a record that is right in it."""
_PIPE_BYTES = 64 << 10


class VerifyingProcess(SecondProcess):
    """Verifies the records of segments, oldest first."""

    def __init__(self, files: Sequence[ReadOnlyFile]) -> None:
        super().__init__(__name__, files)
        self._unread = b""
        self._segment, self._offset = 0, -1
        if self.output:
            os.set_blocking(self.output.fileno(), False)

    def verified_to(self, segment: int) -> int:
        """Return the offset of a record up to which all of a segment are right; -1 for none yet.

        Never waits for the other process.
        """
        self._take_reports()
        if self._segment > segment:
            return sys.maxsize
        return self._offset if self._segment == segment else -1

    def _take_reports(self) -> None:
        with suppress(BlockingIOError):
            while self.output and (data := os.read(self.output.fileno(), _PIPE_BYTES)):
                data = self._unread + data
                end = len(data) - len(data) % _REPORT.size
                self._unread = data[end:]
                if end:
                    self._segment, self._offset = _REPORT.unpack_from(data, end - _REPORT.size)


def main(descriptors: list[int], write: Callable[[bytes], object]) -> None:
    """Write a report whenever more records of the segments with these descriptors are right."""
    chain = Chain()
    with suppress(PyetcdctlError):
        for number, descriptor in enumerate(descriptors):
            for records in Segment(ReadOnlyFile("", descriptor), chain, is_last=False).records():
                if records:
                    write(_REPORT.pack(number, records[-1].offset))


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]], lambda data: os.write(1, data))
