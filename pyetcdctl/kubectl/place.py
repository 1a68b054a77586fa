"""What ``--via`` names: a transport and, if the user wants a certain one, a pod."""

from __future__ import annotations

import re
from typing import NamedTuple

from pyetcdctl.errors import BadArguments

KUBECTL, PORT_FORWARD = "kubectl", "port-forward"
KUBEADM_NAMESPACE = "kube-system"
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", re.ASCII)


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
