"""Which keys are of resources that a command line names."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pyetcdctl.errors import BadArguments
from pyetcdctl.kubernetes.registry_keys import parse, parse_prefix
from pyetcdctl.kubernetes.resources import find

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_KEYS = 1 << 16


class ResourceFilter:
    """Keys of these resources below the prefix of an API server."""

    def __init__(self, words: Iterable[str], registry: str) -> None:
        """Raises BadArguments for a word that names none."""
        self._paths = {_path(word) for word in words}
        self._registry = registry
        self.has = lru_cache(_MOST_KEYS)(self._look_up)
        """Whether a key is one of them."""

    def __bool__(self) -> bool:
        return bool(self._paths)

    def _look_up(self, key: bytes) -> bool:
        text = key.decode("utf-8", "replace")
        found = parse(text, self._registry) or parse_prefix(text, self._registry)
        return found is not None and found.path in self._paths


def _path(word: str) -> str:
    """Return where a resource is below the prefix, by any of its names."""
    known = find(word)
    if known is not None:
        return known.path
    plural, _, group = word.lower().partition(".")
    if not group:
        raise BadArguments(
            f"a file has no list of resources to find {word!r} in",
            "Try:  PLURAL.GROUP, as for `kubectl get`, for a custom resource",
        )
    return f"{group}/{plural}"
