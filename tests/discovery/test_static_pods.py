"""kubeadm and its relatives, from their manifests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyetcdctl.discovery import Reason, discover, find_connection
from tests.discovery.disk import API_SERVER_POD, ETCD_POD, PKI, TLS_FLAGS

if TYPE_CHECKING:
    from tests.discovery.disk import Disk


def urls(disk: Disk) -> list[str]:
    return [endpoint.url for endpoint in find_connection(disk.root).endpoints]


def test_a_kubeadm_node_is_found_with_its_best_certificate(disk: Disk) -> None:
    disk.kubeadm()
    found = discover(disk.root)
    assert found.layout == "kubeadm"
    assert [(e.url, e.file.path, e.origin) for e in found.endpoints] == [
        ("https://127.0.0.1:2379", ETCD_POD, "--listen-client-urls")
    ]
    assert found.tls.ca == str(disk.path(f"{PKI}/etcd/ca.crt"))
    assert found.tls.certificate == str(disk.path(f"{PKI}/apiserver-etcd-client.crt"))
    assert found.tls.key == str(disk.path(f"{PKI}/apiserver-etcd-client.key"))
    assert found.client is not None
    assert found.client.file.path == f"{PKI}/apiserver-etcd-client.crt"
    assert found.members[0] == ("master-1", "https://10.0.0.5:2380")
    assert not found.skipped


def test_the_quick_way_finds_the_same_files(disk: Disk) -> None:
    disk.kubeadm()
    quick, full = find_connection(disk.root), discover(disk.root)
    assert (quick.tls, quick.endpoints, quick.layout) == (full.tls, full.endpoints, full.layout)


@pytest.mark.parametrize(
    ("listen", "expected"),
    [
        ("https://10.0.0.5:2379,https://127.0.0.1:2379", "https://127.0.0.1:2379"),
        ("https://10.0.0.5:2379,https://127.1.2.3:2379", "https://127.1.2.3:2379"),
        ("https://0.0.0.0:2379", "https://127.0.0.1:2379"),
        ("http://0.0.0.0:4001", "http://127.0.0.1:4001"),
        ("https://[::]:2379", "https://[::1]:2379"),
        ("https://10.0.0.5:2379,https://[::1]:2379", "https://[::1]:2379"),
        ("https://10.0.0.5:2379", "https://10.0.0.5:2379"),
        ("https://[fd00::5]:2379", "https://[fd00::5]:2379"),
        ("https://10.0.0.5:2379, http://localhost:2379", "http://localhost:2379"),
        ("https://127.0.0.11:2379,https://127.0.0.1:2379", "https://127.0.0.1:2379"),
        ("unix:///run/etcd.sock,http://127.0.0.1:2379", "http://127.0.0.1:2379"),
        ("http://10.0.0.5:2379,unix:///run/etcd.sock", "unix:///run/etcd.sock"),
        ("unix:///run/etcd.sock", "unix:///run/etcd.sock"),
        ("nonsense,https://10.0.0.6:2379", "https://10.0.0.6:2379"),
        ("", "https://10.0.0.5:2379"),
    ],
)
def test_the_nearest_client_url_is_taken(disk: Disk, listen: str, expected: str) -> None:
    disk.kubeadm(listen)
    assert urls(disk) == [expected]


def test_a_url_that_makes_no_sense_is_reported(disk: Disk) -> None:
    disk.pod("--listen-client-urls=tcp://1.2.3.4:1,https://10.0.0.5:2379")
    assert urls(disk) == ["https://10.0.0.5:2379"]
    (skip,) = find_connection(disk.root).skipped
    assert skip.reason is Reason.MALFORMED
    assert "'tcp://1.2.3.4:1'" in skip.why


def test_an_etcd_without_options_listens_on_localhost(disk: Disk) -> None:
    disk.pod("--name=solo")
    (endpoint,) = find_connection(disk.root).endpoints
    assert (endpoint.url, endpoint.origin) == ("http://localhost:2379", "etcd's default")


def test_flags_may_have_their_value_in_the_next_word(disk: Disk) -> None:
    disk.pod("--client-cert-auth", "-listen-client-urls", "http://127.0.0.1:1234", "--name", "x")
    assert urls(disk) == ["http://127.0.0.1:1234"]


def test_of_a_repeated_flag_the_last_one_holds(disk: Disk) -> None:
    disk.pod("--listen-client-urls=http://127.0.0.1:1", "--listen-client-urls=http://127.0.0.1:2")
    assert urls(disk) == ["http://127.0.0.1:2"]


def test_arguments_and_variables_of_the_container_count(disk: Disk) -> None:
    disk.pod(
        extra="""\
    args: ["--advertise-client-urls=http://$(IP):2379", "--name=$(MISSING)"]
    env:
    - {name: IP, value: 10.1.1.1}
    - {name: ETCD_LISTEN_CLIENT_URLS, value: "http://$(NO)"}
    - {name: HOST, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}
