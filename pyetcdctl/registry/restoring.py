"""Objects of a store to be created again elsewhere, in the order of their dependencies."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import InvalidInput
from pyetcdctl.kubernetes.editing.restoring import (
    as_it_was,
    is_made_again,
    owner_references,
    uid_of,
)
from pyetcdctl.kubernetes.encryption.configuration import NO_OBJECTS
from pyetcdctl.kubernetes.registry_keys import parse
from pyetcdctl.registry.consequences import uid_of_owner
from pyetcdctl.registry.finding import Remark, RemarkKind
from pyetcdctl.registry.putting import Intent, Planner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pyetcdctl.kubernetes.encryption.keyring import Keyring
    from pyetcdctl.kubernetes.objects import Object, Plain
    from pyetcdctl.kubernetes.registry_keys import ObjectKey
    from pyetcdctl.registry.putting import Planned
    from pyetcdctl.registry.store import Store, StoredEntry
    from pyetcdctl.registry.wanted import Wanted

_FIRST = (
    *("namespaces", "customresourcedefinitions", "priorityclasses", "runtimeclasses"),
    *("storageclasses", "volumeattributesclasses", "csidrivers", "ingressclasses"),
    *("clusterroles", "clusterrolebindings", "limitranges", "resourcequotas"),
    *("networkpolicies", "serviceaccounts", "secrets", "configmaps", "roles", "rolebindings"),
    *("persistentvolumes", "persistentvolumeclaims", "services", "endpoints", "endpointslices"),
    *("podtemplates", "pods", "replicationcontrollers", "replicasets", "deployments"),
    *("statefulsets", "daemonsets", "jobs", "cronjobs", "poddisruptionbudgets"),
    *("horizontalpodautoscalers", "ingresses"),
)
_LAST = (
    *("apiservices", "validatingadmissionpolicies", "validatingadmissionpolicybindings"),
    *("mutatingadmissionpolicies", "mutatingadmissionpolicybindings"),
    *("validatingwebhookconfigurations", "mutatingwebhookconfigurations"),
)
_RANKS = {plural: rank for rank, plural in enumerate((*_FIRST, "", *_LAST))}
_OTHERS = _RANKS[""]
"""Custom resources: after the objects that they may refer to, before webhooks that may refuse them.
"""


class Restorable(NamedTuple):
    """An object of the store."""

    place: ObjectKey
    content: Object

    @property
    def title(self) -> str:
        """Its short name."""
        return str(self.place)


class RestoredObjects(NamedTuple):
    """The objects to create again, and how many are left to the cluster to create."""

    objects: list[Restorable]
    made_by_owners: int
    made_by_cluster: int


def entries_in(store: Store, namespace: str) -> Iterator[StoredEntry]:
    """Yield the entries of a namespace and of its own object; all below the prefix for none."""
    for entry in store.entries(keys_only=True):
        place = parse(entry.key, store.prefix)
        if place is None or place.path in NO_OBJECTS:
            continue
        own = ("namespaces", namespace)
        if not namespace or place.namespace == namespace or (place.path, place.name) == own:
            yield from store.list_key(entry.key).entries


def entries_of(store: Store, asked: Sequence[Wanted], namespace: str) -> Iterator[StoredEntry]:
    """Yield the entries of resources, or of names; in every namespace for none."""
    for resource, name in asked:
        key = store.key_of(resource, namespace if resource.namespaced else "", name)
        yield from (store.list_key(key) if name else store.list_prefix(key)).entries


def restorable(
    store: Store,
    entries: Iterable[StoredEntry],
    report: Callable[[Remark], None],
    *,
    is_chosen: bool,
) -> RestoredObjects:
    """Return the objects of entries in their order, without those that would be created twice.

    Objects whose controller is among them are left out; and, unless the user chose the resources,
    those that a cluster creates itself.
    """
    objects = list(_objects(store, entries, report))
    uids = {uid_of(each.content) for each in objects} - {""}
    selecting = _selecting_services(objects)
    kept, left = [], Counter[str]()
    for each in objects:
        if any(owner.get("controller") and owner.get("uid") in uids for owner in _owners(each)):
            left["owner"] += 1
        elif not is_chosen and (is_made_again(each.content) or _is_of(each, selecting)):
            left["cluster"] += 1
        else:
            kept.append(each)
    return RestoredObjects(sorted(kept, key=_rank), left["owner"], left["cluster"])


def _objects(
    store: Store, entries: Iterable[StoredEntry], report: Callable[[Remark], None]
) -> Iterator[Restorable]:
    for entry in entries:
        place = parse(entry.key, store.prefix)
        if place is None:
            continue
        stored = store.read(entry)
        content = stored.decoded.object
        if stored.decryption_error:
            report(Remark(RemarkKind.NOT_DECRYPTED, entry.key, stored.decryption_error))
        elif content is None or not isinstance(content.get("metadata"), dict):
            report(Remark(RemarkKind.NO_OBJECT, entry.key, "it holds no object of Kubernetes"))
        else:
            yield Restorable(place, content)


def _owners(each: Restorable) -> list[Object]:
    return owner_references(each.content)


def _selecting_services(objects: list[Restorable]) -> set[tuple[str, str]]:
    """Return the services whose endpoints a controller finds: those with a selector."""
    services = (each for each in objects if each.content.get("kind") == "Service")
    specs = ((each.place, each.content.get("spec")) for each in services)
    return {
        (place.namespace, place.name)
        for place, spec in specs
        if isinstance(spec, dict) and spec.get("selector")
    }


def _is_of(each: Restorable, services: set[tuple[str, str]]) -> bool:
    place = each.place
    return each.content.get("kind") == "Endpoints" and (place.namespace, place.name) in services


def _rank(each: Restorable) -> tuple[int, str, str, str]:
    resource, place = each.place.resource, each.place
    rank = _OTHERS if resource.custom else _RANKS.get(resource.plural, _OTHERS)
    return rank, place.path, place.namespace, place.name


class Restoration:
    """Plans to write objects as they were, where they are absent."""

    def __init__(
        self,
        store: Store,
        keyring: Keyring,
        objects: list[Restorable],
        report: Callable[[str], None],
    ) -> None:
        self.present: list[str] = []
        """The objects that exist already."""
        self._store = store
        self._objects = objects
        contents: list[Plain] = [each.content for each in objects]
        self._planner = Planner(store, keyring, Intent(), contents, report)

    def plan(self) -> list[Planned]:
        """Return the changes that create the absent objects."""
        absent = [each for each in self._objects if not self._is_there(each)]
        owners = {uid_of(each.content) for each in absent} - {""}
        return [
            self._planned(as_it_was(each.content, owners | self._living_owners(each)))
            for each in absent
        ]

    def _planned(self, content: Object) -> Planned:
        try:
            return self._planner.plan(content)
        except InvalidInput as error:
            raise error.with_advice(
                "Try:  kubernetes restore customresourcedefinitions, which define it, before"
            ) from error

    def _is_there(self, each: Restorable) -> bool:
        place = each.place
        key = self._store.key_of(place.resource, place.namespace, place.name)
        if not any(self._store.list_key(key, keys_only=True).entries):
            return False
        self.present.append(each.title)
        return True

    def _living_owners(self, each: Restorable) -> set[str]:
        """Return the uids of owners that are in the store."""
        return {
            str(owner["uid"])
            for owner in owner_references(each.content)
            if owner.get("uid")
            and uid_of_owner(self._store, each.place.namespace, owner) == owner["uid"]
        }
