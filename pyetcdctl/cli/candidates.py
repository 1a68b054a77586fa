"""Find completions of the word under the cursor in the line's own cluster or file."""

from __future__ import annotations

import os
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from pyetcdctl.completion import shapes
from pyetcdctl.completion.values import file_candidates, key_candidates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.kubernetes.resources import Resource

_UINT64 = (1 << 64) - 1


class Candidate(NamedTuple):
    """A completion and its description."""

    text: str
    description: str = ""


class CursorPlace(NamedTuple):
    """The word under the cursor, and the line before it."""

    typed: str
    session: Session
    words: Sequence[str]
    """The words of the command, without flags."""
    flags: Mapping[str, Any]
    """The command's own flags."""
    takes_keys: bool
    """Whether the command takes keys in place of names of objects."""
    ends: float
    """The time limit of the search, by the monotonic clock."""

    @property
    def seconds(self) -> float:
        """The seconds left for the search."""
        return max(0.0, self.ends - monotonic())

    def below(self, prefix: str, typed: str) -> list[str]:
        """Return the continuations of the keys below a prefix, up to the next slash."""
        key, session = os.fsencode(prefix + typed), self.session
        if session.file_path:
            branches = session.file.branches(key, self.seconds)
            found = file_candidates(branches.found, key, is_whole=branches.is_whole)
        else:
            found = key_candidates(session.source, key, self.seconds)
        return [each.removeprefix(prefix) for each in found]


def candidates(kind: str, place: CursorPlace) -> list[Candidate]:
    """Return the candidates of one of shapes.LIVE that start with the word."""
    return [each for each in _KINDS[kind](place) if each.text.startswith(place.typed)]


def _keys(place: CursorPlace) -> Iterator[Candidate]:
    return map(Candidate, place.below("", place.typed))


def _objects(place: CursorPlace) -> Iterator[Candidate]:
    """Yield resources, then names of their objects, or keys, by the words before."""
    if place.takes_keys and place.typed.startswith("/"):
        yield from _keys(place)
    elif "/" in place.typed:
        resource, _, name = place.typed.partition("/")
        for each in _names(place, resource, name):
            yield Candidate(f"{resource}/{each}")
    elif not place.words:
        yield from _resources(place)
    elif "/" not in place.words[0]:
        given = place.words[1:]
        found = (_names(place, each, place.typed) for each in place.words[0].split(","))
        yield from (Candidate(name) for names in found for name in names if name not in given)


def _resources(place: CursorPlace) -> Iterator[Candidate]:
    """Yield the matching resources in the store; where there are none, the known ones.

    Of several, separated by commas, the last is under the cursor.
    """
    before, comma, typed = place.typed.rpartition(",")
    found = [each for each in _stored_resources(place) if each.text.startswith(typed)]
    for each in found or _known_resources():
        yield Candidate(f"{before}{comma}{each.text}", each.description)


def _stored_resources(place: CursorPlace) -> list[Candidate]:
    from pyetcdctl.kubernetes.resources import BUILT_IN, DEFINITIONS

    prefix = _prefix(place)
    folders = {each.rstrip("/") for each in place.below(f"{prefix}/", "")}
    present = (each for each in BUILT_IN if each.path.partition("/")[0] in folders)
    found = [_described(each) for each in present]
    if DEFINITIONS.partition("/")[0] in folders:
        custom = place.below(f"{prefix}/{DEFINITIONS}/", "")
        found += [Candidate(each, "custom resource") for each in custom]
    return sorted(found)


def _known_resources() -> list[Candidate]:
    from pyetcdctl.kubernetes.resources import BUILT_IN

    return sorted(map(_described, BUILT_IN))


def _described(resource: Resource) -> Candidate:
    return Candidate(resource.plural, ", ".join((resource.kind, *resource.short_names)))


def _names(place: CursorPlace, word: str, typed: str) -> list[str]:
    """Return the names of a resource's objects in the namespace of the line."""
    from pyetcdctl.kubernetes.resources import find
    from pyetcdctl.registry.store import Store

    prefix = _prefix(place)
    resource = find(word) or Store(place.session.source, prefix).meanings(word)[0]
    if resource.namespaced and place.flags.get("all-namespaces"):
        return []
    namespace = place.flags.get("namespace") or "default"
    key = Store(place.session.source, prefix).key_of(resource, namespace)
    return [name for name in place.below(key, typed) if not name.endswith("/")]


def _namespaces(place: CursorPlace) -> Iterator[Candidate]:
    return map(Candidate, place.below(f"{_prefix(place)}/namespaces/", place.typed))


def _prefix(place: CursorPlace) -> str:
    from pyetcdctl.kubernetes.registry_keys import REGISTRY
    from pyetcdctl.registry.prefix import find_prefix, normalized

    if given := normalized(place.flags.get("etcd-prefix", "")):
        return given
    session, known = place.session, place.session.node.etcd_prefix
    if session.file_path:
        for likely in filter(None, (known, REGISTRY)):
            if session.file.has_any(os.fsencode(f"{likely}/"), place.seconds):
                return likely
    return find_prefix(session.source, known).path


def _members(place: CursorPlace) -> Iterator[Candidate]:
    session = place.session
    if session.file_path:
        from pyetcdctl.storage.members import stored_members

        response = stored_members(session.stored)
    else:
        deadline = session.deadline()
        response = session.client.cluster.list(deadline, linearizable=False)
    for each in response.members:
        yield Candidate(f"{each.ID:x}", each.name or "not started")


def _users(place: CursorPlace) -> Iterator[Candidate]:
    session = place.session
    if session.file_path:
        from pyetcdctl.storage.auth import stored_users

        return map(Candidate, stored_users(session.stored).users)
    from pyetcdctl.client.auth import list_users

    return map(Candidate, list_users(session.connection, session.deadline()).users)


def _roles(place: CursorPlace) -> Iterator[Candidate]:
    session = place.session
    if session.file_path:
        from pyetcdctl.storage.auth import stored_roles

        return map(Candidate, stored_roles(session.stored).roles)
    from pyetcdctl.client.auth import list_roles

    return map(Candidate, list_roles(session.connection, session.deadline()).roles)


def _leases(place: CursorPlace) -> Iterator[Candidate]:
    session = place.session
    if session.file_path:
        from pyetcdctl.storage.leases import stored_leases

        found = stored_leases(session.stored)
    else:
        from pyetcdctl.client.lease import leases

        found = leases(session.connection, session.deadline())
    return (Candidate(f"{each.id & _UINT64:016x}") for each in found.leases)


def _contexts(place: CursorPlace) -> Iterator[Candidate]:
    from pyetcdctl.contexts.store import Contexts

    for name, each in sorted(Contexts(place.session.streams.environment).all().items()):
        yield Candidate(name, ",".join(each.endpoints) or str(each.settings.get("via", "")))


_KINDS: Mapping[str, Callable[[CursorPlace], Iterator[Candidate]]] = {
    shapes.KEYS: _keys,
    shapes.OBJECTS: _objects,
    shapes.RESOURCES: _resources,
    shapes.NAMESPACES: _namespaces,
    shapes.MEMBERS: _members,
    shapes.USERS: _users,
    shapes.ROLES: _roles,
    shapes.LEASES: _leases,
    shapes.CONTEXTS: _contexts,
}
