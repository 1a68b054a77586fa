"""The owners that objects name, looked for in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.editing.restoring import uid_of
from pyetcdctl.kubernetes.resources import of_kind

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Object
    from pyetcdctl.registry.store import Store


def uid_of_owner(store: Store, namespace: str, owner: Object) -> str | None:
    """Return the uid of the object that an owner reference names; empty if it is not there.

    None where the store does not know the kind, and so not where to look.
    """
    group = str(owner.get("apiVersion", "")).rpartition("/")[0]
    kind = str(owner.get("kind", ""))
    others = (*store.custom, *store.openshift)
    resource = of_kind(kind, group) or of_kind(kind, group, others)
    if resource is None:
        return None
    within = namespace if resource.namespaced else ""
    key = store.key_of(resource, within, str(owner.get("name", "")))
    found = next(store.list_key(key).entries, None)
    content = store.read(found).decoded.object if found else None
    return uid_of(content) if content else ""
