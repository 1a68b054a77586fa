"""Prepare stored objects to be created again, without what a cluster sets at creation.

A manifest is for the API server, which sets these fields again. Written to etcd past the API
server, an object keeps its identity, so that references from owners and volumes stay valid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.kubectl.like_api import like_api

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from pyetcdctl.kubernetes.objects import Object, Plain

_GIVEN = (
    *("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"),
    *("ownerReferences", "deletionTimestamp", "deletionGracePeriodSeconds"),
)
_OF_DELETION = ("deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "resourceVersion")
_DELETING = ("foregroundDeletion", "orphan")
_BINDING = ("pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller")
_JOB_LABELS = (
    *("controller-uid", "batch.kubernetes.io/controller-uid"),
    *("job-name", "batch.kubernetes.io/job-name"),
)
_NO_ADDRESS = "None"
TOKEN_TYPE = "kubernetes.io/service-account-token"
_TOKEN_FIELDS = ("token", "ca.crt", "namespace")
_ACCOUNT_UID = "kubernetes.io/service-account.uid"


def manifest(obj: Object) -> Object:
    """Return the manifest for ``kubectl apply`` that creates an object like this one."""
    new = like_api(obj, 0)
    new.pop("status", None)
    metadata = _metadata(new)
    for name in _GIVEN:
        metadata.pop(name, None)
    _without_deletion(metadata)
    new["metadata"] = metadata
    if (clean := _CLEANED.get(str(obj.get("kind")))) is not None:
        clean(new)
    return new


def as_it_was(obj: Object, owners: Collection[str]) -> Object:
    """Return an object to store as it was; ``owners`` are the uids of existing owners."""
    metadata = {name: each for name, each in _metadata(obj).items() if name not in _OF_DELETION}
    _without_deletion(metadata)
    kept = [each for each in owner_references(obj) if each.get("uid") in owners]
    metadata.pop("ownerReferences", None)
    if kept:
        metadata["ownerReferences"] = kept
    new = {**obj, "metadata": metadata}
    if obj.get("kind") == "Pod":
        new["spec"] = _without(new.get("spec"), ("nodeName",))
        new["status"] = {"phase": "Pending"}
    elif obj.get("kind") == "Namespace":
        new["spec"] = {"finalizers": ["kubernetes"]}
        new["status"] = {"phase": "Active"}
    return new


def owner_references(obj: Object) -> list[Object]:
    """Return an object's owner references."""
    references = _metadata(obj).get("ownerReferences")
    if not isinstance(references, list):
        return []
    return [each for each in references if isinstance(each, dict)]


def uid_of(obj: Object) -> str:
    """Return an object's uid."""
    return str(_metadata(obj).get("uid") or "")


def is_made_again(obj: Object) -> bool:
    """Whether a cluster creates such an object itself, without an owner."""
    return any(each(obj) for each in _MADE_AGAIN)


def _metadata(obj: Object) -> Object:
    metadata = obj.get("metadata")
    return dict(metadata) if isinstance(metadata, dict) else {}


def _without(plain: Plain, names: Collection[str]) -> Object:
    """Return a copy of an object without some of its fields."""
    fields = plain if isinstance(plain, dict) else {}
    return {name: each for name, each in fields.items() if name not in names}


def _drop(obj: Object, path: str, names: Collection[str]) -> None:
    """Remove fields of the object at a path, copying its parents; an emptied object is removed,
    too.
    """
    first, _, rest = path.partition(".")
    inside = obj.get(first)
    if not isinstance(inside, dict):
        return
    copied: Object = dict(inside)
    if rest:
        _drop(copied, rest, names)
    else:
        copied = _without(copied, names)
    if copied or not inside:
        obj[first] = copied
    else:
        del obj[first]


def _without_deletion(metadata: Object) -> None:
    finalizers = metadata.get("finalizers")
    if isinstance(finalizers, list):
        kept = [each for each in finalizers if each not in _DELETING]
        metadata["finalizers"] = kept
        if not kept:
            del metadata["finalizers"]


