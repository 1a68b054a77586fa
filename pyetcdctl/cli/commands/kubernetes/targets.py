"""Which objects the words of a command mean, and what lies at their keys."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.client.kv import read as read_keys
from pyetcdctl.errors import BadArguments, ObjectNotFound
from pyetcdctl.kubernetes.registry_keys import parse
from pyetcdctl.kubernetes.stored_value import read as read_value
from pyetcdctl.rpc.kv import KeyValue, RangeRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.cli.commands.kubernetes.store import Store
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.kubernetes.stored_value import StoredValue


class Target(NamedTuple):
    """A key, and the object that belongs there."""

    key: bytes
    title: str
    """The object as people call it: ``pods/shop/web-1``; the key where it is of no object."""


class Present(NamedTuple):
    """What lies at a key."""

    target: Target
    entry: KeyValue
    stored: StoredValue


def target_of_key(key: str, prefix: str) -> Target:
    """Return the target of an etcd key."""
    return Target(os.fsencode(key), str(parse(key, prefix) or key))


def targets(store: Store, words: Sequence[str], namespace: str) -> list[Target]:
    """Return what is meant by RESOURCE NAME..., RESOURCE/NAME..., or keys."""
    if not words:
        raise BadArguments("this takes RESOURCE NAME, RESOURCE/NAME or a key")
    if "/" in words[0]:
        return [_target(store, word, namespace) for word in words]
    if len(words) == 1:
        raise BadArguments(f"{words[0]} without a name: this takes RESOURCE NAME or a key")
    return [_named(store, words[0], namespace, name) for name in words[1:]]


def look(session: Session, target: Target) -> Present | None:
    """Read a key; None where there is none."""
    answer = read_keys(session.connection, RangeRequest(key=target.key), session.deadline())
    if not answer.kvs:
        return None
    entry = answer.kvs[0]
    return Present(target, entry, read_value(entry.key, entry.value, session.decrypter))


def find(session: Session, target: Target) -> Present:
    """Read a key that has to be there."""
    present = look(session, target)
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
        raise BadArguments(f'"{name}" is no name of an object')
    resource = store.resource(word)
    key = store.key_of(resource, namespace or "default", name)
    return target_of_key(key, store.prefix)
