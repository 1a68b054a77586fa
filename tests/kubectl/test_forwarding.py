"""A port forwarded to the pod: with keys of Secrets or of this machine, and the pod's own name."""

import base64
import json
import os
import select
import signal
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.kubectl.standin_cluster import pod
from tests.kubectl.test_cancelling import is_gone
from tests.runner import SECONDS, clean_environment, command, run_here
from tests.server import write
from tests.waiting import until

FOLDER = "/etc/etcd/pki"
NO_SECRETS = (
    'Error from server (Forbidden): secrets "etcd-tls" is forbidden: User "jane" cannot get '
    'resource "secrets" in API group "" in the namespace "kube-system"'
)  # fmt: skip


def encoded(path):
    return base64.b64encode(Path(path).read_bytes()).decode()


def put_behind(standin, etcd, *, host="localhost", secret="etcd-client-tls", **more):
    """Put a server with TLS behind a pod that mounts its certificates from a Secret."""
    port = urlsplit(etcd.endpoint).port
    command = [
        "etcd",
        f"--advertise-client-urls=https://{host}:{port}",
        "--listen-client-urls=https://0.0.0.0:2379",
        *(f"--{name}={FOLDER}/{item}" for name, item in (
            ("trusted-ca-file", "ca.crt"), ("cert-file", "tls.crt"), ("key-file", "tls.key")
        )),
    ]  # fmt: skip
    mounts = [{"name": "tls", "mountPath": FOLDER}]
    volumes = [{"name": "tls", "secret": {"secretName": secret}}]
    changes = {"container": {"command": command, "volumeMounts": mounts}}
    files = {"ca.crt": etcd.ca, "tls.crt": etcd.cert, "tls.key": etcd.key}
    standin.write(
        [pod("etcd-0", etcd, spec={"volumes": volumes}, **changes)],
        etcd.cluster.programs.beside("etcdctl"),
        secrets=[{
            "metadata": {"name": secret, "namespace": "kube-system"},
            "data": {item: encoded(path) for item, path in files.items()},
        }],
        ports={"etcd-0": {str(port): ["127.0.0.1", port]}},
        **more,
    )  # fmt: skip
    return standin


def verbs(standin):
    return [call["words"][0] for call in standin.calls]


@pytest.mark.parametrize("via", ["kubectl", "port-forward", "port-forward:etcd-0"])
def test_keys_in_a_secret_are_used_through_a_forwarded_port(standin, secure_etcd, prefix, via):
    put_behind(standin, secure_etcd)
    secure_etcd.etcdctl("put", prefix, "v")

    through = run_here("get", prefix, "-w", "json", "--via", via, env=standin.environment)
    direct = run_here("get", prefix, "-w", "json", env=secure_etcd.environment)

    assert through == direct
    assert verbs(standin) == ["get", "get", "port-forward"]
    until(lambda: all(is_gone(call["pid"]) for call in standin.calls))


def test_the_certificate_must_have_the_name_that_the_member_advertises(standin, secure_etcd):
    put_behind(standin, secure_etcd, host="etcd-0.elsewhere.svc")

    flags = ("--via", "port-forward", "--command-timeout", "3s")
    found = run_here("get", "k", *flags, env=standin.environment)

    assert found.exit_code == 1
    assert "not for etcd-0.elsewhere.svc." in found.stderr


def test_a_server_s_own_pair_will_do(standin, secure_etcd, prefix):
    put_behind(standin, secure_etcd, secret="etcd-tls")
    secure_etcd.etcdctl("put", prefix, "v")

    found = run_here("get", prefix, "--via", "port-forward", env=standin.environment)

    assert found.stdout == f"{prefix}\nv\n".encode()


def test_where_secrets_may_not_be_read_the_pods_etcdctl_is_run(standin, secure_etcd):
    put_behind(standin, secure_etcd, failures={"get secret": NO_SECRETS})

    found = run_here("get", "k", "--via", "kubectl", env=standin.environment)

    assert (
        "# jane may not get secrets in the namespace kube-system; running etcdctl" in found.stderr
    )
    assert verbs(standin)[-1] == "exec"


def test_keys_on_the_node_cannot_be_forwarded_to(standin, secure_etcd):
    standin.write([pod("etcd-m1", secure_etcd)], "")

    found = run_here("get", "k", "--via", "port-forward", env=standin.environment)

    assert found.exit_code == 2
    assert found.stderr.startswith(
        "Error: the client key of etcd in the pod kube-system/etcd-m1 is a file of its node\n"
    )
    assert secure_etcd.key in found.stderr


def forwarded(standin, etcd):
    """Put a server behind a pod of kubeadm whose port can be forwarded."""
    port = urlsplit(etcd.endpoint).port
    ports = {"etcd-m1": {str(port): ["127.0.0.1", port]}}
    programs = etcd.cluster.programs
    standin.write([pod("etcd-m1", etcd)], programs.beside("etcdctl"), ports=ports)
    return standin