"""
    )
    assert urls(disk) == ["http://10.1.1.1:2379"]


def test_a_flag_wins_over_its_variable(disk: Disk) -> None:
    disk.pod(
        "--listen-client-urls=http://127.0.0.1:1",
        extra='    env: [{name: ETCD_LISTEN_CLIENT_URLS, value: "http://127.0.0.1:2"}]\n',
    )
    assert urls(disk) == ["http://127.0.0.1:1"]


def test_a_variable_alone_is_enough(disk: Disk) -> None:
    disk.pod(extra='    env: [{name: ETCD_LISTEN_CLIENT_URLS, value: "http://127.0.0.1:2"}]\n')
    (endpoint,) = find_connection(disk.root).endpoints
    assert (endpoint.url, endpoint.origin) == ("http://127.0.0.1:2", "ETCD_LISTEN_CLIENT_URLS")


def test_a_command_inside_a_shell_is_understood(disk: Disk) -> None:
    disk.write(
        ETCD_POD,
        """\
spec:
  containers:
  - name: etcd
    command: [/bin/sh, -c, "exec /usr/local/bin/etcd --listen-client-urls 'http://127.0.0.1:7'"]
""",
    )
    assert urls(disk) == ["http://127.0.0.1:7"]


def test_the_container_that_runs_etcd_is_picked_among_several(disk: Disk) -> None:
    disk.write(
        ETCD_POD,
        """\
spec:
  containers:
  - {name: backup, command: [sh, backup.sh]}
  - {name: server, command: [/usr/local/bin/etcd, "--listen-client-urls=http://127.0.0.1:9"]}
""",
    )
    assert urls(disk) == ["http://127.0.0.1:9"]


def test_paths_of_the_container_are_translated_to_the_node(disk: Disk) -> None:
    disk.authority_file("/srv/pki/ca.crt")
    disk.issue("/srv/pki/server.crt")
    disk.pod(
        "--listen-client-urls=https://127.0.0.1:2379",
        "--trusted-ca-file=/certs/ca.crt",
        "--cert-file=/certs/server.crt",
        "--key-file=/certs/server.key",
        extra="""\
    volumeMounts:
    - {mountPath: /, name: system}
    - {mountPath: /certs, name: pki}
    - {mountPath: /certs-of-others, name: other}
  volumes:
  - {name: system, hostPath: {path: /elsewhere}}
  - {name: pki, hostPath: {path: /srv/pki/}}
  - {name: other, emptyDir: {}}
