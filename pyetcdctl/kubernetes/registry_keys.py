"""etcd keys of API objects, and the objects that keys belong to.

A key is PREFIX/RESOURCE[/NAMESPACE]/NAME. RESOURCE is the plural alone, an older name, or, where
its first part has a dot, GROUP/PLURAL. OpenShift's own API servers keep theirs beside PREFIX.
"""

from __future__ import annotations

from typing import NamedTuple

from pyetcdctl.kubernetes import openshift
from pyetcdctl.kubernetes.resources import BUILT_IN, Resource

REGISTRY = "/registry"
_BY_PATH = {resource.path: resource for resource in (*BUILT_IN, *openshift.RESOURCES)}
_BESIDE = f"../{openshift.FOLDER}/"
_OF_TWO_PARTS = ("services", "oauth")
_GROUPS = {path.partition("/")[0] for path in _BY_PATH if "." in path}
_OF_THE_API_SERVER = ("masterleases", "ranges")


class ObjectKey(NamedTuple):
    """The parts of an object's key; without a name, of the prefix of several objects."""

    path: str
    """Where the resource is below the prefix: ``pods``, ``services/specs``, GROUP/PLURAL.

    OpenShift's are beside it: ``../openshift.io/routes``.
    """
    namespace: str
    name: str

    @property
    def resource(self) -> Resource:
        """The built-in resource, or a custom one as the key shows it."""
        return resource_at(self.path, namespaced=bool(self.namespace))

    def __str__(self) -> str:
        if self.namespace and not self.name:
            return f"{self.resource.name}/{self.namespace}/"
        return "/".join(filter(None, (self.resource.name, self.namespace, self.name)))


def parse(key: str, prefix: str = REGISTRY) -> ObjectKey | None:
    """Parse a key; None for a key that is not an object's."""
    base, below = _located(key, prefix)
    path, rest = _divided(below)
    if not 1 <= len(rest) <= 2 or not all((*path.split("/"), *rest)):
        return None
    return ObjectKey(base + path, rest[0] if len(rest) == 2 else "", rest[-1])


def parse_prefix(key: str, prefix: str = REGISTRY) -> ObjectKey | None:
    """Parse the prefix of a resource's keys, or of its objects in one namespace."""
    base, below = _located(key, prefix)
    path, rest = _divided(below.removesuffix("/"))
    group, _, plural = path.partition("/")
    known = _BY_PATH.get(base + path)
    if known is None and not ("." in group and plural):
        return None
    # Without its definition it is not known whether a custom resource has namespaces.
    most = int(known.namespaced if known else key.endswith("/"))
    if len(rest) > most or not all(rest):
        return None
    return ObjectKey(base + path, "".join(rest), "")


def prefix_beside(prefix: str) -> str:
    """Return the prefix of OpenShift's API servers, given that of Kubernetes'."""
    return f"{prefix.rpartition('/')[0]}/{openshift.FOLDER}"


def _located(key: str, prefix: str) -> tuple[str, str]:
    """Return the prefix of paths at a key's place, and the part of the key after the prefix."""
    beside = prefix_beside(prefix)
    if key.startswith(f"{beside}/"):
        return _BESIDE, key[len(beside) + 1 :]
    return "", key[len(prefix) + 1 :] if key.startswith(f"{prefix}/") else ""


def _divided(below: str) -> tuple[str, list[str]]:
    """Return the path of a resource, and the words after it."""
    parts = below.split("/")
    size = 2 if "." in parts[0] or parts[0] in _OF_TWO_PARTS else 1
    return "/".join(parts[:size]), parts[size:]


def resource_at(path: str, *, namespaced: bool) -> Resource:
    """Return the resource at a path; an unknown one as the path shows it."""
    known = _BY_PATH.get(path)
    if known:
        return known
    group, _, plural = path.removeprefix(_BESIDE).rpartition("/")
    return Resource(plural, group, "", path, namespaced, "", custom=bool(group))


def at_older_name(word: str) -> Resource | None:
    """Return the built-in resource with an older name in keys: ``minions``."""
    found = _BY_PATH.get(word.lower())
    return found if found and "/" not in found.path else None


def key_of(resource: Resource, namespace: str, name: str, prefix: str = REGISTRY) -> str:
    """Return an object's key; without a name the prefix of all, which ends in a slash."""
    parts = [prefix, resource.path]
    if resource.is_beside:
        parts = [prefix_beside(prefix), resource.path.removeprefix(_BESIDE)]
    if resource.namespaced and namespace:
        parts.append(namespace)
    return "/".join([*parts, name])


def branches() -> tuple[bytes, ...]:
    """Return the prefixes of all built-in resources' keys and of the API server's own keys."""
    paths = (*(resource.path for resource in BUILT_IN), *_OF_THE_API_SERVER)
    return tuple(f"{REGISTRY}/{path}/".encode() for path in paths)


def familiar_name(branch: bytes) -> str:
    """Return Kubernetes' name for a branch whose name in etcd differs; empty for any other."""
    path = branch.decode("utf-8", "replace").removesuffix("/")
    if not path.startswith(f"{REGISTRY}/"):
        return ""
    path = path.removeprefix(f"{REGISTRY}/")
    if "." in path and "/" not in path and path not in _GROUPS:
        return "custom resources"
    known = _BY_PATH.get(path)
    is_renamed = known is not None and path.rpartition("/")[2] != known.plural
    return known.plural if known is not None and is_renamed else ""
