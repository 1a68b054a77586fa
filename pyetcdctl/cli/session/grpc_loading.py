"""Load gRPC without its log on standard error and its asynchronous half.

Only this program does so: a host program that imports ``pyetcdctl.client`` loads gRPC as it likes.
gRPC reads its variable when it is imported; afterwards the variable is restored, so that child
processes do not inherit the change.
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
# gRPC imports them, and this program does not use them: a third of the time of ``import grpc``,
# and so a quarter of a cold ``get``. They are loaded when one of their names is looked up.
_LATE = ("asyncio", "grpc.aio")


class GrpcLoading:
    """A finder that follows the first import of gRPC and removes itself at its end."""

    def __init__(self) -> None:
        self._awaited = [name for name in _LATE if name not in sys.modules]
        self._is_silenced = False
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
            self._silence()
        if name not in self._awaited:
            return None
        if name == _LATE[-1]:
            self._end()
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec

    def _silence(self) -> None:
        """Keep gRPC from logging failed handshakes, unless the user or --debug enables its log."""
        if VARIABLE not in os.environ:
            os.environ[VARIABLE] = "NONE"
            self._is_silenced = True

    def _end(self) -> None:
        """``grpc.aio`` is the last that gRPC imports: let its core read the variable, and reset it.

        An older core reads it when its first object is made.
        """
        sys.meta_path.remove(self)
        core = sys.modules.get("grpc._cython.cygrpc")
        with suppress(AttributeError, TypeError):
            self._first_object = core.SSLSessionCacheLRU(1)  # type: ignore[union-attr]
        if self._is_silenced:
            del os.environ[VARIABLE]


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
