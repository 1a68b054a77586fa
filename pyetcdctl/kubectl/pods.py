"""Read an etcd pod's specification: etcd's URLs and the paths of its certificates."""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from pyetcdctl.kubectl.etcd_options import command_words, etcd_options
from pyetcdctl.kubectl.secret_mounts import secret_mounts
from pyetcdctl.settings import DEFAULT_ENDPOINT, TlsFiles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyetcdctl.kubectl.secret_mounts import SecretItem, SecretMount

_ETCD = "etcd"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ANY_ADDRESS = ("0.0.0.0", "::")


class EtcdPod(NamedTuple):
    """A pod that runs etcd. ``tls`` are paths inside the pod, those of the server's own pair."""

    namespace: str
    name: str
    container: str
    is_ready: bool
    ip: str = ""
    listen_urls: tuple[str, ...] = ()
    advertised_urls: tuple[str, ...] = ()
    tls: TlsFiles = TlsFiles()
    variables: frozenset[str] = frozenset()
    """The ETCDCTL_... variables that the container sets: etcdctl refuses them beside flags."""
    secrets: tuple[SecretMount, ...] = ()

    @property
    def full_name(self) -> str:
        """The pod as NAMESPACE/POD."""
        return f"{self.namespace}/{self.name}"

    @property
    def local_endpoint(self) -> str:
        """The URL for etcdctl in the pod: the loopback address if etcd listens there."""
        local = [url for url in self.listen_urls if urlsplit(url).hostname in _LOOPBACK]
        return (*local, *self.advertised_urls, *self.listen_urls, DEFAULT_ENDPOINT)[0]

    @property
    def advertised_endpoint(self) -> str:
        """The member's advertised client URL."""
        return (*self.advertised_urls, self.local_endpoint)[0]

    def secret_item(self, path: str) -> SecretItem | None:
        """Return the item of a mounted Secret at a path; None for a file of the node."""
        return next(filter(None, (mount.item_at(path) for mount in self.secrets)), None)

    @property
    def has_secrets_for_tls(self) -> bool:
        """Whether the server's key can be read through the API server."""
        return bool(self.tls.key) and self.secret_item(self.tls.key) is not None


def read_pod(pod: Mapping[str, Any]) -> EtcdPod | None:
    """Parse a pod's JSON; None when no container of it runs etcd."""
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    container = _etcd_container(spec.get("containers") or ())
    if container is None:
        return None
    options = etcd_options(container)
    return EtcdPod(
        namespace=pod["metadata"]["namespace"],
        name=pod["metadata"]["name"],
        container=container["name"],
        is_ready=_is_ready(status, container["name"]),
        ip=status.get("podIP", ""),
        listen_urls=_urls(options.get("listen-client-urls", ""), status.get("podIP", "")),
        advertised_urls=_urls(options.get("advertise-client-urls", ""), ""),
        tls=TlsFiles(
            options.get("trusted-ca-file", ""),
            options.get("cert-file", ""),
            options.get("key-file", ""),
        ),
        variables=_etcdctl_variables(container),
        secrets=secret_mounts(spec, container),
    )


def _etcd_container(containers: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    for container in containers:
        words = command_words(container)
        if container.get("name") == _ETCD or (words and basename(words[0]) == _ETCD):
            return container
    return None


def _is_ready(status: Mapping[str, Any], container: str) -> bool:
    states = status.get("containerStatuses") or ()
    return any(each.get("name") == container and each.get("ready") for each in states)


def _urls(text: str, any_address: str) -> tuple[str, ...]:
    """Return the URLs of a list; ``any_address`` replaces an unspecified address such as
    0.0.0.0.
    """
    found = []
    for url in filter(None, (part.strip() for part in text.split(","))):
        host = urlsplit(url).hostname or ""
        if host in _ANY_ADDRESS and any_address:
            port = urlsplit(url).port or 2379
            shown = f"[{any_address}]" if ":" in any_address else any_address
            url = f"{urlsplit(url).scheme}://{shown}:{port}"
        found.append(url)
    return tuple(found)


def _etcdctl_variables(container: Mapping[str, Any]) -> frozenset[str]:
    names = (row.get("name", "") for row in container.get("env") or ())
    return frozenset(name for name in names if name.startswith("ETCDCTL_"))
