"""The keyrings of a run: the keys of a file that a flag names, or of this node's API server.

Keys found on this node are those of this node's etcd. Another cluster's values are decrypted with
them only with a note, never encrypted with them, and this node's KMS plugins are never called for
them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pyetcdctl.errors import BadEncryptionConfig
from pyetcdctl.kubernetes.encryption.configuration import EncryptionConfig, load
from pyetcdctl.kubernetes.encryption.keyring import Keyring
from pyetcdctl.kubernetes.encryption.kms import NoPlugins, PluginSockets
from pyetcdctl.kubernetes.registry_keys import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack
    from pathlib import Path

    from pyetcdctl.cli.session.node import LocalNode


def reading_keyring(
    path: str, node: LocalNode, at_end: ExitStack, note: Callable[[str], None]
) -> Keyring:
    """Return the keys to decrypt with: of a file, or of what discovery finds on the node.

    A given file must be usable; a file found on the node is read when a value needs it. Sockets of
    plugins are open until ``at_end`` is closed. ``note`` is called when keys of this node are used
    for another etcd.
    """
    prefix = node.etcd_prefix or REGISTRY
    if path or node.root is None:
        return file_keyring(path, at_end, prefix)
    if node.has_etcd_in_use:
        return _found(node.root, at_end, prefix)
    root = node.root

    def load_for_another() -> EncryptionConfig | None:
        config = _load_found(root)
        if config:
            note(
                f"Note: the keys are those of this node's API server ({config.path}), "
                "and the etcd that is read may be another cluster's"
            )
        return config

    return Keyring(load_for_another, NoPlugins(), prefix)


def writing_keyring(
    path: str, node: LocalNode, at_end: ExitStack, note: Callable[[str], None]
) -> Keyring:
    """Return the keys to encrypt with: of a file, or of the node for its own etcd alone."""
    prefix = node.etcd_prefix or REGISTRY
    if path or node.root is None or not node.has_etcd_in_use:
        return file_keyring(path, at_end, prefix)
    return _found(node.root, at_end, prefix)


def file_keyring(path: str, at_end: ExitStack, prefix: str) -> Keyring:
    """Return the keys of a file, which must be usable; none for an empty path."""
    config = load(path) if path else None
    return Keyring(lambda: config, at_end.enter_context(PluginSockets()), prefix)


def _found(root: Path, at_end: ExitStack, prefix: str) -> Keyring:
    def locate(path: str) -> str:
        from pyetcdctl.discovery import find_encryption_config

        found = find_encryption_config(root).found
        return found.locate(path) if found else path

    sockets = at_end.enter_context(PluginSockets(locate))
    return Keyring(lambda: _load_found(root), sockets, prefix)


def _load_found(root: Path) -> EncryptionConfig | None:
    from pyetcdctl.discovery import find_encryption_config

    found, skipped = find_encryption_config(root)
    if found is None and skipped:
        raise BadEncryptionConfig(f"{skipped[0].file} cannot be used: {skipped[0].why}")
    if found and os.path.exists(found.file.real) and not os.path.isfile(found.file.real):
        raise BadEncryptionConfig(f"{found.file} cannot be used: not a regular file")
    return load(found.file.real) if found else None
