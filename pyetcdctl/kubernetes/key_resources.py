"""Which resource of which group an etcd key belongs to, in the words of an EncryptionConfiguration.

Built-in resources lie under their plural alone, a few under an older name; everything under a name
with a dot is GROUP/PLURAL. What is no object of the API, and so never encrypted, has no resource.
"""

from __future__ import annotations

from pyetcdctl.kubernetes.encryption_config import GroupResource
from pyetcdctl.kubernetes.sealed import shown

REGISTRY = b"/registry/"

_GROUPS = {
    "": """
        configmaps events limitranges namespaces persistentvolumeclaims persistentvolumes pods
        podtemplates resourcequotas secrets serviceaccounts""",
    "admissionregistration.k8s.io": """
        initializerconfigurations mutatingadmissionpolicies mutatingadmissionpolicybindings
        mutatingwebhookconfigurations validatingadmissionpolicies
        validatingadmissionpolicybindings validatingwebhookconfigurations""",
    "apps": "controllerrevisions daemonsets deployments replicasets statefulsets",
    "auditregistration.k8s.io": "auditsinks",
    "autoscaling": "horizontalpodautoscalers",
    "batch": "cronjobs jobs",
    "certificates.k8s.io": "certificatesigningrequests clustertrustbundles podcertificaterequests",
    "coordination.k8s.io": "leases leasecandidates",
    "discovery.k8s.io": "endpointslices",
    "flowcontrol.apiserver.k8s.io": "flowschemas prioritylevelconfigurations",
    "internal.apiserver.k8s.io": "storageversions",
    "networking.k8s.io": "clustercidrs ingressclasses ipaddresses networkpolicies servicecidrs",
    "node.k8s.io": "runtimeclasses",
    "policy": "poddisruptionbudgets",
    "rbac.authorization.k8s.io": "clusterrolebindings clusterroles rolebindings roles",
    "resource.k8s.io": """
        deviceclasses devicetaintrules podschedulingcontexts podschedulings
        resourceclaimparameters resourceclaims resourceclaimtemplates resourceclasses
        resourceclassparameters resourcepoolstatusrequests resourceslices""",
    "scheduling.k8s.io": "podgroups priorityclasses workloads",
    "settings.k8s.io": "podpresets",
    "storage.k8s.io": """
        csidrivers csinodes csistoragecapacities storageclasses volumeattachments
        volumeattributesclasses""",
    "storagemigration.k8s.io": "storageversionmigrations",
}
_OLD_NAMES = {
    "controllers": GroupResource("replicationcontrollers"),
    "ingress": GroupResource("ingresses", "networking.k8s.io"),
    "minions": GroupResource("nodes"),
    "podsecuritypolicy": GroupResource("podsecuritypolicies", "policy"),
}
_RESOURCES = _OLD_NAMES | {
    name: GroupResource(name, group) for group, names in _GROUPS.items() for name in names.split()
}
_SERVICES = {b"specs": GroupResource("services"), b"endpoints": GroupResource("endpoints")}
_NO_OBJECTS = (b"ranges", b"masterleases", b"peerserverleases", b"health")


def resource_of(key: bytes, prefix: bytes = REGISTRY) -> GroupResource | None:
    """Return the resource of a key below the API server's prefix, None for no object's key."""
    if not key.startswith(prefix):
        return None
    first, slash, rest = key[len(prefix) :].partition(b"/")
    if not slash or first in _NO_OBJECTS:
        return None
    second = rest.partition(b"/")[0]
    if first == b"services":
        return _SERVICES.get(second)
    if b"." in first:
        return GroupResource(shown(second), shown(first))
    name = shown(first)
    return _RESOURCES.get(name) or GroupResource(name, None)
