"""The keyring of a control-plane node, found by the API server's flags."""

from __future__ import annotations

import base64
import os
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.cli.session.configuration import configuration
from pyetcdctl.cli.session.keyring import reading_keyring, writing_keyring
from pyetcdctl.cli.session.node import LocalNode
from pyetcdctl.cli.session.process import Process
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.session.streams import Streams
from pyetcdctl.errors import BadEncryptionConfig, NotDecrypted
from pyetcdctl.kubernetes.encryption.encrypted_value import Provider
from pyetcdctl.sandbox.certificates import Authority
from tests.discovery.disk import API_SERVER_POD, Disk
from tests.kubernetes.plugin import KmsV1, listening
from tests.kubernetes.test_encryption import KEY, PLAIN, source, written
from tests.kubernetes.test_encryption_config import SECRET, cipher
from tests.kubernetes.test_encryption_kms import KEK, gcm, v1_value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyetcdctl.kubernetes.encryption.keyring import Keyring

MOUNTED = """    volumeMounts:
    - {mountPath: /etc/enc, name: enc}
    - {mountPath: /var/run/kms, name: kms}
  volumes:
  - {name: enc, hostPath: {path: /srv/enc}}
  - {name: kms, hostPath: {path: /run/plugin}}
"""
CONTENT = f"""kind: EncryptionConfiguration
apiVersion: apiserver.config.k8s.io/v1
resources:
- resources: [secrets]
  providers:
  - {cipher("aesgcm", "k")}
  - kms: {{name: vault, endpoint: "unix:///var/run/kms/a.sock"}}
"""
BY_FILE = source(Provider.AESGCM, "k", base64.b64decode(SECRET))


@pytest.fixture
def node(tmp_path: Path) -> Disk:
    disk = Disk(tmp_path, Authority())
    words = ("--encryption-provider-config=/etc/enc/enc.yaml",)
    disk.pod(*words, path=API_SERVER_POD, name="kube-apiserver", extra=MOUNTED)
    disk.write("/srv/enc/enc.yaml", CONTENT)
    return disk


@pytest.fixture
def at_end() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def keys_of(
    node: Disk | None,
    at_end: ExitStack,
    *,
    path: str = "",
    endpoints: str = "",
    notes: list[str] | None = None,
    to_write: bool = False,
) -> Keyring:
    """Return the keys that a command has on a node, or without discovery."""
    found = {"PYETCDCTL_ROOT": str(node.root)} if node else {"PYETCDCTL_DISCOVERY": "off"}
    environment = {**found, **({"ETCDCTL_ENDPOINTS": endpoints} if endpoints else {})}
    here = LocalNode(configuration({}, environment), environment, is_connected=True)
    make = writing_keyring if to_write else reading_keyring
    return make(path, here, at_end, (notes if notes is not None else []).append)


def open_sockets() -> int:
    """Count this process's sockets."""
    found = 0
    for each in os.listdir("/proc/self/fd"):
        try:
            found += os.readlink(f"/proc/self/fd/{each}").startswith("socket:")
        except FileNotFoundError:  # it was the listing's own
            continue
    return found


def test_the_nodes_own_file_and_sockets_open_values(node: Disk, at_end: ExitStack) -> None:
    ring = keys_of(node, at_end)
    assert ring.decrypt(KEY, written(BY_FILE)).plaintext == PLAIN
    secret = os.urandom(32)
    node.path("/run/plugin").mkdir(parents=True)
    with listening(KmsV1(KEK), node.path("/run/plugin/a.sock")):
        assert ring.decrypt(KEY, v1_value(gcm(secret, PLAIN), secret)).plaintext == PLAIN
        at_end.close()


def test_a_run_hangs_up_on_a_plugin_when_it_ends(node: Disk) -> None:
    process = Process(Streams({"PYETCDCTL_ROOT": str(node.root)}))
    session = Session(process)
    secret = os.urandom(32)
    node.path("/run/plugin").mkdir(parents=True)
    with listening(KmsV1(KEK), node.path("/run/plugin/a.sock")):
        before = open_sockets()
        assert session.keyring.decrypt(KEY, v1_value(gcm(secret, PLAIN), secret)).plaintext == PLAIN
        assert open_sockets() > before
        process.close()
        deadline = time.monotonic() + 30
        while open_sockets() > before:
            assert time.monotonic() < deadline, "the plugin's socket is still open"