""",
    )
    found = find_connection(disk.root)
    assert found.tls.ca == str(disk.path("/srv/pki/ca.crt"))
    assert found.client is not None
    assert found.client.file.path == "/srv/pki/server.crt"


def test_a_configuration_file_in_the_container_replaces_its_flags(disk: Disk) -> None:
    disk.write("/srv/etcd/etcd.yaml", "listen-client-urls: http://127.0.0.1:11\n")
    disk.pod(
        "--config-file=/conf/etcd.yaml",
        "--listen-client-urls=http://127.0.0.1:12",
        extra="""\
    volumeMounts: [{mountPath: /conf, name: conf}]
  volumes: [{name: conf, hostPath: {path: /srv/etcd}}]
""",
    )
    (endpoint,) = find_connection(disk.root).endpoints
    assert endpoint.url == "http://127.0.0.1:11"
    assert endpoint.file.path == "/srv/etcd/etcd.yaml"


def test_a_plain_etcd_needs_no_certificates(disk: Disk) -> None:
    disk.kubeadm("http://127.0.0.1:2379")
    found = discover(disk.root)
    assert not found.tls
    assert not found.needs_client_certificate


def test_a_server_that_asks_for_no_certificate_is_given_none(disk: Disk) -> None:
    disk.kubeadm_pki()
    disk.pod(
        "--listen-client-urls=https://127.0.0.1:2379",
        f"--cert-file={PKI}/etcd/server.crt",
        f"--key-file={PKI}/etcd/server.key",
        "--client-cert-auth=false",
    )
    found = find_connection(disk.root)
    assert found.tls.ca == str(disk.path(f"{PKI}/etcd/ca.crt"))
    assert not found.tls.certificate


def test_an_external_etcd_is_read_from_the_api_server(disk: Disk) -> None:
    disk.authority_file(f"{PKI}/etcd/ca.crt")
    disk.issue(f"{PKI}/apiserver-etcd-client.crt")
    disk.pod(
        "--etcd-servers=https://10.0.0.10:2379,https://10.0.0.11:2379",
        f"--etcd-cafile={PKI}/etcd/ca.crt",
        f"--etcd-certfile={PKI}/apiserver-etcd-client.crt",
        f"--etcd-keyfile={PKI}/apiserver-etcd-client.key",
        path=API_SERVER_POD,
        name="kube-apiserver",
    )
    found = discover(disk.root)
    assert [e.url for e in found.endpoints] == ["https://10.0.0.10:2379", "https://10.0.0.11:2379"]
    assert found.endpoints[0].origin == "--etcd-servers"
    assert found.tls.key == str(disk.path(f"{PKI}/apiserver-etcd-client.key"))


def test_the_etcd_pod_goes_before_the_api_server(disk: Disk) -> None:
    disk.kubeadm()
    disk.pod("--etcd-servers=https://10.9.9.9:2379", path=API_SERVER_POD, name="kube-apiserver")
    assert urls(disk) == ["https://127.0.0.1:2379"]


def test_a_broken_etcd_pod_leads_on_to_the_api_server(disk: Disk) -> None:
    disk.write(ETCD_POD, "{")
    disk.pod("--etcd-servers=https://10.9.9.9:2379", path=API_SERVER_POD, name="kube-apiserver")
    found = find_connection(disk.root)
    assert [e.url for e in found.endpoints] == ["https://10.9.9.9:2379"]
    assert [skip.file.path for skip in found.skipped] == [ETCD_POD]


def test_minikube_is_recognised_by_its_paths(disk: Disk) -> None:
    disk.kubeadm_pki("/var/lib/minikube/certs")
    disk.pod(
        "--listen-client-urls=https://127.0.0.1:2379,https://192.168.49.2:2379",
        *(flag.replace(PKI, "/var/lib/minikube/certs") for flag in TLS_FLAGS),
    )
    found = discover(disk.root)
    assert found.layout == "minikube"
    assert found.client is not None
    assert found.client.file.path == "/var/lib/minikube/certs/apiserver-etcd-client.crt"


def test_kind_is_recognised_by_its_folder(disk: Disk) -> None:
    disk.kubeadm()
    disk.write("/kind/version", "v1.31.0")
    assert find_connection(disk.root).layout == "kind"
