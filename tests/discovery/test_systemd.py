"""etcd as a systemd service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyetcdctl.discovery import Reason, discover, find_connection
from tests.discovery.disk import UNIT

if TYPE_CHECKING:
    from tests.discovery.disk import Disk


def url(disk: Disk) -> str:
    (endpoint,) = find_connection(disk.root).endpoints
    return endpoint.url


def test_the_unit_of_a_cluster_made_by_hand_is_understood(disk: Disk) -> None:
    disk.authority_file("/etc/etcd/ca.pem")
    disk.issue("/etc/etcd/kubernetes.pem", "/etc/etcd/kubernetes-key.pem")
    disk.unit(
        r"""Type=notify
ExecStart=/usr/local/bin/etcd \
  --name controller-0 \
  --cert-file=/etc/etcd/kubernetes.pem \
  --key-file=/etc/etcd/kubernetes-key.pem \
  --trusted-ca-file=/etc/etcd/ca.pem \
  # a comment does not end the command
  --client-cert-auth \
  --listen-client-urls https://10.240.0.10:2379,https://127.0.0.1:2379 \
  --initial-cluster controller-0=https://10.240.0.10:2380,controller-1=https://10.240.0.11:2380 \
  --data-dir=/var/lib/etcd
Restart=on-failure"""
    )
    found = discover(disk.root)
    assert found.layout == "systemd"
    assert [(e.url, e.file.path, e.origin) for e in found.endpoints] == [
        ("https://127.0.0.1:2379", UNIT, "--listen-client-urls")
    ]
    assert [member.name for member in found.members] == ["controller-0", "controller-1"]
    assert found.tls.certificate == str(disk.path("/etc/etcd/kubernetes.pem"))
    assert found.tls.key == str(disk.path("/etc/etcd/kubernetes-key.pem"))
    assert not found.skipped


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("Environment=IP=10.0.0.7\nExecStart=/bin/etcd --listen-client-urls http://${IP}:1", 1),
        (
            'Environment="A=x" "IP=10.0.0.7"\nExecStart=etcd --listen-client-urls "http://${IP}:2"',
            2,
        ),
        ("Environment=ARGS='--listen-client-urls http://10.0.0.7:3'\nExecStart=etcd $ARGS", 3),
        ("ExecStart=-/bin/etcd '--listen-client-urls=http://10.0.0.7:4'", 4),
        ("ExecStart=!!etcd --listen-client-urls=http://10.0.0.7:12", 12),
        ("ExecStart=@/bin/etcd etcd --listen-client-urls=http://10.0.0.7:5", 5),
        ('ExecStart=/bin/bash -c "N=1 /bin/etcd --listen-client-urls=\\"http://10.0.0.7:6\\""', 6),
        ("Environment=ETCD_LISTEN_CLIENT_URLS=http://10.0.0.7:7\nExecStart=etcd", 7),
        (
            "ExecStart=etcd --name a\nExecStart=\n"
            "ExecStart=etcd --listen-client-urls http://10.0.0.7:8",
            8,
        ),
        (
            "Environment=P=9\nEnvironment=\nExecStart=etcd --listen-client-urls http://10.0.0.7:9$P",
            9,
        ),
        ("; note\n#ExecStart=no\nExecStart = etcd --listen-client-urls http://10.0.0.7:10", 10),
        ("ExecStart=/bin/true\nExecStart=etcd --listen-client-urls=http://10.0.0.7:11", 11),
    ],
)
def test_a_service_section_is_read_as_systemd_reads_it(
    disk: Disk, service: str, expected: int
) -> None:
    disk.unit(service)
    assert url(disk) == f"http://10.0.0.7:{expected}"


def test_a_file_of_variables_wins_over_the_unit(disk: Disk) -> None:
    disk.write("/etc/etcd.env", "# etcd\nETCD_LISTEN_CLIENT_URLS='http://127.0.0.1:2'\nbad line\n")
    disk.unit(
        "EnvironmentFile=/etc/etcd.env\n"
        "Environment=ETCD_LISTEN_CLIENT_URLS=http://127.0.0.1:1\n"
        "ExecStart=/usr/bin/etcd"
    )
    (endpoint,) = find_connection(disk.root).endpoints
    assert (endpoint.url, endpoint.file.path, endpoint.origin) == (
        "http://127.0.0.1:2",
        "/etc/etcd.env",
        "ETCD_LISTEN_CLIENT_URLS",
    )


def test_debians_unit_takes_its_arguments_from_its_default_file(disk: Disk) -> None:
    disk.write("/etc/hostname", "master-1.example\n")
    disk.write("/etc/default/etcd", 'DAEMON_ARGS="--listen-client-urls http://%H:5"\n')
    disk.unit(
        "Environment=DAEMON_ARGS=\nEnvironment=ETCD_NAME=%H\nEnvironmentFile=-/etc/default/%p\n"
        "ExecStart=/usr/bin/etcd --advertise-client-urls http://%H:6 $DAEMON_ARGS",
        "/lib/systemd/system/etcd.service",
    )
    disk.write("/etc/default/etcd", 'DAEMON_ARGS="--listen-client-urls http://127.0.0.1:5"\n')
    assert url(disk) == "http://127.0.0.1:5"
    disk.write("/etc/default/etcd", "")
    assert url(disk) == "http://master-1.example:6"


def test_an_optional_file_of_variables_may_be_missing(disk: Disk) -> None:
    disk.unit("EnvironmentFile=-/etc/none\nExecStart=etcd --listen-client-urls http://127.0.0.1:1")
    assert url(disk) == "http://127.0.0.1:1"
    assert not find_connection(disk.root).skipped


def test_a_required_file_of_variables_is_missed(disk: Disk) -> None:
    disk.unit("EnvironmentFile=/etc/none\nExecStart=etcd --listen-client-urls http://127.0.0.1:1")
    assert url(disk) == "http://127.0.0.1:1"
    (skip,) = find_connection(disk.root).skipped
    assert (skip.file.path, skip.reason) == ("/etc/none", Reason.MISSING)


def test_files_of_variables_may_be_named_by_a_pattern(disk: Disk) -> None:
    disk.write("/etc/etcd.d/1.env", "ETCD_LISTEN_CLIENT_URLS=http://127.0.0.1:1\n")
    disk.write("/etc/etcd.d/2.env", "ETCD_LISTEN_CLIENT_URLS=http://127.0.0.1:2\n")
    disk.unit("EnvironmentFile=/etc/etcd.d/*.env\nExecStart=etcd")
    assert url(disk) == "http://127.0.0.1:2"


def test_drop_ins_are_applied_by_name_and_may_replace_the_command(disk: Disk) -> None:
    disk.unit("ExecStart=etcd --listen-client-urls http://127.0.0.1:1")
    disk.write(
        "/usr/lib/systemd/system/etcd.service.d/20-last.conf",
        "[Service]\nExecStart=\nExecStart=etcd --listen-client-urls ${URL}\n",
    )
    disk.write(f"{UNIT}.d/10-first.conf", "[Service]\nEnvironment=URL=http://127.0.0.1:2\n")
    disk.write(f"{UNIT}.d/readme.txt", "[Service]\nExecStart=\n")
    (endpoint,) = find_connection(disk.root).endpoints
    assert endpoint.url == "http://127.0.0.1:2"
    assert endpoint.file.path == "/usr/lib/systemd/system/etcd.service.d/20-last.conf"


def test_a_drop_in_hides_one_of_the_same_name_further_down(disk: Disk) -> None:
    disk.unit("ExecStart=etcd", "/usr/lib/systemd/system/etcd.service")
    for folder, port in (("/etc/systemd/system", 1), ("/usr/lib/systemd/system", 2)):
        disk.write(
            f"{folder}/etcd.service.d/a.conf",
            f"[Service]\nEnvironment=ETCD_LISTEN_CLIENT_URLS=http://127.0.0.1:{port}\n",
        )
    assert url(disk) == "http://127.0.0.1:1"


@pytest.mark.parametrize(
    "folder",
    [
        "/etc/systemd/system",
        "/run/systemd/system",
        "/usr/local/lib/systemd/system",
        "/usr/lib/systemd/system",
        "/lib/systemd/system",
    ],
)
def test_units_are_found_in_each_of_the_usual_folders(disk: Disk, folder: str) -> None:
    disk.unit("ExecStart=etcd --listen-client-urls http://127.0.0.1:1", f"{folder}/etcd.service")
    assert url(disk) == "http://127.0.0.1:1"


def test_the_administrators_unit_hides_the_packages(disk: Disk) -> None:
    disk.unit("ExecStart=etcd --listen-client-urls http://127.0.0.1:1")
    disk.unit(
        "ExecStart=etcd --listen-client-urls http://127.0.0.1:2", "/lib/systemd/system/etcd.service"
    )
    assert url(disk) == "http://127.0.0.1:1"


def test_a_masked_unit_is_not_looked_for_further_down(disk: Disk) -> None:
    disk.unit("ExecStart=etcd", "/lib/systemd/system/etcd.service")
    disk.link(UNIT, "/dev/null")
    found = find_connection(disk.root)
    assert not found
    assert [(skip.file.path, skip.why) for skip in found.skipped] == [(UNIT, "the unit is masked")]


def test_a_unit_may_be_a_link_that_is_absolute_on_the_node(disk: Disk) -> None:
    disk.unit("ExecStart=etcd --listen-client-urls http://127.0.0.1:1", "/opt/etcd/etcd.service")
    disk.link(UNIT, "/opt/etcd/etcd.service")
    assert url(disk) == "http://127.0.0.1:1"


def test_etcds_own_configuration_file_replaces_flags_and_variables(disk: Disk) -> None:
    disk.authority_file("/etc/etcd/pki/ca.crt")
    disk.issue("/etc/etcd/pki/server.crt")
    disk.write(
        "/etc/etcd/etcd.conf.yml",
        """\
