"""What is wrong, which pod was tried and what to do, where kubectl or a pod fails."""

import pytest

from tests.kubectl.standin_cluster import NO_EXEC, NO_LIST, pod
from tests.runner import run_here

VIA = ("--via", "kubectl")
UNREACHABLE = (
    "The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or "
    "port?"
)
NODE_GONE = (
    "Error from server: error dialing backend: dial tcp 10.0.0.5:10250: connect: connection refused"
)


@pytest.mark.parametrize(
    ("failures", "expected"),
    [
        (
            {"exec": NO_EXEC},
            "Error: jane may not create pods/exec in the namespace kube-system\n"
            "  Tried: kube-system/etcd-m1.\n"
            "  Try:  kubectl create role etcd-reader -n kube-system --verb=get,list,create "
            "--resource=pods,pods/exec\n"
            "        kubectl create rolebinding etcd-reader -n kube-system --role=etcd-reader "
            "--user=jane\n",
        ),
        (
            {"get": NO_LIST},
            "Error: jane may not list pods in the namespace kube-system\n"
            "  Tried: the pods with the label component=etcd in the namespace kube-system.\n",
        ),
        ({"get": UNREACHABLE}, "  kubectl does not reach the API server.\n"),
        ({"exec": NODE_GONE}, "  The API server does not reach the kubelet of the pod's node.\n"),
        ({"exec": "error: something new"}, "Error: kubectl: something new\n"),
    ],
    ids=["no-exec", "no-list", "no-server", "no-kubelet", "unknown"],
)
def test_a_failure_of_kubectl_names_what_was_tried(standin, etcd, failures, expected):
    etcdctl = etcd.cluster.programs.beside("etcdctl")
    standin.write([pod("etcd-m1", etcd)], etcdctl, failures=failures)

    found = run_here("get", "k", *VIA, env=standin.environment)

    assert (found.exit_code, found.stdout) == (2, b"")
    assert expected in found.stderr
    assert "Tried: " in found.stderr


def test_an_image_without_etcdctl_is_named(standin, etcd):
    standin.write([pod("etcd-m1", etcd)], "", programs={})

    found = run_here("get", "k", *VIA, env=standin.environment)

    assert found.exit_code == 2
    assert "  Tried: kube-system/etcd-m1.\n  The image of the pod has no etcdctl.\n" in found.stderr


@pytest.mark.parametrize("via", ["kubectl", "kubectl:etcd-m9", "kubectl:default/etcd-m1"])
def test_a_pod_that_is_not_there_is_named(standin, via):
    standin.write([], "")

    found = run_here("get", "k", "--via", via, env=standin.environment)

    assert found.exit_code == 2
    assert "etcd" in found.stderr
    assert "  Try:  " in found.stderr


def test_without_kubectl_nothing_is_tried(tmp_path):
    found = run_here("get", "k", *VIA, env={"PATH": str(tmp_path)})

    assert found.stderr.startswith("Error: there is no kubectl in $PATH\n  Try:  ")
    assert found.exit_code == 2


def test_another_pod_is_tried_where_one_cannot_be_used(standin, etcd, prefix):
    etcdctl = str(etcd.cluster.programs.beside("etcdctl"))
    pods = [pod("etcd-m1", etcd), pod("etcd-m2", etcd)]
    standin.write(pods, "", programs={"etcd-m2": {"etcdctl": etcdctl}})
    etcd.etcdctl("put", prefix, "v")

    found = run_here("get", prefix, *VIA, env=standin.environment)

    assert found.stdout == f"{prefix}\nv\n".encode()
    assert "; trying the pod kube-system/etcd-m2\n" in found.stderr


def test_a_pod_that_is_not_ready_is_tried_last(standin, etcd):
    pods = [pod("etcd-m1", etcd, ready=False), pod("etcd-m2", etcd)]
    standin.write(pods, etcd.cluster.programs.beside("etcdctl"))

    run_here("get", "k", *VIA, env=standin.environment)

    assert [call["words"][1] for call in standin.executions] == ["etcd-m2"]


def test_an_etcd_that_does_not_respond_ends_by_the_command_timeout(standin, etcd):
    dead = pod("etcd-m1", etcd)
    dead["spec"]["containers"][0]["command"] = ["etcd", "--listen-client-urls=http://127.0.0.1:1"]
    standin.write([dead], etcd.cluster.programs.beside("etcdctl"))

    for input, words in ((b"", ["get", "k"]), (b"\nget k\n\n\n", ["txn"])):
        found = run_here(
            *words, *VIA, "--command-timeout", "300ms", env=standin.environment, input=input
        )

        assert found.exit_code == 1
        assert found.stderr.startswith(
            "Error: context deadline exceeded\n"
            "  That was etcdctl in the pod kube-system/etcd-m1.\n"
            "  It logged: "
        )


@pytest.mark.parametrize(
    "flags", [["--user", "root:secret"], ["--pki", "/etc"], ["--max-recv-bytes", "1"]]
)
def test_flags_without_a_meaning_in_a_pod_are_refused(pod_of, etcd, flags):
    standin = pod_of(etcd)

    found = run_here("get", "k", *VIA, *flags, env=standin.environment)

    assert found.exit_code == 128
    assert found.stderr.startswith(f"Error: {flags[0]} cannot be used with --via kubectl\n")
    assert "secret" not in found.stderr
    assert not standin.executions


@pytest.mark.parametrize(
    "line",
    ["lock l", "lease grant 5", "snapshot save FOLDER/s.db", "member promote 1"],
)
def test_what_etcdctl_in_a_pod_cannot_do_for_us_says_so_at_once(pod_of, etcd, tmp_path, line):
    standin = pod_of(etcd)

    found = run_here(*line.replace("FOLDER", str(tmp_path)).split(), *VIA, env=standin.environment)

    assert found.exit_code == 1
    assert "needs a direct connection" in found.stderr
    assert "  Try:  " in found.stderr
    assert not standin.executions
    assert not (tmp_path / "s.db").exists()


@pytest.mark.parametrize("flags", [["--endpoints", "a:1"], ["--from", "snapshot.db"]])
def test_there_is_one_source_of_keys(standin, flags):
    found = run_here("get", "k", *VIA, *flags, env=standin.environment)

    assert found.exit_code == 128
    assert f"`--via` and `{flags[0]}` cannot be set at the same time" in found.stderr


def test_the_environment_says_via_where_the_command_line_names_no_source(pod_of, etcd, prefix):
    standin = pod_of(etcd)
    variables = {**standin.environment, "PYETCDCTL_VIA": "kubectl"}
    etcd.etcdctl("put", prefix, "v")

    through = run_here("get", prefix, env=variables)
    direct = run_here("get", prefix, "--endpoints", etcd.endpoint, env=variables)
    off = run_here("get", prefix, "--via=", env={**variables, **etcd.environment})

    assert through == direct == off
    assert through.exit_code == 0
    assert len(standin.executions) == 1
