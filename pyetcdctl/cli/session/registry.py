"""The objects of an API server in the etcd, or the file, that an invocation reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.keyspace.source import OneMember
from pyetcdctl.kubernetes.registry_keys import REGISTRY
from pyetcdctl.registry.prefix import RegistryPrefix, find_prefix, normalized
from pyetcdctl.registry.store import NOW, Store, View

if TYPE_CHECKING:
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.keyspace.source import Source


def known_prefix(session: Session, given: str) -> str:
    """Return the given prefix, or that of this node's API server, or the default one."""
    return normalized(given) or session.node.etcd_prefix or REGISTRY


def registry_path(session: Session) -> str:
    """Return the prefix of the API server's objects, without a slash; of several the first."""
    return _find(session, session.source, "").path


def noted_registry_path(session: Session) -> str:
    """Return the same, and report where there are several."""
    found = _find(session, session.source, "")
    _note_others(session, found, "")
    return found.path


def open_store(session: Session, given: str, view: View = NOW) -> Store:
    """Return the objects below a prefix, to read them; without a given one it is searched."""
    source = OneMember(session.source) if view.serializable else session.source
    found = _find(session, source, given)
    _note_others(session, found, " (--etcd-prefix names another one)")
    return _store(session, source, found.path, view)


def store_in(session: Session, source: Source, given: str, view: View = NOW) -> Store:
    """Return the objects of a source other than the session's own, to read them."""
    prefix = normalized(given) or find_prefix(source, session.node.etcd_prefix).path
    return Store(
        source, prefix, session.decrypter.below(prefix), release=session.release, view=view
    )


def open_unambiguous_store(session: Session, given: str) -> Store:
    """Return the objects below a prefix, for writes and checks.

    Raises InvalidInput where several API servers keep their objects in the etcd.
    """
    source = session.source
    return _store(session, source, _find(session, source, given).require_one(), NOW)


def _note_others(session: Session, found: RegistryPrefix, advice: str) -> None:
    if found.others:
        session.note(
            f"Note: several API servers keep their objects in this etcd ({found.candidates}); "
            f"those below {found.path}/ are read{advice}"
        )


def _find(session: Session, source: Source, given: str) -> RegistryPrefix:
    if prefix := normalized(given):
        return RegistryPrefix(prefix)
    return find_prefix(source, session.node.etcd_prefix)


def _store(session: Session, source: Source, prefix: str, view: View) -> Store:
    keyring = session.decrypter.below(prefix)
    return Store(source, prefix, keyring, release=session.release, view=view)
