"""Modules that gRPC imports and that nobody here uses: they are loaded when they are looked into.

gRPC brings its asynchronous half along, and that asyncio: a third of the time that ``import grpc``
takes, and so a quarter of a cold ``get``.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from importlib.util import LazyLoader
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_LATE = ("asyncio", "grpc.aio")


class LateModules:
    """Finds these modules while gRPC is imported for the first time; then it is gone."""

    def __init__(self) -> None:
        self._awaited = [name for name in _LATE if name not in sys.modules]

    def install(self) -> None:
        """Be asked before all other finders, unless gRPC is there already."""
        if "grpc" not in sys.modules:
            sys.meta_path.insert(0, self)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find one of them as usual, to be loaded when the first of its names is looked up."""
        if name not in self._awaited:
            return None
        if name == _LATE[-1]:
            sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec
