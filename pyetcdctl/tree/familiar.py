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
    """Return Kubernetes' name for a branch where etcd's is another one, or nothing."""
    if not branch.startswith(REGISTRY):
        return ""
    return _FAMILIAR.get(branch[len(REGISTRY) : -1], "")
