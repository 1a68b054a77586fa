"""Certificates and keys of etcd in Secrets: read through the API server, kept only in memory."""

from __future__ import annotations

import os
from base64 import b64decode
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import KubectlFailed
from pyetcdctl.kubectl.secret_mounts import SecretItem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pyetcdctl.kubectl.pods import EtcdPod
    from pyetcdctl.kubectl.program import Kubectl

CA_ITEM, CERTIFICATE_ITEM, KEY_ITEM = "ca.crt", "tls.crt", "tls.key"


class ClientPems(NamedTuple):
    """A TLS client's certificate and key, and the CA if a Secret has it, as PEM."""

    ca: bytes
    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        return "ClientPems(...)"


def client_pems(kubectl: Kubectl, pod: EtcdPod) -> ClientPems:
    """Return the pair of a Secret for clients that the pod mounts, else the server's own pair."""

    @cache
    def items_of(secret: str) -> Mapping[str, str]:
        tried = f"the Secret {pod.namespace}/{secret}, which the pod {pod.name} mounts"
        found = kubectl.json(tried, "get", "secret", secret, "-n", pod.namespace)
        data: Mapping[str, str] = found.get("data") or {}
        return data

    certificate, key = _client_pair(pod, items_of)
    authority = pod.secret_item(pod.tls.ca) or SecretItem(key.secret, CA_ITEM)
    return ClientPems(*(_content(items_of, item) for item in (authority, certificate, key)))


def _client_pair(
    pod: EtcdPod, items_of: Callable[[str], Mapping[str, str]]
) -> tuple[SecretItem, SecretItem]:
    for mount in pod.secrets:
        is_for_clients = "client" in f"{mount.path} {mount.secret}"
        if is_for_clients and {CERTIFICATE_ITEM, KEY_ITEM} <= items_of(mount.secret).keys():
            return (
                SecretItem(mount.secret, CERTIFICATE_ITEM),
                SecretItem(mount.secret, KEY_ITEM),
            )
    certificate, key = pod.secret_item(pod.tls.certificate), pod.secret_item(pod.tls.key)
    if certificate is None or key is None:
        raise KubectlFailed(
            f"the client key of etcd in the pod {pod.full_name} is a file of its node",
            f"kubectl cannot read it: {pod.tls.key or 'the command line names none'}.",
            "Try:  --cacert, --cert and --key of this machine, or --via kubectl",
        )
    return certificate, key


def _content(items_of: Callable[[str], Mapping[str, str]], item: SecretItem) -> bytes:
    return b64decode(items_of(item.secret).get(item.item, ""))


class MemoryFiles:
    """Files without a name in any folder; they are removed by ``close``, or when the process
    ends.
    """

    def __init__(self, contents: Sequence[bytes]) -> None:
        if not hasattr(os, "memfd_create"):
            raise KubectlFailed(
                "keys in Secrets can be kept in memory on Linux only",
                "Try:  --cacert, --cert and --key of this machine",
            )
        self._descriptors = [_memory_file(content) for content in contents]

    @property
    def paths(self) -> list[str]:
        """The path of each file, for this process."""
        return [f"/proc/self/fd/{descriptor}" for descriptor in self._descriptors]

    def close(self) -> None:
        """Close the files, which removes them."""
        while self._descriptors:
            os.close(self._descriptors.pop())


def _memory_file(content: bytes) -> int:
    descriptor = os.memfd_create("pyetcdctl", os.MFD_CLOEXEC)
    os.write(descriptor, content)
    return descriptor
