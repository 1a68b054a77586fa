"""Secrets as files that are in memory alone, for libraries that read files by their path."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pyetcdctl.errors import KubectlFailed

if TYPE_CHECKING:
    from collections.abc import Sequence


class MemoryFiles:
    """Files without a name in any folder; they are gone with ``close``, or with the process."""

    def __init__(self, contents: Sequence[bytes]) -> None:
        if not hasattr(os, "memfd_create"):
            raise KubectlFailed(
                "keys in Secrets can be kept in memory on Linux only",
                "Try:  --cacert, --cert and --key of this machine",
            )
        self._descriptors = [_memory_file(content) for content in contents]

    @property
    def paths(self) -> list[str]:
        """The path of each file, for this process."""
        return [f"/proc/self/fd/{descriptor}" for descriptor in self._descriptors]

    def close(self) -> None:
        """Forget the contents."""
        while self._descriptors:
            os.close(self._descriptors.pop())


def _memory_file(content: bytes) -> int:
    descriptor = os.memfd_create("pyetcdctl", os.MFD_CLOEXEC)
    os.write(descriptor, content)
    return descriptor
