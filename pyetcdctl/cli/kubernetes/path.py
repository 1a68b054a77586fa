"""``kubernetes path``: from an object's name to its key, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.cli.kubernetes.registry_prefix import known_prefix
from pyetcdctl.cli.kubernetes.store import Store
from pyetcdctl.errors import BadArguments
from pyetcdctl.kubernetes.registry_keys import key_of, parse, parse_prefix
from pyetcdctl.kubernetes.resources import Resource, find
from pyetcdctl.output.quoting import terminal_safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.cli.session import Session


def path(session: Session, words: Sequence[str], prefix: str) -> None:
    """Print the key of each object, and the object of each key."""
    if not words:
        raise BadArguments("kubernetes path takes RESOURCE/[NAMESPACE/]NAME or a key")
    prefix = known_prefix(session, prefix)
    out = session.streams.out
    for word in words:
        answer = _object_of(word, prefix) if word.startswith("/") else _key(session, word, prefix)
        data = answer.encode("utf-8", "surrogateescape")
        out.write((terminal_safe(data) if out.is_terminal else data) + b"\n")


def _object_of(key: str, prefix: str) -> str:
    found = parse_prefix(key, prefix) or parse(key, prefix)
    if found is None:
        raise BadArguments(f"{key} is no key of an object below {prefix}/")
    return str(found)


def _key(session: Session, word: str, prefix: str) -> str:
    name, *rest = word.split("/")
    # Only the definition tells whether a single name stands in a namespace.
    told = None if len(rest) == 1 else _by_group(name)
    resource = find(name) or told or Store(session, prefix).resource(name)
    most = 2 if resource.namespaced else 1
    if len(rest) > most:
        form = f"{name}/NAMESPACE/NAME" if most == 2 else f"{name}/NAME: it has no namespaces"
        raise BadArguments(f"{word} should be {form}")
    if resource.namespaced and len(rest) == 1 and rest[0]:
        rest = ["default", *rest]
    namespace = rest[0] if len(rest) == 2 else ""
    return key_of(resource, namespace, rest[-1] if rest else "", prefix)


def _by_group(name: str) -> Resource | None:
    """Read PLURAL.GROUP of a custom resource, whose key needs no look into the store."""
    plural, _, group = name.partition(".")
    if "." not in group:
        return None
    return Resource(plural, group, "", f"{group}/{plural}", True, "", custom=True)
