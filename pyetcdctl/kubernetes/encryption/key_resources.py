"""Which resource of which group an etcd key belongs to, in the words of an EncryptionConfiguration.

What is no object of the API, and so never encrypted, has no resource.
"""

from __future__ import annotations

from pyetcdctl.kubernetes.encryption.configuration import GroupResource
from pyetcdctl.kubernetes.encryption.encrypted_value import shown
from pyetcdctl.kubernetes.registry_keys import REGISTRY, parse

NO_OBJECTS = ("ranges", "masterleases", "peerserverleases", "health")


def resource_of(key: bytes, prefix: bytes = REGISTRY.encode()) -> GroupResource | None:
    """Return the resource of a key below the API server's prefix, None for no object's key."""
    found = parse(
        key.decode("utf-8", "replace"), prefix.removesuffix(b"/").decode("utf-8", "replace")
    )
    if found is None or found.path in NO_OBJECTS:
        return None
    resource = found.resource
    if resource.kind:
        return GroupResource(resource.plural, resource.group)
    # A built-in resource that is newer than this program: its group is not in the key.
    group = shown(resource.group.encode()) if resource.custom else None
    return GroupResource(shown(resource.plural.encode()), group)