name: node-1
listen-client-urls: https://0.0.0.0:2379
initial-cluster: node-1=https://10.0.0.5:2380
quota-backend-bytes: 0
client-transport-security:
  cert-file: /etc/etcd/pki/server.crt
  key-file: /etc/etcd/pki/server.key
  client-cert-auth: true
  trusted-ca-file: /etc/etcd/pki/ca.crt
peer-transport-security:
  cert-file: /nowhere.crt
""",
    )
    disk.unit(
        "Environment=ETCD_LISTEN_CLIENT_URLS=http://127.0.0.1:1\n"
        "ExecStart=etcd --listen-client-urls=http://127.0.0.1:2 "
        "--config-file /etc/etcd/etcd.conf.yml"
    )
    found = discover(disk.root)
    assert found.layout == "config file"
    (endpoint,) = found.endpoints
    assert (endpoint.url, endpoint.file.path) == (
        "https://127.0.0.1:2379",
        "/etc/etcd/etcd.conf.yml",
    )
    assert found.tls.certificate == str(disk.path("/etc/etcd/pki/server.crt"))


def test_a_configuration_file_that_is_named_and_missing_is_reported(disk: Disk) -> None:
    disk.unit("ExecStart=etcd --config-file=/etc/etcd/gone.yml")
    (skipped,) = discover(disk.root).skipped
    assert skipped.file.path == "/etc/etcd/gone.yml"
    assert skipped.why == "no such file, but --config-file names it"


def test_a_configuration_file_may_be_named_by_a_variable(disk: Disk) -> None:
    disk.write("/etc/etcd.yml", "listen-client-urls: http://127.0.0.1:3\n")
    disk.unit("Environment=ETCD_CONFIG_FILE=/etc/etcd.yml\nExecStart=etcd")
    assert url(disk) == "http://127.0.0.1:3"


@pytest.mark.parametrize(
    ("unit", "why"),
    [
        ("", "no ExecStart= in it runs etcd"),
        ("[Service]\nExecStart=/usr/bin/podman run quay.io/coreos/x", "no ExecStart= in it"),
        ("[Service]\nExecStart=etcd 'open", "a quote in it is not closed"),
        ('[Service]\nEnvironment="A=1\nExecStart=etcd', "a quote in it is not closed"),
        ('[Service]\nExecStart=sh -c "etcd \'open"', "its shell command has an open quote"),
        ("[Install]\nExecStart=etcd", "no ExecStart= in it runs etcd"),
        ("[Service]\nExecStart=etcd \\", None),
        ("[Service]\nExecStart=etcd --listen-client-urls", "not a client URL"),
        ("[Service]\nExecStart=etcd --listen-client-urls=x", "not a client URL"),
    ],
)
def test_an_unusable_unit_is_reported_and_never_a_crash(
    disk: Disk, unit: str, why: str | None
) -> None:
    disk.write(UNIT, unit)
    found = discover(disk.root)
    assert bool(found) is (why is None)
    assert [skip for skip in found.skipped if why and why in skip.why] or why is None
