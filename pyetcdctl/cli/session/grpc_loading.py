"""Load gRPC without its log on standard error, its handling of forks and its asynchronous half.

Only this program does so: a host program that imports ``pyetcdctl.client`` loads gRPC as it likes.
gRPC reads its variables when it is imported; afterwards they are restored, so that child processes
do not inherit the change.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from importlib.machinery import PathFinder
from importlib.util import LazyLoader
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

VARIABLE = "GRPC_VERBOSITY"
_SETTINGS = {
    # Failed handshakes are logged otherwise. The user or --debug may enable the log.
    VARIABLE: "NONE",
    # A child of a fork runs another program at once: gRPC must not start its threads in it.
    "GRPC_ENABLE_FORK_SUPPORT": "0",
}
# gRPC imports them, and this program does not use them: a third of the time of ``import grpc``,
# and so a quarter of a cold ``get``. They are loaded when one of their names is looked up.
_LATE = ("asyncio", "grpc.aio")


class GrpcLoading:
    """A finder that follows the first import of gRPC and removes itself at its end."""

    def __init__(self) -> None:
        self._awaited = [name for name in _LATE if name not in sys.modules]
        self._set: list[str] = []
        self._first_object: object = None

    def install(self) -> None:
        """Install this finder before all others, unless gRPC is loaded already."""
        if "grpc" not in sys.modules:
            sys.meta_path.insert(0, self)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a late module as usual, to be loaded when the first of its names is looked up."""
        if name == "grpc":
            self._configure()
        if name not in self._awaited:
            return None
        if name == _LATE[-1]:
            self._end()
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec

    def _configure(self) -> None:
        """Set those variables that the user has not set."""
        self._set = [name for name in _SETTINGS if name not in os.environ]
        for name in self._set:
            os.environ[name] = _SETTINGS[name]

    def _end(self) -> None:
        """Let gRPC's core read the variables, and reset them: ``grpc.aio`` is what it imports last.

        An older core reads them when its first object is made.
        """
        sys.meta_path.remove(self)
        core = sys.modules.get("grpc._cython.cygrpc")
        with suppress(AttributeError, TypeError):
            self._first_object = core.SSLSessionCacheLRU(1)  # type: ignore[union-attr]
        for name in self._set:
            del os.environ[name]


@contextmanager
def logging() -> Iterator[None]:
    """Let gRPC log if the block is the first to import it; the environment is restored."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = "DEBUG"
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before
