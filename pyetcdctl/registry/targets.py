"""Resolve a command's arguments to objects, and read what is stored at their keys."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import BadArguments, ObjectNotFound, UsageError
from pyetcdctl.keyspace.source import first_page
from pyetcdctl.kubernetes.registry_keys import parse
from pyetcdctl.kubernetes.stored_value import read
from pyetcdctl.rpc.kv import KeyValue, RangeRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.kubernetes.stored_value import Decrypter, StoredValue
    from pyetcdctl.registry.store import Store


class Target(NamedTuple):
    """A key and the object's short name."""

    key: bytes
    title: str
    """The object's short name: ``pods/shop/web-1``; the key where it is not an object's."""


class Present(NamedTuple):
    """What is stored at a key."""

    target: Target
    entry: KeyValue
    stored: StoredValue


def target_of_key(key: str, prefix: str) -> Target:
    """Return the target of an etcd key."""
    return Target(os.fsencode(key), str(parse(key, prefix) or key))


def check_words(words: Sequence[str]) -> None:
    """Raise UsageError unless the words name objects, or keys."""
    if not words:
        raise UsageError("this takes RESOURCE NAME, RESOURCE/NAME or a key")
    if len(words) == 1 and "/" not in words[0]:
        raise UsageError(f"{words[0]} without a name: this takes RESOURCE NAME or a key")


def targets(store: Store, words: Sequence[str], namespace: str) -> list[Target]:
    """Return the targets of RESOURCE NAME..., RESOURCE/NAME..., or keys."""
    check_words(words)
    if "/" in words[0]:
        return [_target(store, word, namespace) for word in words]
    return [_named(store, words[0], namespace, name) for name in words[1:]]


def find_present(store: Store, target: Target, keyring: Decrypter) -> Present | None:
    """Read a key; None where there is none."""
    page = first_page(store.source, RangeRequest(key=target.key))
    if not len(page):
        return None
    entry = KeyValue.decode(page.entries[0])
    return Present(target, entry, read(entry.key, entry.value, keyring))


def require_present(store: Store, target: Target, keyring: Decrypter) -> Present:
    """Read a key that must exist; raises ObjectNotFound."""
    present = find_present(store, target, keyring)
    if present is None:
        raise ObjectNotFound(f"{target.title} not found", f"The key is {os.fsdecode(target.key)}")
    return present


def _target(store: Store, word: str, namespace: str) -> Target:
    if word.startswith("/"):
        return target_of_key(word, store.prefix)
    resource, *rest = word.split("/")
    if not 1 <= len(rest) <= 2 or not all(rest):
        raise BadArguments(f"{word} should be RESOURCE/NAME, RESOURCE/NAMESPACE/NAME or a key")
    return _named(store, resource, rest[0] if len(rest) == 2 else namespace, rest[-1])


def _named(store: Store, word: str, namespace: str, name: str) -> Target:
    if not name or "/" in name:
        raise BadArguments(f'"{name}" is not a name of an object')
    key = store.key_of(store.meanings(word)[0], namespace or "default", name)
    return target_of_key(key, store.prefix)
