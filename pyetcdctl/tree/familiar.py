"""What Kubernetes calls the places of /registry whose etcd names come from its first releases.

``PLACES`` also tells the seeking reader where to look first. It may be incomplete: a key elsewhere
is found all the same, a little later.
"""

from __future__ import annotations

from pyetcdctl.tree.root import REGISTRY

_FAMILIAR = {
    b"controllers": "replicationcontrollers",
    b"ingress": "ingresses",
    b"minions": "nodes",
    b"podsecuritypolicy": "podsecuritypolicies",
    b"services/endpoints": "endpoints",
    b"services/specs": "services",
}

# Their own objects are built in; they lie in their groups all the same.
_GROUPS_OF_DEFINITIONS = (b"apiextensions.k8s.io", b"apiregistration.k8s.io")

PLACES = b"""
apiextensions.k8s.io apiregistration.k8s.io certificatesigningrequests clusterrolebindings
clusterroles clustertrustbundles configmaps controllerrevisions controllers cronjobs csidrivers
csinodes csistoragecapacities daemonsets deployments deviceclasses endpointslices events flowschemas
horizontalpodautoscalers ingress ingressclasses ipaddresses jobs leases limitranges masterleases
minions mutatingadmissionpolicies mutatingwebhookconfigurations namespaces networkpolicies
persistentvolumeclaims persistentvolumes poddisruptionbudgets pods podtemplates priorityclasses
prioritylevelconfigurations ranges replicasets resourceclaims resourceclaimtemplates resourcequotas
resourceslices rolebindings roles runtimeclasses secrets serviceaccounts servicecidrs
services/endpoints services/specs statefulsets storageclasses storageversions
validatingadmissionpolicies validatingadmissionpolicybindings validatingwebhookconfigurations
volumeattachments volumeattributesclasses
""".split()


def familiar_name(branch: bytes) -> str:
    """Return Kubernetes' name for a branch where etcd's is another one, or nothing.

    The group of a custom resource has no other name: it is said what it is.
    """
    if not branch.startswith(REGISTRY):
        return ""
    name = branch[len(REGISTRY) : -1]
    is_custom = b"." in name and b"/" not in name and name not in _GROUPS_OF_DEFINITIONS
    return "custom resources" if is_custom else _FAMILIAR.get(name, "")
