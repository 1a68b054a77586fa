"""A port of this machine that kubectl port-forward forwards to etcd in a pod."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pyetcdctl.errors import KubectlFailed, PyetcdctlError
from pyetcdctl.kubectl.failures import failure_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.kubectl.pods import EtcdPod
    from pyetcdctl.kubectl.program import Kubectl

START_SECONDS = 15.0
ADDRESS = "127.0.0.1"
_READY = re.compile(rb"Forwarding from 127\.0\.0\.1:(\d+) -> ")


class Forwarding:
    """A forwarded port; it is open until ``close``, and every user of this machine may use it."""

    def __init__(self, kubectl: Kubectl, pod: EtcdPod) -> None:
        """Start it; ``wait`` returns when it is ready."""
        self._pod = pod
        remote = urlsplit(pod.advertised_endpoint)
        place = ["--address", ADDRESS, "-n", pod.namespace]
        self._child = kubectl.start(
            ["port-forward", *place, f"pod/{pod.name}", f":{remote.port or 2379}"]
        )
        self._scheme = remote.scheme or "http"
        self.endpoint = ""

    @property
    def server_name(self) -> str:
        """The name that the server's certificate must have: the one that the member advertises."""
        return urlsplit(self._pod.advertised_endpoint).hostname or self._pod.ip

    def wait(self) -> None:
        """Wait until the port is open, and return its endpoint. Raises KubectlFailed."""
        self.endpoint = f"{self._scheme}://{ADDRESS}:{self._local_port()}"

    def close(self) -> None:
        """Close the port."""
        self._child.stop()

    def _local_port(self) -> int:
        printed = b""
        try:
            for piece in self._child.pieces(START_SECONDS, START_SECONDS):
                printed += piece
                found = _READY.search(printed)
                if found:
                    return int(found[1])
        except TimeoutError:
            self._child.stop()
            raise KubectlFailed(
                f"kubectl port-forward has not responded for {START_SECONDS:g} s",
                f"Tried: {self._pod.full_name}.",
                is_of_the_pod=True,
            ) from None
        self._child.wait()
        raise failure_of(self._child.messages, self._pod.full_name)


def forward_all(kubectl: Kubectl, pods: Sequence[EtcdPod]) -> list[Forwarding]:
    """Forward a port to each pod that can be reached. Raises KubectlFailed where none can."""
    forwardings = [Forwarding(kubectl, pod) for pod in pods]
    ready, failures = [], []
    for each in forwardings:
        try:
            each.wait()
        except PyetcdctlError as failure:
            failures.append(failure)
        else:
            ready.append(each)
    if not ready:
        raise failures[0]
    return ready
