"""The groups of a key, by the key alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.registry_keys import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    Names = Callable[[bytes], tuple[str, ...]]
    """Returns the groups of a key, the outermost first. It depends on the key's folder alone."""

NO_NAMESPACE = "(cluster-scoped)"
NO_OBJECT = "(not an object)"


def by_resource(registry: str) -> Names:
    """Group by resource, and by namespace in it; keys of other programs by their first names."""
    other = by_prefix(b"", 2)

    def names(key: bytes) -> tuple[str, ...]:
        found = parse(_text(key), registry)
        if found is None:
            return other(key)[:1]
        resource = found.resource.full_name
        return (resource, found.namespace) if found.namespace else (resource,)

    return names


def by_namespace(registry: str) -> Names:
    """Group by namespace, and by resource in it."""

    def names(key: bytes) -> tuple[str, ...]:
        found = parse(_text(key), registry)
        if found is None:
            return (NO_OBJECT,)
        return (found.namespace or NO_NAMESPACE, found.resource.full_name)

    return names


def by_prefix(start: bytes, depth: int) -> Names:
    """Group by the ``depth`` names that follow ``start`` in the key."""

    def names(key: bytes) -> tuple[str, ...]:
        at = len(start)
        for _ in range(depth):
            slash = key.find(b"/", at or int(key.startswith(b"/")))
            if slash < 0:
                break
            at = slash + 1
        return (_text(key[:at]) or "(keys without a slash)",)

    return names


def _text(key: bytes) -> str:
    return key.decode("utf-8", "surrogateescape")
