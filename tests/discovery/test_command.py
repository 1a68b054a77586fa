"""``pyetcdctl discover`` as a person or a script runs it."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.discovery.disk import ETCD_POD, EXPIRED, PKI
from tests.runner import run_here

if TYPE_CHECKING:
    from tests.discovery.disk import Disk
    from tests.runner import Result


def discovered(disk: Disk, *args: str, **env: str) -> Result:
    where = {"PYETCDCTL_DISCOVERY": "", "PYETCDCTL_ROOT": str(disk.root)}
    return run_here("discover", *args, env={**where, **env})


def rows(result: Result) -> list[list[str]]:
    assert (result.stderr, result.exit_code) == ("", 0)
    return [re.split(r"  +", line) for line in result.stdout.decode().splitlines()]


def test_what_was_found_is_shown_in_aligned_columns(disk: Disk) -> None:
    disk.kubeadm()
    disk.issue(f"{PKI}/etcd/healthcheck-client.crt", validity=EXPIRED)
    result = discovered(disk)
    root, endpoint, ca, certificate, key, skipped, member, layout = rows(result)
    assert root[:2] == ["root", str(disk.root)]
    assert endpoint == [
        "endpoints",
        "https://127.0.0.1:2379",
        f"{ETCD_POD} (--listen-client-urls)",
    ]
    assert ca[:2] == ["CA", f"{PKI}/etcd/ca.crt"]
    assert re.fullmatch(r"valid until \d{4}-\d\d-\d\d", ca[2])
    assert certificate[:2] == ["cert, key", f"{PKI}/apiserver-etcd-client.crt"]
    assert key == ["", f"{PKI}/apiserver-etcd-client.key"]
    assert skipped == [
        "skipped",
        f"{PKI}/etcd/healthcheck-client.crt",
        f"expired {EXPIRED.ends:%Y-%m-%d}",
    ]
    assert member == ["members", "master-1", "https://10.0.0.5:2380"]
    assert layout == ["layout", "kubeadm"]
    starts = {line.index("/etc/") for line in result.stdout.decode().splitlines() if PKI in line}
    assert starts == {11}


def test_no_usable_certificate_is_reported(disk: Disk) -> None:
    disk.kubeadm()
    for stem in ("apiserver-etcd-client", "etcd/healthcheck-client", "etcd/server"):
        disk.path(f"{PKI}/{stem}.key").unlink()
    shown = rows(discovered(disk))
    assert [
        "cert, key",
        "none that can be used",
        "the server asks for one: give --cert and --key",
    ] in (shown)
    assert ["skipped", f"{PKI}/apiserver-etcd-client.key", "no such file"] in shown


def test_exported_lines_survive_any_folder_name(disk: Disk) -> None:
    disk.root = disk.root / "it's a $(disk)\n;"
    disk.kubeadm()
    exported = discovered(disk, "--export")
    assert exported.stdout.startswith(b"export ETCDCTL_ENDPOINTS=https://127.0.0.1:2379\n")
    names = ("ENDPOINTS", "CACERT", "CERT", "KEY")
    script = 'eval "$1"; printf "%s|" ' + " ".join(f'"$ETCDCTL_{name}"' for name in names)
    done = subprocess.run(
        ["sh", "-c", script, "sh", exported.stdout], env={}, capture_output=True, check=True
    )
    assert done.stdout.decode().split("|")[:4] == [
        "https://127.0.0.1:2379",
        str(disk.path(f"{PKI}/etcd/ca.crt")),
        str(disk.path(f"{PKI}/apiserver-etcd-client.crt")),
        str(disk.path(f"{PKI}/apiserver-etcd-client.key")),
    ]


def test_json_says_the_same(disk: Disk) -> None:
    disk.kubeadm()
    disk.issue(f"{PKI}/etcd/server.crt", validity=EXPIRED)
    found = json.loads(discovered(disk, "-w", "json").stdout)
    assert found["layout"] == "kubeadm"
    assert found["endpoints"] == [
        {
            "url": "https://127.0.0.1:2379",
            "origin": "--listen-client-urls",
            "file": ETCD_POD,
            "real_path": str(disk.path(ETCD_POD)),
        }
    ]
    assert found["members"] == [{"name": "master-1", "peer_url": "https://10.0.0.5:2380"}]
    assert found["client"]["key_real_path"] == str(disk.path(f"{PKI}/apiserver-etcd-client.key"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["ca"]["not_after"])
    assert found["skipped"][0]["reason"] == "expired"


def test_json_of_a_plain_server_has_no_certificates(disk: Disk) -> None:
    disk.unit("ExecStart=etcd")
    found = json.loads(discovered(disk, "-w", "json").stdout)
    assert (found["ca"], found["client"], found["needs_client_certificate"]) == (None, None, False)


@pytest.mark.parametrize("flags", [(), ("--export",), ("-w", "json")])
def test_nothing_found_is_a_failure_that_says_where_it_was_looked_for(
    disk: Disk, flags: tuple[str, ...]
) -> None:
    disk.write(ETCD_POD, "[]")
    result = discovered(disk, *flags)
    assert (result.stdout, result.exit_code) == (b"", 1)
    first, *rest = result.stderr.splitlines()
    assert first == f"Error: no etcd was found below {disk.root}"
    assert "  Looked at /etc/etcd/ca.pem" in rest
    assert f"  {ETCD_POD}: not a mapping of names to values" in rest
    assert rest[-1].startswith("  Try:  ")


def test_discovery_that_is_switched_off_says_so(disk: Disk) -> None:
    disk.kubeadm()
    result = discovered(disk, PYETCDCTL_DISCOVERY="off")
    assert (result.stdout, result.exit_code) == (b"", 1)
    assert result.stderr.startswith("Error: discovery is switched off\n")


@pytest.mark.parametrize("name", ["table", "fields", "protobuf", "nonsense"])
def test_other_formats_are_refused(disk: Disk, name: str) -> None:
    disk.kubeadm()
    result = discovered(disk, "-w", name)
    assert (result.stdout, result.exit_code) == (b"", 4)
    assert "output format" in result.stderr


def test_nothing_from_a_manifest_drives_the_terminal(disk: Disk) -> None:
    disk.pod('"--initial-cluster=a\\e[31m\\nlayout  x=https://1.2.3.4:2380"')
    shown = discovered(disk).stdout
    assert b"\x1b" not in shown
    assert b"a\\x1b[31m\\nlayout" in shown
