"""Find the pods that run etcd: those that ``--via`` names, or kubeadm's by their label."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import BadArguments, KubectlFailed
from pyetcdctl.kubectl.pods import read_pod

if TYPE_CHECKING:
    from pyetcdctl.kubectl.pods import EtcdPod
    from pyetcdctl.kubectl.program import Kubectl

KUBEADM_LABEL = "component=etcd"
NAME_ONE = "Try:  --via kubectl:NAMESPACE/POD, or on a control-plane node pyetcdctl without --via"
KUBECTL, PORT_FORWARD = "kubectl", "port-forward"
KUBEADM_NAMESPACE = "kube-system"
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", re.ASCII)


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


class PodPlace(NamedTuple):
    """A transport and a pod; an empty name means kubeadm's etcd pods."""

    transport: str = KUBECTL
    namespace: str = KUBEADM_NAMESPACE
    pod: str = ""


def parse_place(text: str) -> PodPlace:
    """Parse ``kubectl`` or ``port-forward``, each with ``:[NAMESPACE/]POD`` or without."""
    transport, colon, path = text.partition(":")
    namespace, slash, pod = path.rpartition("/")
    names = [*([namespace] if slash else []), *([pod] if colon else [])]
    if transport not in (KUBECTL, PORT_FORWARD) or not all(map(_NAME.fullmatch, names)):
        raise BadArguments(
            f'--via takes {KUBECTL} or {PORT_FORWARD}, not "{text}"',
            "Try:  --via kubectl, or --via kubectl:NAMESPACE/POD for one pod",
        )
    return PodPlace(transport, namespace or KUBEADM_NAMESPACE, pod)
