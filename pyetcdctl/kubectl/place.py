"""What ``--via`` names: kubectl and, if the user wants a certain one, a pod."""

from __future__ import annotations

import re
from typing import NamedTuple

from pyetcdctl.errors import BadArguments

KUBECTL = "kubectl"
KUBEADM_NAMESPACE = "kube-system"
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", re.ASCII)


class Place(NamedTuple):
    """A pod; an empty name means kubeadm's etcd pods."""

    namespace: str = KUBEADM_NAMESPACE
    pod: str = ""


def parse_place(text: str) -> Place:
    """Parse ``kubectl`` or ``kubectl:[NAMESPACE/]POD``."""
    transport, colon, path = text.partition(":")
    namespace, slash, pod = path.rpartition("/")
    names = [*([namespace] if slash else []), *([pod] if colon else [])]
    if transport != KUBECTL or not all(map(_NAME.fullmatch, names)):
        raise BadArguments(
            f'--via takes kubectl, not "{text}"',
            "Try:  --via kubectl, or --via kubectl:NAMESPACE/POD for one pod",
        )
    return Place(namespace or KUBEADM_NAMESPACE, pod)