def test_a_manifest_that_cannot_be_used_is_reported_where_a_value_cannot_be_decrypted(
    node: Disk, at_end: ExitStack
) -> None:
    node.write(API_SERVER_POD, "spec: [")
    ring = keys_of(node, at_end)
    assert ring.decrypt(KEY, PLAIN).plaintext == PLAIN
    with pytest.raises(NotDecrypted, match=rf"{API_SERVER_POD} cannot be used: not YAML"):
        ring.decrypt(KEY, written(BY_FILE))


def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(node: Disk, at_end: ExitStack) -> None:
    node.path("/srv/enc/enc.yaml").unlink()
    os.mkfifo(node.path("/srv/enc/enc.yaml"))
    with pytest.raises(NotDecrypted, match=r"/srv/enc/enc.yaml cannot be used: not a regular file"):
        keys_of(node, at_end).decrypt(KEY, written(BY_FILE))


def test_a_file_that_is_named_must_be_usable(node: Disk, at_end: ExitStack) -> None:
    with pytest.raises(BadEncryptionConfig, match="no such file"):
        keys_of(node, at_end, path="/nowhere/enc.yaml")
    ring = keys_of(None, at_end, path=str(node.path("/srv/enc/enc.yaml")))
    assert ring.decrypt(KEY, written(BY_FILE))


ELSEWHERE = "https://10.9.9.9:2379"


def test_another_clusters_values_are_decrypted_with_a_note_alone(
    node: Disk, at_end: ExitStack
) -> None:
    notes: list[str] = []
    ring = keys_of(node, at_end, endpoints=ELSEWHERE, notes=notes)
    assert ring.decrypt(KEY, PLAIN).plaintext == PLAIN
    assert ring.decrypt(KEY, written(BY_FILE)).plaintext == PLAIN
    [note] = notes
    assert "/srv/enc/enc.yaml" in note
    assert "another cluster's" in note


def test_the_nodes_plugin_is_never_called_for_another_clusters_values(
    node: Disk, at_end: ExitStack
) -> None:
    secret = os.urandom(32)
    node.path("/run/plugin").mkdir(parents=True)
    with listening(KmsV1(KEK), node.path("/run/plugin/a.sock")):
        value = v1_value(gcm(secret, PLAIN), secret)
        assert keys_of(node, at_end).decrypt(KEY, value).plaintext == PLAIN
        with pytest.raises(NotDecrypted, match="plugin vault is not called for another cluster"):
            keys_of(node, at_end, endpoints=ELSEWHERE).decrypt(KEY, value)
        at_end.close()


def test_nothing_of_the_node_encrypts_values_for_another_cluster(
    node: Disk, at_end: ExitStack
) -> None:
    def encrypted(endpoints: str = "") -> bytes:
        ring = keys_of(node, at_end, endpoints=endpoints, to_write=True)
        return ring.encrypt_new(PLAIN, key=KEY, neighbours=[])

    assert encrypted().startswith(b"k8s:enc:aesgcm:v1:k:")
    assert encrypted(ELSEWHERE) == PLAIN
    elsewhere = keys_of(node, at_end, endpoints=ELSEWHERE, to_write=True)
    with pytest.raises(NotDecrypted, match="no encryption configuration is known"):
        elsewhere.encrypt_like(written(BY_FILE), PLAIN, key=KEY)


@pytest.mark.parametrize(
    ("endpoints", "is_own"),
    [
        ("", True),
        ("https://127.0.0.1:2379", True),
        ("https://localhost:2379,10.0.0.5:2379", True),
        ("https://10.0.0.5", True),
        ("https://10.0.0.5:2380", False),
        ("https://127.0.0.1:2379,https://10.9.9.9:2379", False),
        (ELSEWHERE, False),
    ],
)
def test_an_endpoint_of_the_nodes_own_etcd_is_the_nodes(
    node: Disk, endpoints: str, is_own: bool
) -> None:
    urls = "https://127.0.0.1:2379,https://10.0.0.5:2379"
    node.pod(f"--listen-client-urls={urls}")
    environment = {"PYETCDCTL_ROOT": str(node.root)}
    if endpoints:
        environment["ETCDCTL_ENDPOINTS"] = endpoints
    here = LocalNode(configuration({}, environment), environment, is_connected=True)
    assert here.has_etcd_in_use is is_own
    assert not LocalNode(
        configuration({}, environment), environment, is_connected=False
    ).has_etcd_in_use
