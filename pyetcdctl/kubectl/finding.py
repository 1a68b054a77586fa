"""Which pods run etcd: kubeadm's by their label, or the one that the user names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.errors import KubectlFailed
from pyetcdctl.kubectl.pods import read_pod

if TYPE_CHECKING:
    from pyetcdctl.kubectl.place import PodPlace
    from pyetcdctl.kubectl.pods import EtcdPod
    from pyetcdctl.kubectl.program import Kubectl

KUBEADM_LABEL = "component=etcd"
NAME_ONE = "Try:  --via kubectl:NAMESPACE/POD, or on a control-plane node pyetcdctl without --via"


def find_pods(kubectl: Kubectl, place: PodPlace) -> tuple[EtcdPod, ...]:
    """Return the pods, those that are ready first. Raises KubectlFailed where there is none."""
    if place.pod:
        return (_named_pod(kubectl, place),)
    tried = f"the pods with the label {KUBEADM_LABEL} in the namespace {place.namespace}"
    found = kubectl.json(tried, "get", "pods", "-n", place.namespace, "-l", KUBEADM_LABEL)
    pods = list(filter(None, map(read_pod, found.get("items") or ())))
    if not pods:
        raise KubectlFailed(
            f"no etcd pod is in the namespace {place.namespace}", f"Tried: {tried}.", NAME_ONE
        )
    return tuple(sorted(pods, key=lambda pod: (not pod.is_ready, pod.name)))


def _named_pod(kubectl: Kubectl, place: PodPlace) -> EtcdPod:
    tried = f"the pod {place.namespace}/{place.pod}"
    pod = read_pod(kubectl.json(tried, "get", "pod", place.pod, "-n", place.namespace))
    if pod is None:
        raise KubectlFailed(f"no container of {tried} runs etcd", NAME_ONE)
    return pod