def _service(new: Object) -> None:
    spec = new.get("spec")
    if isinstance(spec, dict) and spec.get("clusterIP") != _NO_ADDRESS:
        _drop(new, "spec", ("clusterIP", "clusterIPs"))


def _pod(new: Object) -> None:
    _drop(new, "spec", ("nodeName", "ephemeralContainers"))


def _job(new: Object) -> None:
    spec = new.get("spec")
    if isinstance(spec, dict) and spec.get("manualSelector"):
        return
    _drop(new, "spec", ("selector",))
    _drop(new, "spec.template.metadata.labels", _JOB_LABELS)
    _drop(new, "metadata.labels", _JOB_LABELS)


def _namespace(new: Object) -> None:
    new.pop("spec", None)


def _claim(new: Object) -> None:
    _drop(new, "metadata.annotations", _BINDING)


def _volume(new: Object) -> None:
    _drop(new, "metadata.annotations", _BINDING)
    _drop(new, "spec.claimRef", ("uid", "resourceVersion"))


def _secret(new: Object) -> None:
    if new.get("type") == TOKEN_TYPE:
        _drop(new, "data", _TOKEN_FIELDS)
        _drop(new, "metadata.annotations", (_ACCOUNT_UID,))


_CLEANED: dict[str, Callable[[Object], None]] = {
    "Job": _job,
    "Namespace": _namespace,
    "PersistentVolume": _volume,
    "PersistentVolumeClaim": _claim,
    "Pod": _pod,
    "Secret": _secret,
    "Service": _service,
}


def _labels(obj: Object) -> Object:
    labels = _metadata(obj).get("labels")
    return labels if isinstance(labels, dict) else {}


def _annotations(obj: Object) -> Object:
    annotations = _metadata(obj).get("annotations")
    return annotations if isinstance(annotations, dict) else {}


def _is(kind: str, name: str) -> Callable[[Object], bool]:
    def matches(obj: Object) -> bool:
        return obj.get("kind") == kind and _metadata(obj).get("name") == name

    return matches


def _is_of_the_api_server(obj: Object) -> bool:
    """Whether it is the service of the API server, or says at which addresses that is."""
    metadata = _metadata(obj)
    is_named_so = (metadata.get("namespace"), metadata.get("name")) == ("default", "kubernetes")
    return is_named_so and obj.get("kind") in ("Service", "Endpoints", "EndpointSlice")


_KINDS = frozenset(
    (
        *("Event", "Lease", "LeaseCandidate", "ControllerRevision", "Node", "CSINode"),
        *("VolumeAttachment", "CSIStorageCapacity", "IPAddress", "StorageVersion"),
    )
)
_MADE_AGAIN: tuple[Callable[[Object], bool], ...] = (
    lambda obj: obj.get("kind") in _KINDS,
    lambda obj: "kubernetes.io/config.mirror" in _annotations(obj),
    lambda obj: "kubernetes.io/bootstrapping" in _labels(obj),
    lambda obj: "kube-aggregator.kubernetes.io/automanaged" in _labels(obj),
    lambda obj: "apf.kubernetes.io/autoupdate-spec" in _annotations(obj),
    lambda obj: "endpointslice.kubernetes.io/managed-by" in _labels(obj),
    lambda obj: "endpoints.kubernetes.io/managed-by" in _labels(obj),
    lambda obj: obj.get("kind") == "Secret" and obj.get("type") == TOKEN_TYPE,
    _is("ServiceAccount", "default"),
    _is("ConfigMap", "kube-root-ca.crt"),
    _is("ConfigMap", "extension-apiserver-authentication"),
    _is("ConfigMap", "kube-apiserver-legacy-service-account-token-tracking"),
    _is("PriorityClass", "system-cluster-critical"),
    _is("PriorityClass", "system-node-critical"),
    _is("ServiceCIDR", "kubernetes"),
    _is_of_the_api_server,
)
