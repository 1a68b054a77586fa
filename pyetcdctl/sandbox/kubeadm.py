"""A control-plane node as kubeadm creates it: static pods, their certificates, and etcd's flags."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyetcdctl.sandbox.certificates import LOCAL_NAMES, Authority
from pyetcdctl.sandbox.sample import encryption_config
from pyetcdctl.sandbox.sites import LOOPBACK, node_address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyetcdctl.sandbox.sites import Site

_ETCD = """\
apiVersion: v1
kind: Pod
metadata:
  annotations:
    kubeadm.kubernetes.io/etcd.advertise-client-urls: {client_url}
  labels:
    component: etcd
    tier: control-plane
  name: etcd
  namespace: kube-system
spec:
  containers:
  - command:
    - etcd
{flags}
    image: registry.k8s.io/etcd:{version}-0
    imagePullPolicy: IfNotPresent
    name: etcd
    volumeMounts:
    - mountPath: /var/lib/etcd
      name: etcd-data
    - mountPath: /etc/kubernetes/pki/etcd
      name: etcd-certs
  hostNetwork: true
  priority: 2000001000
  priorityClassName: system-node-critical
  volumes:
  - hostPath:
      path: /etc/kubernetes/pki/etcd
      type: DirectoryOrCreate
    name: etcd-certs
  - hostPath:
      path: /var/lib/etcd
      type: DirectoryOrCreate
    name: etcd-data
status: {{}}
"""

_ENCRYPTION_CONFIG = "/etc/kubernetes/enc/enc.yaml"
_API_SERVER = """\
apiVersion: v1
kind: Pod
metadata:
  annotations:
    kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint: {address}:6443
  labels:
    component: kube-apiserver
    tier: control-plane
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
  - command:
    - kube-apiserver
    - --advertise-address={address}
    - --allow-privileged=true
    - --authorization-mode=Node,RBAC
    - --client-ca-file=/etc/kubernetes/pki/ca.crt
    - --encryption-provider-config={encryption}
    - --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt
    - --etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt
    - --etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key
    - --etcd-servers={etcd}
    - --secure-port=6443
    - --service-cluster-ip-range=10.96.0.0/12
    image: registry.k8s.io/kube-apiserver:v1.32.0
    imagePullPolicy: IfNotPresent
    name: kube-apiserver
    volumeMounts:
    - mountPath: /etc/kubernetes/pki
      name: k8s-certs
      readOnly: true
    - mountPath: /etc/kubernetes/enc
      name: enc
      readOnly: true
    - mountPath: /run/kms
      name: kms
  hostNetwork: true
  priority: 2000001000
  priorityClassName: system-node-critical
  volumes:
  - hostPath:
      path: /etc/kubernetes/pki
      type: DirectoryOrCreate
    name: k8s-certs
  - hostPath:
      path: /etc/kubernetes/enc
      type: DirectoryOrCreate
    name: enc
  - hostPath:
      path: /run/kms
      type: DirectoryOrCreate
    name: kms
status: {{}}
"""


@dataclass(frozen=True, slots=True)
class KubeadmLayout:
    """A stacked etcd on control-plane nodes; all nodes share the authority, as in a cluster."""

    version: str
    release: tuple[int, int]
    authority: Authority = field(default_factory=lambda: Authority("etcd-ca"))
    cluster_authority: Authority = field(default_factory=lambda: Authority("kubernetes"))
    scheme: str = "https"
    peer_scheme: str = "https"

    def name(self, index: int) -> str:
        """Return the node's name; the first is the one in the sample cluster."""
        return "master" if index == 0 else f"master-{index + 1}"

    def address(self, index: int) -> str:
        """Return the node's address."""
        return node_address(index)

    def prepare(self, site: Site, initial_cluster: str) -> Sequence[str]:
        """Write manifests and certificates; return etcd's flags with the paths they really have."""
        kubernetes = site.folder / "etc/kubernetes"
        self._write_certificates(site, kubernetes / "pki")
        flags = self._flags(site, initial_cluster, root="")
        client_url = site.url("https", site.client_port)
        manifest = _ETCD.format(
            client_url=client_url,
            version=self.version,
            flags="\n".join(f"    - {flag}" for flag in flags),
        )
        local_url = site.url("https", site.client_port, LOOPBACK)
        api_server = _API_SERVER.format(
            address=site.address, etcd=local_url, encryption=_ENCRYPTION_CONFIG
        )
        _write_manifest(site.folder / _ENCRYPTION_CONFIG.lstrip("/"), encryption_config())
        _write_manifest(kubernetes / "manifests/etcd.yaml", manifest)
        _write_manifest(kubernetes / "manifests/kube-apiserver.yaml", api_server)
        real = self._flags(site, initial_cluster, root=str(site.folder))
        # The check calls the other members and waits long for those that start at the same time;
        # kubeadm's join one after the other.
        alone = "," not in initial_cluster
        return [flag for flag in real if alone or flag != self._corruption_check]

    def _flags(self, site: Site, initial_cluster: str, root: str) -> list[str]:
        pki = f"{root}/etc/kubernetes/pki/etcd"
        client_url = site.url("https", site.client_port)
        local_url = site.url("https", site.client_port, LOOPBACK)
        peer_url = site.url("https", site.peer_port)
        return [
            f"--advertise-client-urls={client_url}",
            f"--cert-file={pki}/server.crt",
            "--client-cert-auth=true",
            f"--data-dir={root}/var/lib/etcd",
            self._corruption_check,
            *self._progress_interval(),
            f"--initial-advertise-peer-urls={peer_url}",
            f"--initial-cluster={initial_cluster}",
            f"--key-file={pki}/server.key",
            f"--listen-client-urls={','.join(dict.fromkeys((local_url, client_url)))}",
            f"--listen-metrics-urls={site.url('http', site.metrics_port, LOOPBACK)}",
            f"--listen-peer-urls={peer_url}",
            f"--name={site.name}",
            f"--peer-cert-file={pki}/peer.crt",
            "--peer-client-cert-auth=true",
            f"--peer-key-file={pki}/peer.key",
            f"--peer-trusted-ca-file={pki}/ca.crt",
            "--snapshot-count=10000",
            f"--trusted-ca-file={pki}/ca.crt",
        ]

    @property
    def _corruption_check(self) -> str:
        if self.release >= (3, 6):
            return "--feature-gates=InitialCorruptCheck=true"
        return "--experimental-initial-corrupt-check=true"

    def _progress_interval(self) -> list[str]:
        if self.release >= (3, 6):
            return ["--watch-progress-notify-interval=5s"]
        experiment = ["--experimental-watch-progress-notify-interval=5s"]
        return experiment if self.release >= (3, 5) else []

    def _write_certificates(self, site: Site, pki: Path) -> None:
        issue = self.authority.issue
        hosts = tuple(dict.fromkeys((site.name, *LOCAL_NAMES, site.address)))
        pairs = {
            "ca": self.cluster_authority.pair,
            "etcd/ca": self.authority.pair,
            "etcd/server": issue(site.name, hosts=hosts),
            "etcd/peer": issue(site.name, hosts=hosts),
            "etcd/healthcheck-client": issue("kube-etcd-healthcheck-client"),
            "apiserver-etcd-client": issue("kube-apiserver-etcd-client"),
        }
        for name, pair in pairs.items():
            pair.write(pki / f"{name}.crt", pki / f"{name}.key")


def _write_manifest(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