def test_files_of_this_machine_are_used_where_they_are_given(standin, secure_etcd, prefix):
    forwarded(standin, secure_etcd)
    flags = ("--cacert", secure_etcd.ca, "--cert", secure_etcd.cert, "--key", secure_etcd.key)

    found = run_here(
        "put", prefix, "v", "--yes", "--via", "port-forward", *flags, env=standin.environment
    )

    assert (found.stdout, found.stderr) == (b"OK\n", "")


@pytest.mark.parametrize("line", ["put k v", "lease grant 5", "del k", "move-leader 1"])
def test_writes_ask_through_a_forwarded_port_too(standin, etcd, line):
    forwarded(standin, etcd)

    found = run_here(*line.split(), "--via", "port-forward", env=standin.environment)

    assert "this writes to the cluster lab as jane, pod kube-system/etcd-m1" in found.stderr
    assert found.exit_code == 128


@pytest.mark.parametrize(
    "line", ["txn", "alarm list", "tree --depth 1", "lease list", "downgrade validate 3.4.0"]
)
def test_reading_asks_nothing(standin, etcd, line):
    forwarded(standin, etcd)

    flags = ("--via", "port-forward")
    found = run_here(*line.split(), *flags, env=standin.environment, input="\nget k\n\n\n")

    assert found.exit_code == 0


def test_reading_several_pages_asks_nothing(standin, etcd, prefix):
    write(etcd, [(f"{prefix}{number:04}", "v") for number in range(1200)])
    forwarded(standin, etcd)
    words = ("get", prefix, "--prefix", "--keys-only", "--via", "port-forward")
    found = run_here(*words, env=standin.environment)
    assert (found.stderr, found.exit_code) == ("", 0)
    assert len(found.stdout.split()) == 1200


def three_pods(standin, etcd, **more):
    """Put the members of a cluster behind a pod each, whose ports can be forwarded."""
    names = ["etcd-m1", "etcd-m2", "etcd-m3"]
    pods = [pod(name, etcd, member) for member, name in enumerate(names)]
    ports = [urlsplit(url).port for url in etcd.client_urls]
    forwarded = {
        name: {str(port): ["127.0.0.1", port]} for name, port in zip(names, ports, strict=True)
    }
    standin.write(pods, etcd.cluster.programs.beside("etcdctl"), ports=forwarded, **more)
    return standin


def test_a_port_is_forwarded_to_each_of_several_pods(standin, three_members, prefix):
    three_pods(standin, three_members)
    via = ("--via", "port-forward")

    status = run_here("endpoint", "status", "-w", "json", *via, env=standin.environment)
    put = run_here("put", prefix, "v", "--yes", *via, env=standin.environment)

    ids = {each["Status"]["header"]["member_id"] for each in json.loads(status.stdout)}
    assert len(ids) == 3
    assert (put.stdout, put.stderr) == (b"OK\n", "")
    called = [call["words"][1] for call in standin.calls if call["words"][0] == "port-forward"]
    assert sorted(called) == sorted(["pod/etcd-m1", "pod/etcd-m2", "pod/etcd-m3"] * 2)
    until(lambda: all(is_gone(call["pid"]) for call in standin.calls))


def test_a_pod_whose_port_cannot_be_forwarded_is_left_out(standin, three_members, prefix):
    failures = {"port-forward pod/etcd-m1": "error: unable to forward port"}
    three_pods(standin, three_members, failures=failures)
    three_members.etcdctl("put", prefix, "v")

    found = run_here("get", prefix, "--via", "port-forward", env=standin.environment)

    assert found.stdout == f"{prefix}\nv\n".encode()


def test_a_port_that_cannot_be_forwarded_is_reported(standin, etcd):
    standin.write([pod("etcd-m1", etcd)], "", failures={"port-forward": "error: lost connection"})

    found = run_here("get", "k", "--via", "port-forward", env=standin.environment)

    assert found.exit_code == 2
    assert found.stderr == "Error: kubectl: lost connection\n  Tried: kube-system/etcd-m1.\n"


def test_a_watch_through_a_forwarded_port_ends_with_its_kubectl(standin, etcd, prefix):
    forwarded(standin, etcd)
    with subprocess.Popen(
        command("watch", prefix, "--via", "port-forward"),
        env=clean_environment(standin.environment),
        stdout=subprocess.PIPE,
    ) as process:
        until(lambda: "port-forward" in verbs(standin))
        while not select_readable(process.stdout):
            etcd.etcdctl("put", prefix, "v")
        assert os.read(process.stdout.fileno(), 4) == b"PUT\n"
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS)

    until(lambda: all(is_gone(call["pid"]) for call in standin.calls))


def select_readable(stream):
    return select.select([stream], [], [], 0.05)[0]
