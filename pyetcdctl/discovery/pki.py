"""``--pki DIR``: the three files from one folder, whichever layout it has."""

from __future__ import annotations

import os
from posixpath import dirname, join

from pyetcdctl.discovery.deployment import CertificatePaths, guesses
from pyetcdctl.discovery.node import Node
from pyetcdctl.discovery.trust import choose_ca, choose_client
from pyetcdctl.errors import BadArguments
from pyetcdctl.settings import TlsFiles


def pki(directory: str | os.PathLike[str]) -> TlsFiles:
    """Return CA, certificate and key of a PKI folder.

    The folder is kubeadm's ``pki`` or ``pki/etcd``, a k3s or rke2 ``tls/etcd``, or one with
    ``ca.pem``, ``kubernetes.pem`` and ``kubernetes-key.pem``.
    """
    folder = os.path.abspath(directory)
    if not os.path.isdir(folder):
        raise BadArguments(f"--pki {directory}: no such folder")
    node = Node()
    ca, pairs = _contents(node, folder)
    if not ca:
        raise BadArguments(
            f"--pki {directory}: no CA in it",
            f"None of etcd/ca.crt, ca.crt, server-ca.crt or ca.pem was found in {folder}.",
        )
    return _checked(node, str(directory), ca, pairs)


def _contents(node: Node, folder: str) -> tuple[str, list[CertificatePaths]]:
    # kubeadm's pki folder has a ca.crt of its own: Kubernetes' CA, which etcd knows nothing of.
    for name in ("etcd/ca.crt", "ca.crt", "server-ca.crt", "ca.pem"):
        ca = join(folder, name)
        if node.exists(ca):
            return ca, [pair for pair in _candidates(ca) if node.exists(pair.certificate)]
    return "", []


def _candidates(ca: str) -> list[CertificatePaths]:
    folder = dirname(ca)
    if ca.endswith(".pem"):
        return [
            CertificatePaths(join(folder, "kubernetes.pem"), join(folder, "kubernetes-key.pem"))
        ]
    server = (join(folder, stem) for stem in ("server", "server-client"))
    return [*guesses(folder), *(CertificatePaths(f"{stem}.crt", f"{stem}.key") for stem in server)]


def _checked(node: Node, shown: str, ca: str, pairs: list[CertificatePaths]) -> TlsFiles:
    authority = choose_ca(node, ca, quick=True)
    client = choose_client(node, pairs, quick=True)
    if authority and client and client.key:
        return TlsFiles(authority.file.real, client.file.real, client.key.real)
    what = "client certificate" if authority else "CA"
    reasons = [f"{skip.file.path}: {skip.why}" for skip in node.skipped]
    if not pairs:
        expected = ", ".join(pair.certificate for pair in _candidates(ca))
        reasons.append(f"None of {expected} was found.")
    raise BadArguments(f"--pki {shown}: no usable {what} in it", *reasons)
