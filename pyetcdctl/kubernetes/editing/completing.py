"""Complete an object as the API server does on a write: identity and history come from the old
one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from pyetcdctl.kubernetes.codec.json_writing import json_text

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Object, Plain
    from pyetcdctl.kubernetes.resources import Resource

CARRIED = ("uid", "creationTimestamp", "managedFields")

WITH_GENERATION = frozenset(
    (
        *("CSIDriver", "CronJob", "CustomResourceDefinition", "DaemonSet", "Deployment"),
        *("DeviceClass", "DeviceTaintRule", "EndpointSlice", "FlowSchema", "Ingress"),
        *("IngressClass", "Job", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"),
        *("MutatingWebhookConfiguration", "NetworkPolicy", "PodDisruptionBudget", "PodTemplate"),
        *("PriorityLevelConfiguration", "ReplicaSet", "ReplicationController", "ResourceSlice"),
        *("StatefulSet", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"),
        "ValidatingWebhookConfiguration",
    )
)
"""Built-in kinds whose generation the API server counts in every release; Pods since 1.33 alone."""


def contradiction(obj: Object, before: Object | None, mod_revision: int) -> str:
    """Return why an object cannot replace the stored one; empty if it can."""
    metadata, old = _metadata(obj), _metadata(before)
    expected = metadata.get("resourceVersion")
    if expected and str(expected) != str(mod_revision):
        now = f"it is {mod_revision} now" if mod_revision else "it is not there any more"
        return f"it was read at resourceVersion {expected}, and {now}"
    if before is None:
        return ""
    if obj.get("kind") != before.get("kind"):
        return f"a {before.get('kind')} is stored there, not a {obj.get('kind')}"
    for name in ("name", "namespace"):
        if old.get(name) and metadata.get(name) and old[name] != metadata[name]:
            return f"metadata.{name} is {metadata[name]}, and that of the stored one is {old[name]}"
    if metadata.get("uid") and old.get("uid") and metadata["uid"] != old["uid"]:
        return "its uid is another one: it was deleted and created again"
    return ""


def completed(obj: Plain, before: Object | None, namespace: str) -> Plain:
    """Return an object with the metadata that its file may leave out.

    uid, creationTimestamp and managedFields come from the old object; a new one gets a uid and the
    present time.
    """
    if not isinstance(obj, dict) or not isinstance(obj.get("metadata"), dict):
        return obj
    metadata, old = dict(obj["metadata"]), _metadata(before)
    added: Object = {"namespace": namespace} if namespace and not metadata.get("namespace") else {}
    if before is not None:
        added |= {name: old[name] for name in CARRIED if old.get(name) and name not in metadata}
    else:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        new = {"uid": str(uuid4()), "creationTimestamp": now}
        added |= {name: value for name, value in new.items() if not metadata.get(name)}
    return {**obj, "metadata": {**metadata, **added}}


def with_generation(obj: Object, before: Object | None, resource: Resource | None) -> Object:
    """Return an object with the metadata.generation that the API server would give it.

    It is raised when anything but metadata and status changes, which controllers wait for. A
    generation that the file itself changes is kept.
    """
    metadata = _metadata(obj)
    old = _metadata(before).get("generation") or 0
    is_counted = old or (resource and (resource.custom or resource.kind in WITH_GENERATION))
    if not is_counted or type(old) is not int or metadata.get("generation", old) != old:
        return obj
    generation = old + (before is None or _content(obj) != _content(before))
    return {**obj, "metadata": {**metadata, "generation": generation}} if generation else obj


def _content(obj: Object) -> str:
    return json_text({n: v for n, v in obj.items() if n not in ("metadata", "status")})


def _metadata(obj: Object | None) -> Object:
    metadata = obj.get("metadata") if isinstance(obj, dict) else None
    return metadata if isinstance(metadata, dict) else {}
