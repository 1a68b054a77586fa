"""Writes the files of a node under a root of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pyetcdctl.sandbox.certificates import Authority, KeyPair, Validity

if TYPE_CHECKING:
    from pathlib import Path

ETCD_POD = "/etc/kubernetes/manifests/etcd.yaml"
API_SERVER_POD = "/etc/kubernetes/manifests/kube-apiserver.yaml"
PKI = "/etc/kubernetes/pki"
UNIT = "/etc/systemd/system/etcd.service"
TLS_FLAGS = (
    f"--cert-file={PKI}/etcd/server.crt",
    f"--key-file={PKI}/etcd/server.key",
    f"--trusted-ca-file={PKI}/etcd/ca.crt",
    "--client-cert-auth=true",
)
EXPIRED = Validity.of(timedelta(days=1), begins_in=timedelta(days=-30))
FUTURE = Validity.of(timedelta(days=1), begins_in=timedelta(days=30))


class Disk:
    """A node's file system below ``root``, and an authority for its certificates."""

    def __init__(self, root: Path, authority: Authority) -> None:
        self.root = root
        self.authority = authority

    def path(self, path: str) -> Path:
        """Return where a file of the node really lies."""
        return self.root / path.lstrip("/")

    def write(self, path: str, content: str | bytes) -> None:
        """Write a file and its folders."""
        place = self.path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)

    def link(self, path: str, target: str) -> None:
        """Make a symbolic link."""
        self.path(path).parent.mkdir(parents=True, exist_ok=True)
        self.path(path).symlink_to(target)

    def issue(
        self, path: str, key: str = "", validity: Validity | None = None, **names: tuple[str, ...]
    ) -> KeyPair:
        """Issue a certificate and write it; its key lies beside it with ``.key``."""
        pair = self.authority.issue("test", validity=validity, **names)
        pair.write(self.path(path), self.path(key or path.replace(".crt", ".key")))
        return pair

    def authority_file(self, path: str) -> None:
        """Write the CA's certificate."""
        self.write(path, self.authority.pair.certificate)

    def kubeadm_pki(self, folder: str = PKI) -> None:
        """Write the files of etcd that kubeadm makes."""
        self.authority_file(f"{folder}/etcd/ca.crt")
        for stem in ("apiserver-etcd-client", "etcd/healthcheck-client", "etcd/server"):
            self.issue(f"{folder}/{stem}.crt")

    def pod(self, *words: str, path: str = ETCD_POD, name: str = "etcd", extra: str = "") -> None:
        """Write a static pod manifest in kubeadm's form."""
        listed = "".join(f"    - {word}\n" for word in words)
        self.write(
            path,
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n  containers:\n"
            f"  - command:\n    - {name}\n{listed}    name: {name}\n{extra}",
        )

    def kubeadm(
        self, listen: str = "https://127.0.0.1:2379,https://10.0.0.5:2379", *more: str
    ) -> None:
        """Write a whole kubeadm node."""
        self.kubeadm_pki()
        self.pod(
            "--advertise-client-urls=https://10.0.0.5:2379",
            f"--listen-client-urls={listen}",
            "--initial-cluster=master-1=https://10.0.0.5:2380",
            *TLS_FLAGS,
            *more,
        )

    def unit(self, service: str, path: str = UNIT) -> None:
        """Write a unit with this ``[Service]`` section."""
        self.write(path, f"[Unit]\nDescription=etcd\n\n[Service]\n{service}\n")
