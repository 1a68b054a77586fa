"""The keyring of a run: the file that a flag names, or that this node's API server uses."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pyetcdctl.errors import BadEncryptionConfig
from pyetcdctl.kubernetes.encryption.configuration import EncryptionConfig, load
from pyetcdctl.kubernetes.encryption.key_resources import resource_of
from pyetcdctl.kubernetes.encryption.keyring import Keyring
from pyetcdctl.kubernetes.encryption.kms import PluginSockets

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack
    from pathlib import Path

    from pyetcdctl.kubernetes.encryption.configuration import GroupResource

    ResourceOf = Callable[[bytes], GroupResource | None]


def keyring_of(
    path: str, root: Path | None, at_end: ExitStack, resource_of: ResourceOf = resource_of
) -> Keyring:
    """Return the keyring of a file, or of what discovery finds under ``root``.

    A file that was named must be usable; what is found is read when a value needs it. Sockets of
    plugins are open until ``at_end`` is closed.
    """
    if not path and root is not None:
        return _found(root, at_end, resource_of)
    config = load(path) if path else None
    return Keyring(lambda: config, at_end.enter_context(PluginSockets()), resource_of)


def _found(root: Path, at_end: ExitStack, resource_of: ResourceOf) -> Keyring:
    from pyetcdctl.discovery import find_encryption_config

    def locate(path: str) -> str:
        found = find_encryption_config(root).found
        return found.locate(path) if found else path

    def load_found() -> EncryptionConfig | None:
        found, skipped = find_encryption_config(root)
        if found is None and skipped:
            raise BadEncryptionConfig(f"{skipped[0].file} cannot be used: {skipped[0].why}")
        if found and os.path.exists(found.file.real) and not os.path.isfile(found.file.real):
            raise BadEncryptionConfig(f"{found.file} cannot be used: not a regular file")
        return load(found.file.real) if found else None

    return Keyring(load_found, at_end.enter_context(PluginSockets(locate)), resource_of)
